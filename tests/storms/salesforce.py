"""A Salesforce org in a storm."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.fakes.faults import Faults
from tests.fakes.salesforce.app import Fake
from tests.fakes.salesforce.org import KEY, Trouble, plain
from tests.storms.crm import CUSTOMERS, Crm
from tests.storms.story import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.fakes.salesforce.org import Org
    from tests.storms.hurried import Hurried

MESSAGE = "Casebridge_Message__c"
OBJECTS = ("Contact", "Case", MESSAGE)
WEATHER = {
    "403_limit": 0.02,
    "500": 0.03,
    "503": 0.03,
    "401": 0.02,
    "lock": 0.02,
    "refuse": 0.01,
    "html": 0.01,
    "reset_before": 0.025,
    "reset_after": 0.025,
    "timeout": 0.01,
}
"""A fifth of all calls."""
USE_UP_TO, RESERVE = 0.8, 0.1


class Salesforce(Crm):
    """An org that requires an address, takes short texts and few origins, and has another client that holds its locks."""

    target: ClassVar[str] = f"""\
    type: salesforce
    url: {{url}}
    consumer_key: ${{STORM_KEY}}
    consumer_secret: ${{STORM_SECRET}}
    timeout: 2
    records_per_call: 200
    use_up_to: {USE_UP_TO}
    reserve: {RESERVE}
"""
    mappings: ClassVar[Mapping[str, str]] = {
        "person": """\
object: Contact
key: Casebridge_Key__c
fields:
  LastName: {from: [customer.name, customer.number], truncate: 80}
  Email: {from: customer.email, omit_if_empty: true}
""",
        "case": """\
object: Case
key: Casebridge_Key__c
fields:
  Subject: {from: case.subject, truncate: 255, write: create_only}
  Description: {from: case.summary, truncate: 32000}
  Origin: {from: case.channel, map: {whatsapp: Web, "*": Fax}, write: create_only}
  ContactId: {ref: person, omit_if_empty: true}
""",
        "message": f"""\
object: {MESSAGE}
key: Casebridge_Key__c
fields:
  Case__c: {{ref: case, write: create_only}}
  Text__c: {{from: message.text}}
  Sent_At__c: {{from: message.sent_at}}
""",
    }
    blamed: ClassVar[Mapping[str, str]] = {"person": "Email", "case": "Origin", "message": "Text__c"}

    def __init__(self, clock: Hurried, seed: int) -> None:
        """Open the org."""
        self.faults = Faults(seed, WEATHER)
        self._fake = Fake(clock, _org(), self.faults)
        client = self._fake.org.client
        self.secrets = {"STORM_KEY": client.key, "STORM_SECRET": client.secret}
        self._stand_before(clock, self._fake.app)

    def cases(self) -> Sequence[Sequence[str]]:
        """Return the texts of each case as they were created, which is how the case shows them."""
        found: dict[str, list[str]] = {row["Id"]: [] for row in self._fake.rows("Case") if row[KEY]}
        for row in sorted(self._fake.rows(MESSAGE), key=lambda row: str(row["Id"])):
            found[row["Case__c"]].append(row["Text__c"])
        return list(found.values())

    def addresses(self) -> Counter[str]:
        """Return the contacts' addresses."""
        return Counter(row["Email"] for row in self._fake.rows("Contact"))

    def files(self) -> Counter[str]:
        """Return the names of files that were put on a case."""
        return Counter(row["Title"] for row in self._fake.rows("ContentVersion") if row["FirstPublishLocationId"])

    def keys(self) -> Counter[str]:
        """Return the keys of all objects."""
        return Counter(row[KEY] for name in OBJECTS for row in self._fake.rows(name) if row[KEY])

    def mailed(self) -> Sequence[object]:
        """Return the mails to customers."""
        return [notice for notice in self._fake.notices if notice.to.endswith(CUSTOMERS)]

    @property
    def written(self) -> int:
        """Return how many rows were touched."""
        return self._fake.world._writes

    @property
    def used(self) -> int:
        """Return the calls of the last 24 hours."""
        return self._fake.usage.used

    @property
    def share(self) -> int:
        """Return what the settings leave to deliveries."""
        return int(self._fake.usage.allocation * (USE_UP_TO - RESERVE))

    def neighbour_uses(self, calls: int) -> None:
        """Burn calls."""
        self._fake.usage.burn(calls)


class SalesforceInBulk(Salesforce):
    """The same org, where new records go through the Bulk API and are settled later."""

    target: ClassVar[str] = Salesforce.target.replace("records_per_call: 200", "bulk_from: 20")


def _org() -> Org:
    org = plain()
    email = org.objects["Contact"].fields["Email"]
    text = org.objects[MESSAGE].fields["Text__c"]
    org.add("Contact", replace(email, required=True)).add(MESSAGE, replace(text, length=LONGEST))
    org.restrict("Case", "Origin", "Phone", "Email", "Web")
    org.trouble = Trouble(burned_per_call=1, lock_every=40)
    return org

"""A HubSpot account in a storm."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.definitions import Property
from tests.fakes.hubspot.org import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SERVICE_KEY, Workflow, plain
from tests.storms.crm import CUSTOMERS, Crm
from tests.storms.story import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.fakes.hubspot.org import Org
    from tests.storms.hurried import Hurried

KEY = "casebridge_key"
OBJECTS = ("contacts", "tickets", "notes")
WEATHER = {
    "429": 0.02,
    "500": 0.03,
    "503": 0.03,
    "502": 0.01,
    "423": 0.02,
    "401": 0.005,
    "477": 0.005,
    "partial": 0.02,
    "reset_before": 0.025,
    "reset_after": 0.025,
    "timeout": 0.01,
}
"""A fifth of all calls."""
KEPT = 0.3
"""Share of the day that deliveries leave to others."""
_TAG = re.compile(r"<[^>]+>")


class HubSpot(Crm):
    """An account that requires an address, takes short notes and few regions, and has another client that holds locks."""

    target: ClassVar[str] = """\
    type: hubspot
    token: ${STORM_KEY}
    base_url: {url}
    read_timeout: 2
    time_zone: Europe/Berlin
"""
    mappings: ClassVar[Mapping[str, str]] = {
        "person": """\
object: contacts
key: casebridge_key
fields:
  lastname: {from: [customer.name, customer.number]}
  email: {from: customer.email, omit_if_empty: true}
""",
        "case": """\
object: tickets
key: casebridge_key
fields:
  subject: {from: case.subject, truncate: 120, write: create_only}
  content: {from: case.summary}
  hs_pipeline: {value: "0", write: create_only}
  hs_pipeline_stage: {value: "1", write: create_only}
  acme_way: {from: case.channel, write: create_only}
  contact: {ref: person, omit_if_empty: true}
""",
        "message": """\
object: notes
key: casebridge_key
fields:
  hs_note_body: {from: message.text}
  hs_timestamp: {from: message.sent_at}
""",
    }
    blamed: ClassVar[Mapping[str, str]] = {"person": "email", "case": "acme_way", "message": "hs_note_body"}

    def __init__(self, clock: Hurried, seed: int) -> None:
        """Open the account."""
        self._fake = Fake(clock, _account())
        self.faults = self._fake.faults
        self.faults.probabilities = WEATHER
        self.faults._random.seed(seed)
        self.secrets = {"STORM_KEY": SERVICE_KEY}
        self._stand_before(clock, self._fake.app)

    def cases(self) -> Sequence[Sequence[str]]:
        """Return the notes of each ticket by their own time, which is how the timeline shows them."""
        portal = self._fake.portal
        found: dict[str, list[tuple[str, str]]] = {
            item.id: [] for item in portal.all("tickets") if item.properties.get(KEY)
        }
        for note in portal.all("notes"):
            said = html.unescape(_TAG.sub("", note.properties["hs_note_body"]))
            for ticket in portal.linked(("notes", note.id), "tickets"):
                found[ticket].append((note.properties["hs_timestamp"], said))
        return [[text for _, text in sorted(texts)] for texts in found.values()]

    def addresses(self) -> Counter[str]:
        """Return the contacts' addresses."""
        return Counter(item.properties["email"] for item in self._fake.portal.all("contacts"))

    def files(self) -> Counter[str]:
        """Return the names of the files of notes."""
        notes = (note.properties.get("hs_attachment_ids", "") for note in self._fake.portal.all("notes"))
        files = (self._fake.portal.files[each] for ids in notes for each in ids.split(";") if each)
        return Counter(f"{file['name']}.{file['extension']}" for file in files)

    def keys(self) -> Counter[str]:
        """Return the keys of all objects."""
        items = (item for name in OBJECTS for item in self._fake.portal.all(name))
        return Counter(item.properties[KEY] for item in items if item.properties.get(KEY))

    def mailed(self) -> Sequence[object]:
        """Return the mails to customers."""
        return [notice for notice in self._fake.notices if notice.to.endswith(CUSTOMERS)]

    @property
    def written(self) -> int:
        """Return how much happened to records."""
        return len(self._fake.portal.happenings)

    @property
    def used(self) -> int:
        """Return the calls of the day."""
        return self._fake.access.used

    @property
    def share(self) -> int:
        """Return what is left to deliveries."""
        return int(self._fake.org.daily * (1 - KEPT))

    def neighbour_uses(self, calls: int) -> None:
        """Burn calls."""
        self._fake.access.burn(calls)


class HubSpotByOAuth(HubSpot):
    """The same account, where an app signs in with tokens that expire; the account's day does not count its calls."""

    target: ClassVar[str] = HubSpot.target.replace(
        "token: ${STORM_KEY}",
        "client_id: ${STORM_ID}\n    client_secret: ${STORM_SECRET}\n    refresh_token: ${STORM_TOKEN}",
    )

    def __init__(self, clock: Hurried, seed: int) -> None:
        """Open the account."""
        super().__init__(clock, seed)
        self.secrets = {"STORM_ID": CLIENT_ID, "STORM_SECRET": CLIENT_SECRET, "STORM_TOKEN": REFRESH_TOKEN}


def _account() -> Org:
    body = Property(name="hs_note_body", length=LONGEST)
    way = Property(
        name="acme_way", type="enumeration", field_type="select", options={"whatsapp": "WhatsApp"}, own=False
    )
    mark = Property(name=KEY, unique=True, own=False)
    return replace(
        plain(),
        daily=100_000,
        workflows=(Workflow(id="1", name="Thanks", pipeline="0", stage="1", mails="Thank you", unless_known=KEY),),
        neighbour_searches=1,
        lock_every=40,
        required={"contacts": ("email",)},
        custom_properties={"contacts": (mark,), "tickets": (mark, way), "notes": (mark, body)},
    )

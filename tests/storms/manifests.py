"""Tools that are connected by manifests in a storm: Freshdesk, and an invented one that does everything as jobs."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from adapters.http.values import MARK, as_text
from tests.fakes.freshdesk import app as freshdesk
from tests.fakes.invented import batchline
from tests.source_tree import ROOT
from tests.storms.crm import Crm
from tests.storms.story import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.fakes.rest import House
    from tests.storms.hurried import Hurried

MARKED = 60
"""Characters of our mark below a text."""
WEATHER = {
    "429": 0.04,
    "500": 0.04,
    "503": 0.04,
    "401": 0.005,
    "reset_before": 0.03,
    "reset_after": 0.035,
    "timeout": 0.01,
}
"""A fifth of all calls."""


class Manifested(Crm):
    """A tool that one of the pretend houses plays."""

    people: ClassVar[str]
    places: ClassVar[str]
    messages: ClassVar[str]
    house: House

    def _open(self, clock: Hurried, house: House, seed: int) -> None:
        self.house, self.faults = house, house.faults
        self.faults.probabilities = WEATHER
        self.faults._random.seed(seed)
        self._stand_before(clock, house.app)

    def cases(self) -> Sequence[Sequence[str]]:
        """Return the texts of each case of ours by the order in which they were put there."""
        found: dict[str, list[str]] = {
            str(item.id): [] for item in self.house.of(self.places) if self._key(item.fields)
        }
        for item in self.house.of(self.messages):
            found[str(item.fields["ticket"])].append(MARK.sub("", self._text(item.fields)))
        return list(found.values())

    def addresses(self) -> Counter[str]:
        """Return the addresses of people."""
        return Counter(item.fields["email"] for item in self.house.of(self.people))

    def files(self) -> Counter[str]:
        """Return the names of the files of messages."""
        return Counter(name for item in self.house.of(self.messages) for name in item.files)

    def keys(self) -> Counter[str]:
        """Return the keys in fields, and those at the end of messages."""
        keys = [self._key(item.fields) for kind in (self.people, self.places) for item in self.house.of(kind)]
        texts = [MARK.search(self._text(item.fields)) for item in self.house.of(self.messages)]
        return Counter([key for key in keys if key] + [found[1] for found in texts if found])

    def mailed(self) -> Sequence[object]:
        """Return whatever was mailed: everything here is internal."""
        return list(self.house.notices)

    @abstractmethod
    def _key(self, fields: Mapping[str, object]) -> str:
        """Return our key in a record's fields."""

    @abstractmethod
    def _text(self, fields: Mapping[str, object]) -> str:
        """Return a message's text as plain text, mark and all."""

    @property
    def written(self) -> int:
        """Return how many records there are."""
        return len(self.house.items)

    @property
    def used(self) -> int:
        """Return nothing: no day has a limit here."""
        return 0

    @property
    def share(self) -> int:
        """Return nothing, as no day is shared."""
        return 0

    def neighbour_uses(self, calls: int) -> None:
        """Let the neighbour be in the way of the next calls."""
        del calls
        self.faults.order(*(["429", None] * 5))


class Freshdesk(Manifested):
    """An account that takes short notes, whose search is a minute late."""

    target: ClassVar[str] = """\
    type: http
    manifest: freshdesk
    base_url: {url}/api/v2
    values: {domain: acme}
    secrets: {key: "${STORM_KEY}"}
    read_timeout: 2
"""
    mappings: ClassVar[Mapping[str, str]] = {
        "person": """\
object: contacts
key: unique_external_id
fields:
  name: {from: [customer.name, customer.number]}
  email: {from: customer.email, required: true}
""",
        "case": """\
object: tickets
key: custom_fields.cf_casebridge_key
fields:
  subject: {from: case.subject, truncate: 120, write: create_only}
  description: {from: case.summary, truncate: 900, write: create_only}
  status: {value: "2", write: create_only}
  priority: {value: "1", write: create_only}
  source: {from: case.channel, map: {whatsapp: "7"}, required: true, write: create_only}
  requester_id: {ref: person, omit_if_empty: true}
""",
        "message": """\
object: notes
key: ''
fields:
  body: {from: message.text}
""",
    }
    blamed: ClassVar[Mapping[str, str]] = {"person": "email", "case": "source", "message": "body"}
    people, places, messages = "contacts", "tickets", "conversations"

    def __init__(self, clock: Hurried, seed: int) -> None:
        """Open the account."""
        account = freshdesk.Freshdesk(clock)
        account.longest_note = LONGEST + MARKED
        self.secrets = {"STORM_KEY": freshdesk.KEY}
        self._open(clock, account, seed)

    def _key(self, fields: Mapping[str, object]) -> str:
        custom = fields.get("custom_fields")
        key = custom.get("cf_casebridge_key") if isinstance(custom, dict) else fields.get("unique_external_id")
        return str(key or "")

    def _text(self, fields: Mapping[str, object]) -> str:
        return as_text(str(fields["body"]))


class Batchline(Manifested):
    """A tracker that does everything two seconds later, by tokens of a minute."""

    target: ClassVar[str] = f"""\
    type: http
    manifest: {ROOT}/tests/adapters/http/invented/batchline/manifest.yaml
    base_url: {{url}}/api/7
    values: {{host: tracker.example, tenant: {batchline.TENANT}}}
    secrets: {{client: "${{STORM_KEY}}"}}
    read_timeout: 2
"""
    mappings: ClassVar[Mapping[str, str]] = {
        "person": """\
object: people
key: ref
fields:
  label: {from: [customer.name, customer.number]}
  email: {from: customer.email, required: true}
""",
        "case": """\
object: tickets
key: ref
fields:
  title: {from: case.subject, truncate: 70, write: create_only}
  text: {from: case.summary, truncate: 900, write: create_only}
  via: {from: case.channel, map: {whatsapp: whatsapp}, required: true, write: create_only}
  person: {ref: person, omit_if_empty: true}
""",
        "message": """\
object: entries
key: ''
fields:
  text: {from: message.text}
""",
    }
    blamed: ClassVar[Mapping[str, str]] = {"person": "email", "case": "via", "message": "text"}
    people, places, messages = "people", "tickets", "entries"

    def __init__(self, clock: Hurried, seed: int) -> None:
        """Open it."""
        tracker = batchline.Batchline(clock, jobs=True)
        tracker.longest_entry = LONGEST + MARKED
        self.secrets = {"STORM_KEY": batchline.SECRET}
        self._open(clock, tracker, seed)

    def _key(self, fields: Mapping[str, object]) -> str:
        return str(fields.get("ref") or "")

    def _text(self, fields: Mapping[str, object]) -> str:
        return str(fields["text"])

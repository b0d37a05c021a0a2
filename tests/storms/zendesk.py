"""A Zendesk account in a storm."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from adapters.zendesk.looking import messages
from tests.fakes.zendesk.app import Fake
from tests.fakes.zendesk.org import CLIENT_ID, CLIENT_SECRET, EMAIL, TOKEN, Field, plain
from tests.storms.crm import CUSTOMERS, Crm
from tests.storms.story import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.fakes.zendesk.org import Org
    from tests.storms.hurried import Hurried

KEY = "external_id"
DAYS = 36_500
"""What began longer ago is imported: nothing, whenever the story is told."""
MARK = 60
"""Characters of our mark below a text, and of what says that it corrects."""
WEATHER = {
    "429": 0.015,
    "500": 0.04,
    "503": 0.04,
    "409": 0.025,
    "401": 0.005,
    "killed": 0.015,
    "reset_before": 0.025,
    "reset_after": 0.025,
    "timeout": 0.01,
}
"""A fifth of all calls. Jobs are refused by themselves, where too many wait."""


class Zendesk(Crm):
    """An account that requires an address, takes short comments and few ways, and has another client that writes tickets."""

    target: ClassVar[str] = f"""\
    type: zendesk
    url: {{url}}
    email: {EMAIL}
    token: ${{STORM_TOKEN}}
    read_timeout: 2
    exports_per_minute: 30
    history_days: {DAYS}
"""
    mappings: ClassVar[Mapping[str, str]] = {
        "person": """\
object: users
key: external_id
fields:
  name: {from: [customer.name, customer.number]}
  email: {from: customer.email, omit_if_empty: true}
""",
        "case": """\
object: tickets
key: external_id
fields:
  subject: {from: case.subject, truncate: 120, write: create_only}
  description: {from: case.summary, truncate: 900, write: create_only}
  custom_fields.4711: {from: case.channel, write: create_only}
  tags: {value: [casebridge], write: create_only}
  requester_id: {ref: person, omit_if_empty: true}
""",
        "message": """\
object: comments
key: ''
fields:
  body: {from: message.text}
""",
    }
    blamed: ClassVar[Mapping[str, str]] = {"person": "email", "case": "custom_fields.4711", "message": "body"}

    def __init__(self, clock: Hurried, seed: int) -> None:
        """Open the account."""
        self._fake = Fake(clock, _account())
        self.faults = self._fake.faults
        self.faults.probabilities = WEATHER
        self.faults._random.seed(seed)
        self.secrets = {"STORM_TOKEN": TOKEN}
        self._stand_before(clock, self._fake.app)

    def cases(self) -> Sequence[Sequence[str]]:
        """Return the messages of each ticket as they were first put there, each as it was last corrected."""
        state = self._fake.state
        ours = [ticket for ticket in state.tickets.values() if ticket[KEY]]
        return [[rows[-1][1].body for rows in messages(state.comments_of(each["id"])).values()] for each in ours]

    def addresses(self) -> Counter[str]:
        """Return the users' addresses."""
        return Counter(user["email"] for user in self._fake.state.users.values() if user["role"] == "end-user")

    def files(self) -> Counter[str]:
        """Return the names of the files of comments."""
        state = self._fake.state
        comments = (comment for ticket in state.tickets for comment in state.comments_of(ticket))
        return Counter(file["file_name"] for comment in comments for file in comment["attachments"])

    def keys(self) -> Counter[str]:
        """Return the keys of users and tickets, and those in comments."""
        state = self._fake.state
        keys = [row[KEY] for rows in (state.users, state.tickets) for row in rows.values() if row[KEY]]
        for ticket in state.tickets:
            for key, rows in messages(state.comments_of(ticket)).items():
                keys += [key] * sum(not said.corrected for _, said in rows)
        return Counter(keys)

    def mailed(self) -> Sequence[object]:
        """Return the mails to customers."""
        return [notice for notice in self._fake.notices if notice.to.endswith(CUSTOMERS)]

    @property
    def written(self) -> int:
        """Return how many records were touched."""
        return self._fake.state.writes

    @property
    def used(self) -> int:
        """Return nothing: no day has a limit here, a minute has."""
        return 0

    @property
    def share(self) -> int:
        """Return nothing, as no day is shared."""
        return 0

    def neighbour_uses(self, calls: int) -> None:
        """Let the neighbour use up most of each minute from now on, but for what is needed."""
        del calls
        self._fake.state.org = replace(self._fake.state.org, neighbour=400)


class ZendeskByOAuth(Zendesk):
    """The same account, where an OAuth client signs in with tokens that expire, and the cases are history."""

    target: ClassVar[str] = Zendesk.target.replace(
        f"email: {EMAIL}\n    token: ${{STORM_TOKEN}}",
        "client_id: ${STORM_ID}\n    client_secret: ${STORM_SECRET}\n    token_seconds: 1000",
    ).replace(f"history_days: {DAYS}", "history_days: 30")

    def __init__(self, clock: Hurried, seed: int) -> None:
        """Open the account."""
        super().__init__(clock, seed)
        self.secrets = {"STORM_ID": CLIENT_ID, "STORM_SECRET": CLIENT_SECRET}


def _account() -> Org:
    return replace(
        plain(),
        fields=(Field(4711, "Way", "tagger", options=("whatsapp",)),),
        requires_email=True,
        longest_comment=LONGEST + MARK,
        data_imports=True,
        neighbour=50,
        conflict_every=40,
        job_seconds=3,
        most_jobs=4,
        export_limit=30,
        export_lag=timedelta(seconds=60),
    )

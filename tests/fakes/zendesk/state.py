"""What is stored in the pretend account, as plain rows in the API's own words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any

from tests.fakes.zendesk.org import EMAIL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bridge.clock import Clock
    from tests.fakes.notices import Notices
    from tests.fakes.zendesk.org import Org

Row = dict[str, Any]
ME = 9001
"""The user whose token we have."""


@dataclass(slots=True)
class State:
    """Users, tickets and their audits. Whoever reads or writes holds ``lock``."""

    clock: Clock
    org: Org
    notices: Notices
    lock: RLock = field(default_factory=RLock)
    users: dict[int, Row] = field(default_factory=dict)
    tickets: dict[int, Row] = field(default_factory=dict)
    identities: dict[int, Row] = field(default_factory=dict)
    """Further addresses and numbers of users, and their own addresses."""
    called: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """By address or external id, folded: who had it at any time, so that thousands of users need not be gone through."""
    audits: list[Row] = field(default_factory=list)
    uploads: dict[str, Row] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    """What uploads hold, by token."""
    groups: dict[int, str] = field(default_factory=lambda: {360001: "Support", 360002: "Billing"})
    mails: list[Row] = field(default_factory=list)
    writes: int = 0
    """Grows with everything that changes a record."""
    _last: int = 10_000
    updates: int = 0

    def __post_init__(self) -> None:
        """Let the account's people be there."""
        for id_, name, email, role in (
            (ME, "Casebridge", EMAIL, "admin" if self.org.admin else "agent"),
            (9101, "Mia Agent", "mia@acme.example", "agent"),
            (9102, "Noor Agent", "noor@acme.example", "agent"),
        ):
            self.users[id_] = self.stamped({**blank_user(), "id": id_, "name": name, "email": email, "role": role})

    def next_id(self) -> int:
        """Return a number that no record has."""
        self._last += 1
        return self._last

    def now(self) -> str:
        """Return the time as the API writes it."""
        return iso(self.clock.now())

    def stamped(self, row: Row) -> Row:
        """Note on a row that it was written now."""
        now = self.clock.now()
        row.setdefault("created_at", iso(now))
        row["updated_at"] = iso(now)
        row["generated_timestamp"] = now.timestamp()
        for name in ("email", "external_id"):
            if row.get(name):
                self.called[row[name].casefold()].add(row["id"])
        return row

    def touched(self, row: Row) -> Row:
        """Note a change of a stored row."""
        self.writes += 1
        return self.stamped(row)

    def audits_of(self, ticket_id: int) -> list[Row]:
        """Return the audits of a ticket, oldest first."""
        return [audit for audit in self.audits if audit["ticket_id"] == ticket_id]

    def comments_of(self, ticket_id: int) -> list[Row]:
        """Return the comments of a ticket, oldest first."""
        return [event for audit in self.audits_of(ticket_id) for event in audit["events"] if event["type"] == "Comment"]

    def comment(self, comment_id: int) -> tuple[Row, Row]:
        """Return a comment with its audit."""
        return next(
            (audit, event)
            for audit in self.audits
            for event in audit["events"]
            if event["type"] == "Comment" and event["id"] == comment_id
        )

    def by_external_id(self, rows: Iterable[Row], external_id: str) -> list[Row]:
        """Return the rows under an external id, whose case is folded."""
        wanted = external_id.casefold()
        return [row for row in rows if (row.get("external_id") or "").casefold() == wanted]


def blank_user() -> Row:
    """Return a user without anything in it."""
    return {
        **dict.fromkeys(
            ("external_id", "email", "phone", "details", "notes", "locale", "time_zone", "organization_id")
        ),
        "name": "",
        "role": "end-user",
        "active": True,
        "suspended": False,
        "verified": False,
        "tags": [],
        "user_fields": {},
    }


def iso(at: datetime) -> str:
    """Return a time as the API writes it: seconds, in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")

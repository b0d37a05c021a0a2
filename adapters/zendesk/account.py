"""What all parts share: one account of Zendesk, and whatever has been learnt of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.zendesk.jobs import Jobs
from adapters.zendesk.looking import Finder
from adapters.zendesk.names import COMMENTS, FOLLOW_UP, KEY, OURS, TICKETS, comment_ref
from adapters.zendesk.schema import Schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapters.zendesk.client import Client
    from adapters.zendesk.settings import ZendeskSettings
    from adapters.zendesk.texts import Said
    from bridge.contracts import Surroundings


@dataclass(slots=True)
class Account:
    """One account, as seen by one connection."""

    client: Client
    settings: ZendeskSettings
    surroundings: Surroundings
    finder: Finder
    schemas: Schemas
    jobs: Jobs
    bulk_users: bool = True
    """False once Zendesk has refused to create many users at once."""
    alone: set[str] = field(default_factory=set)
    """Keys of tickets to send by themselves: their requester may have been merged, which a job does not tell."""
    unowned: set[str] = field(default_factory=set)
    """Keys of tickets whose assignee is no agent any more: they go without, to the group that is there for such."""
    along: dict[str, list[Said]] = field(default_factory=dict)
    """Ticket of the past, by our key → the messages that were sent with it."""
    imported: dict[str, Said] = field(default_factory=dict)
    """Messages that this process has brought in with their tickets: there is no need to look whether they stand."""
    bare: set[str] = field(default_factory=set)
    """Keys of tickets of the past that go without their messages: one of them was refused, and each comes by itself."""
    _me: str = ""
    _users: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, client: Client, settings: ZendeskSettings, surroundings: Surroundings) -> Account:
        """Put the parts together; nothing is asked yet."""
        finder = Finder(client, settings, surroundings.clock)
        return cls(client, settings, surroundings, finder, Schemas(client), Jobs(client, settings, surroundings.clock))

    def stands(self, name: str, key: str, ref: str) -> None:
        """Note that a record stands, and with a ticket of the past what was sent with it."""
        self.finder.remember(name, key, ref)
        for said in self.along.pop(key, ()) if name == TICKETS else ():
            self.finder.remember(COMMENTS, said.key, comment_ref(ref, said.key))
            self.imported[said.key] = said

    @property
    def me(self) -> str:
        """Return the id of the user whose credentials we have."""
        if not self._me:
            self._me = str(self.client.get("/users/me")["user"]["id"])
        return self._me

    def roles(self, users: Iterable[str]) -> dict[str, str]:
        """Return users' roles, empty for whom nobody knows; asks for those only that were not met."""
        wanted = list(dict.fromkeys(users))
        strange = [user for user in wanted if user not in self._users and user.isdecimal()]
        rows = self.finder.rows("users", strange)
        self._users |= {user: _shown(rows[user]) if user in rows else ("", "") for user in strange}
        return {user: self._users.get(user, ("", ""))[0] for user in wanted}

    def name(self, user: str) -> str:
        """Return the name of a user whose role was asked for, empty for whom nobody knows."""
        return self._users.get(user, ("", ""))[1]

    def address(self, ticket: str) -> str:
        """Return where an agent sees a ticket."""
        return f"{self.settings.url}/agent/tickets/{ticket}"


def _shown(user: Mapping[str, Any]) -> tuple[str, str]:
    return str(user["role"]), str(user.get("name") or "")


def concerns_us(ticket: Mapping[str, Any]) -> bool:
    """Tell whether a ticket is one of ours, or a follow-up that we made of one."""
    external_id = str(ticket.get(KEY) or "")
    return is_ours(external_id) or external_id.startswith(FOLLOW_UP)


def is_ours(external_id: str | None) -> bool:
    """Tell whether an external id is one of our keys."""
    return (external_id or "").startswith(OURS)

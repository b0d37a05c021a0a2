"""What agents said somewhere in HubSpot since a time: one page of it, whatever it was said with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.hubspot import objects
from adapters.hubspot.limits import Purpose
from adapters.hubspot.names import TICKETS
from adapters.hubspot.values import instant
from bridge.rows import each, having

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from adapters.hubspot.account import Account
    from adapters.hubspot.objects import Row
    from bridge.nouns import Answer, Broken

PERSON = frozenset({"CRM_UI", "MOBILE_IOS", "MOBILE_ANDROID", "CONVERSATIONS"})
"""HubSpot's sources of records that a person wrote."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Some answers, how new they are, and the public ones, which may still be taken back: answer → ticket and time."""

    items: tuple[Answer, ...]
    newest: datetime
    open: dict[str, tuple[str, str]]
    broken: tuple[Broken, ...] = ()
    """What cannot be read."""

    @classmethod
    def of(cls, items: Sequence[Answer], newest: datetime, broken: tuple[Broken, ...] = ()) -> Heard:
        """Note which of the answers are to be watched."""
        public = {item.native_id: (item.case_ref, instant(item.at)) for item in items if item.public}
        return cls(tuple(items), newest, public, broken)


def on_tickets(
    account: Account, name: str, rows: Sequence[Row], since: datetime, read: Callable[[Row, str], Answer]
) -> Heard:
    """Return what ``read`` makes of those of an object's records that stand on a ticket, each with the ticket."""
    tickets = account.associations.of(name, TICKETS, [row["id"] for row in having(rows, "id")], Purpose.ANSWER)

    def answers(row: Row) -> Iterator[Answer]:
        if tickets.get(row["id"]):
            yield read(row, tickets[row["id"]][0])

    found, broken = each(rows, answers, f"{account.surroundings.name} {name}")
    return Heard.of(found, objects.newest(rows, "hs_lastmodifieddate", since), broken)

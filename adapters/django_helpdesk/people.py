"""Whom tickets are from: django-helpdesk has no persons, only the address of each ticket's submitter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.django_helpdesk.names import PATHS, TICKET
from bridge.keys import short_hash
from bridge.nouns import Cursor, Page, Person, PersonSeen, Shown
from bridge.rows import each, newest
from identity import normalise
from identity.model import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from adapters.django_helpdesk.client import Row
    from adapters.django_helpdesk.helpdesk import Helpdesk
    from bridge.nouns import Broken


def pages(desk: Helpdesk, after: Cursor) -> Iterator[Page]:
    """Yield the submitters of tickets above the cursor's number: all of them at first, later those of new tickets."""
    known = int(after.value or 0)
    lists = [desk.finder.newer(TICKET, known)] if known else desk.client.forwards(PATHS[TICKET])
    for rows in lists:
        before, known = known, newest(rows, "id", known)
        yield Page(_submitters(desk, rows), Cursor(str(known)), more=known != before)


def ref(row: Mapping[str, Any]) -> str:
    """Return what stands for a ticket's submitter, empty where nobody is named: nothing there has a number."""
    return short_hash(*map(str, shown)) if (shown := identifiers(row)) else ""


def identifiers(row: Mapping[str, Any]) -> tuple[Shown, ...]:
    """Return what identifies a ticket's submitter."""
    found = normalise.email(row["submitter_email"] or "")
    return tuple(Shown(identifier=each, relation=Relation.CRM) for each in found)


def _submitters(desk: Helpdesk, rows: Sequence[Row]) -> tuple[PersonSeen | Broken, ...]:
    """Return each submitter once; tickets of ours name nobody who was not written there by us."""

    def read(row: Row) -> list[PersonSeen]:
        number = "" if row.get(desk.finder.key_field) else ref(row)
        return [PersonSeen(_person(desk, number, row), where=number)] if number else []

    seen, broken = each(rows, read, f"{desk.surroundings.name} tickets")
    return (*{one.where: one for one in seen}.values(), *broken)


def _person(desk: Helpdesk, number: str, row: Row) -> Person:
    return Person(
        instance=desk.surroundings.name,
        native_id=number,
        name="",
        shown=identifiers(row),
        our_key="",
        updated_at=desk.surroundings.clock.now(),
        raw={"submitter_email": row["submitter_email"]},
    )

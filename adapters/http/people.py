"""The tool's own people, for identity: all of them once, then what changed, merged or went."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.http import taking
from adapters.http.cursors import EPOCH, Position
from bridge.contact_points import address_of
from bridge.nouns import Page, Person, PersonDeleted, PersonMerged, PersonSeen, Shown, Thing
from bridge.rows import each
from identity import normalise
from identity.model import Relation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.http.objects import View
    from adapters.http.tool import Tool
    from bridge.nouns import Cursor, SourceEvent


def pages(tool: Tool, after: Cursor) -> Iterator[Page]:
    """Yield pages, oldest change first where the tool gives them so; a reading that was interrupted goes on from there."""
    now, at = tool.client.now(), Position.read(after)
    overlap = timedelta(seconds=tool.settings.overlap_seconds)
    back = at.since - overlap if at.since != EPOCH else EPOCH
    for view in tool.of(Thing.PERSON):
        for rows in tool.changed(view, back):
            moved = _moved(view, at, rows)
            yield Page(_events(tool, view, rows, _event), moved.cursor(), more=moved != at)
            at = moved
        for rows in tool.changed(view, back, what="gone"):
            yield Page(_events(tool, view, rows, _gone), at.cursor())
    yield Page((), at.moved(since=max(at.since, now)).cursor())


def _moved(view: View, at: Position, rows: list[Any]) -> Position:
    """Return how far is read, where the rows of a page are in the order of their changes."""
    dates = [date for row in rows if (date := taking.moment(view.says.reads.at, row)) is not None]
    ordered = len(dates) == len(rows) and dates == sorted(dates) and dates[0] >= at.since
    return at.moved(since=dates[-1]) if ordered else at


def _events(
    tool: Tool, view: View, rows: list[Any], read: Callable[[Tool, View, Any], SourceEvent]
) -> tuple[SourceEvent, ...]:
    good, broken = each(rows, lambda row: [read(tool, view, row)], tool.told_of(view))
    return (*good, *broken)


def _event(tool: Tool, view: View, row: Any) -> SourceEvent:  # noqa: ANN401 - any JSON
    reads, instance = view.says.reads, tool.surroundings.name
    ref, there = view.known_ref(row), tool.standing(view, row)
    at = taking.moment(reads.at, row) or tool.clock.now()
    if there.merged_into:
        return PersonMerged(instance, ref, there.merged_into, at)
    if there.deleted:
        return PersonDeleted(instance, ref, at)
    person = Person(
        instance=instance,
        native_id=ref,
        name=taking.text(reads.name, row),
        shown=shown(view, row),
        our_key=view.key(row),
        updated_at=at,
        extra=address_of({"": ", ".join(taking.texts(reads.address, row))}, ""),
        raw=row,
    )
    return PersonSeen(person, where=ref)


def _gone(tool: Tool, view: View, row: Any) -> SourceEvent:  # noqa: ANN401 - any JSON
    at = taking.moment(view.says.reads.at, row) or tool.clock.now()
    return PersonDeleted(tool.surroundings.name, view.known_ref(row), at)


def shown(view: View, row: Any) -> tuple[Shown, ...]:  # noqa: ANN401 - any JSON
    """Return the identifiers in a row."""
    reads = view.says.reads
    found = [one for mail in taking.texts(reads.emails, row) for one in normalise.email(mail)]
    found += filter(None, [normalise.phone(phone) for phone in taking.texts(reads.phones, row)])
    for network, reading in reads.handles.items():
        found += filter(None, [normalise.handle(network, one) for one in taking.texts(reading, row)])
    return tuple(Shown(identifier=one, relation=Relation.CRM) for one in dict.fromkeys(found))

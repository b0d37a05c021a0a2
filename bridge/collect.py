"""Collect: pages of a source become facts, dirty rows and a moved cursor, in one transaction a page.

Several collectors may run at once; they insert sorted keys and pass over what another has stored. Everything that
can be computed is computed before the transaction opens.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bridge import features, masking
from bridge.errors import CasebridgeError
from bridge.facts import messages as message_facts
from bridge.facts import people as people_facts
from bridge.facts.rest import store_broken, store_deleted, store_status
from bridge.nouns import (
    Broken,
    Deleted,
    Direction,
    PersonDeleted,
    PersonMerged,
    PersonSeen,
    ProfileSeen,
    Said,
    StatusSeen,
)
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.nouns import Message, Page, Profile, SourceEvent
    from bridge.reading import Reading
    from bridge.store.store import Store


@dataclass(slots=True)
class Counts:
    """What a page or a run brought: seen = new + repeated + quarantined; ``other`` events are no messages."""

    seen: int = 0
    new: int = 0
    repeated: int = 0
    quarantined: int = 0
    other: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


def collect(
    store: Store,
    reading: Reading,
    pages: Iterator[Page],
    *,
    now: Callable[[], datetime],
    enough: Callable[[Counts], bool],
) -> Iterator[Counts]:
    """Store pages until the source has no more or ``enough`` says so; yields the counts of each page.

    A cursor that repeats within a run while the source claims more is an error of the adapter: it would loop for ever.
    """
    seen_cursors: set[str] = set()
    for page in pages:
        if page.more and page.cursor.value in seen_cursors:
            message = (
                f"The source {reading.connection} claims to have more but its cursor repeats; reading was stopped. "
                "What was read is stored. Report this to the author of the adapter."
            )
            raise CasebridgeError(message)
        seen_cursors.add(page.cursor.value)
        counts = store_page(store, reading, page, now=now())
        yield counts
        if enough(counts):
            return


def store_page(store: Store, reading: Reading, page: Page, *, now: datetime) -> Counts:
    """Store one page: facts, dirty rows, tallies and the cursor, in one transaction."""
    prepared = _prepare(reading, page, now)
    with store.write("collect") as connection:
        counts = _write(connection, prepared, now)
        _advance(connection, reading, counts, {"cursor": page.cursor.value, "last_message_at": prepared.newest}, now)
    return counts


def store_pushed(store: Store, reading: Reading, page: Page, *, now: datetime) -> Counts:
    """Store what came by itself, as ``store_page``; the cursor stays where reading stands."""
    prepared = _prepare(reading, page, now)
    with store.write("collect.pushed") as connection:
        counts = _write(connection, prepared, now)
        _advance(connection, reading, counts, {"last_message_at": prepared.newest}, now)
    return counts


def store_repaired(store: Store, reading: Reading, page: Page, *, now: datetime) -> Counts:
    """Store what a repaired row of the quarantine became; the cursor stays, the row counts as read now."""
    prepared = _prepare(reading, page, now)
    with store.write("replay") as connection:
        counts = _write(connection, prepared, now)
        moved = Counts(new=counts.new, repeated=counts.repeated, quarantined=-counts.seen, other=counts.other)
        _advance(connection, reading, moved, {}, now)
    return counts


@dataclass(slots=True)
class _Prepared:
    """A page, sorted by what is stored where; everything computed."""

    messages: message_facts.Batch
    people: people_facts.Batch
    broken: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[Deleted] = field(default_factory=list)
    status: list[StatusSeen] = field(default_factory=list)
    other: int = 0
    newest: datetime | None = None


def _prepare(reading: Reading, page: Page, now: datetime) -> _Prepared:
    prepared = _Prepared(message_facts.Batch(), people_facts.Batch())
    for event in page.events:
        match event:
            case Said():
                _prepare_message(prepared, reading, _settle(reading, event.message), now)
            case Broken():
                prepared.broken.append(masking.quarantine_row(reading.connection, event, now))
            case Deleted():
                prepared.deleted.append(event)
            case StatusSeen():
                prepared.status.append(event)
            case _:
                prepared.other += 1
                _prepare_people(prepared, reading, event)
    return prepared


def _prepare_message(prepared: _Prepared, reading: Reading, message: Message, now: datetime) -> None:
    prepared.messages.add(reading, message, now)
    if message.author is not None:
        prepared.people.profile(message.author, message.sent_at, own=message.direction is Direction.OUT)
        if message.direction is Direction.IN:
            prepared.people.claims(message.author.key, features.claims(message), message.sent_at)
    if message.sent_at and (prepared.newest is None or message.sent_at > prepared.newest):
        prepared.newest = message.sent_at


def _prepare_people(prepared: _Prepared, reading: Reading, event: SourceEvent) -> None:
    match event:
        case ProfileSeen():
            shown = masking.masked_profile(event.profile)
            prepared.people.profile(shown, event.at, own=_ours(reading, shown))
        case PersonSeen():
            prepared.people.person(masking.masked_person(event.person))
        case PersonMerged() | PersonDeleted():
            prepared.people.ended(event)


def _settle(reading: Reading, message: Message) -> Message:
    """Apply what the project file says: unit, own accounts, history; unprintable characters and card numbers go."""
    changes: dict[str, Any] = {}
    if not message.unit and reading.unit:
        changes["unit"] = reading.unit
    if message.author is not None and message.direction is Direction.IN and _ours(reading, message.author):
        changes["direction"] = Direction.OUT
    message = masking.masked_message(message)
    return replace(message, **changes) if changes else message


def _ours(reading: Reading, profile: Profile) -> bool:
    """Tell whether the project file says that an account is ours."""
    return profile.id.lower() in reading.own or profile.handle.lower() in reading.own


def _write(connection: Connection, prepared: _Prepared, now: datetime) -> Counts:
    profile_ids = prepared.people.store(connection, now)
    counts = Counts(other=prepared.other)
    counts.new, counts.repeated = prepared.messages.store(connection, profile_ids, now)
    counts.seen = counts.new + counts.repeated + len(prepared.broken)
    counts.quarantined = len(prepared.broken)
    store_broken(connection, prepared.broken)
    counts.other += store_deleted(connection, prepared.deleted)
    counts.other += store_status(connection, prepared.status)
    return counts


def _advance(
    connection: Connection, reading: Reading, counts: Counts, position: Mapping[str, Any], now: datetime
) -> None:
    """Add to the tallies of a stream and move its cursor."""
    table = schema.progress
    where = (table.c.connection == reading.connection) & (table.c.stream == reading.stream)
    values: dict[str, Any] = {name: table.c[name] + count for name, count in counts.as_dict().items()}
    values |= {name: value for name, value in position.items() if value is not None}
    if connection.execute(table.update().where(where).values(values)).rowcount:
        return
    row: dict[str, Any] = {
        "connection": reading.connection,
        "stream": reading.stream,
        "cursor": "",
        "last_message_at": None,
    }
    row |= {"started_at": now, "error": "", **counts.as_dict(), **position}
    bulk.insert_new(connection, table, [row])

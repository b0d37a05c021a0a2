"""A message that is stored already is seen again: what is learnt from that is the same, whatever came first.

The winning revision is the greatest of (edit time, content hash); what a message links to is the union of what any
sighting said; and where sightings disagree on what never changes, as author or time, one value is chosen by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.facts.sighting import NEVER, rank_of
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from bridge.facts.sighting import Sighting


_M, _V = schema.message.c, schema.revision.c

_AGREED: Mapping[str, Callable[[list[Any]], Any]] = {
    "author_key": min,
    "sent_at": min,
    "kind": min,
    "direction": max,  # "out": who knows that it is ours knows more
    "public": min,  # what one source calls private is not answered in public
    "reach": max,
}
"""What sightings of one message may disagree on → which of the values that are known holds."""

_UNITED = ("answers", "answered_by", "facts")

KNOWN = select(
    *(_M[name] for name in ("id", "key", "hash", "edited_at", "connection", "seen_by", "thread", *_UNITED)),
    schema.profile.c.key.label("author_key"),
    *(_M[name] for name in _AGREED if name != "author_key"),
).select_from(schema.message.outerjoin(schema.profile, schema.profile.c.id == _M.author_id))
"""What must be known of a stored message when it is seen again."""


def see_again(
    connection: Connection,
    known: Row[Any],
    sightings: Sequence[Sighting],
    profile_ids: Mapping[str, int],
    now: datetime,
) -> bool:
    """Note further sightings of a stored message; tell whether anything that others depend on changed.

    If there is something to change, it is looked at again once the row is locked: another collector may have seen the
    message at the same time. All lock in the order of ids.
    """
    changes = _changes(known, sightings, profile_ids)
    if changes:
        locked = KNOWN.where(_M.id == known.id).with_for_update(of=schema.message)
        known = bulk.rows(connection, locked)[0]
        changes = _changes(known, sightings, profile_ids)
    _revise(connection, known, sightings, now)
    if changes:
        connection.execute(schema.message.update().where(_M.id == known.id).values(changes))
    return bool(changes.keys() - {"seen_by"})


def _changes(known: Row[Any], sightings: Sequence[Sighting], profile_ids: Mapping[str, int]) -> dict[str, Any]:
    """Return the columns of a message that further sightings change."""
    changes = _agree(known, sightings, profile_ids)
    winner = max(sightings, key=lambda sighting: sighting.rank)
    if winner.rank > rank_of(known.edited_at, known.hash):
        changes |= {name: winner.row[name] for name in ("edited_at", "hash", "rating", "lang")}
    threads = sorted({known.thread, *(sighting.row["thread"] for sighting in sightings)} - {None})
    links = {"answers": threads[1:]}  # of several threads one is named, and all hold the conversation together
    for name in _UNITED:
        before = set(getattr(known, name) or ())
        union = before.union(links.get(name, ()), *(sighting.row[name] or () for sighting in sightings))
        if union != before:
            changes[name] = sorted(union)
    if threads and threads[0] != known.thread:
        changes["thread"] = threads[0]
    connections = set(known.seen_by or [known.connection])
    seen_by = connections | {sighting.row["connection"] for sighting in sightings}
    if seen_by != connections:
        changes["seen_by"] = sorted(seen_by)
    return changes


def _agree(known: Row[Any], sightings: Sequence[Sighting], profile_ids: Mapping[str, int]) -> dict[str, Any]:
    """Return what changes because a further sighting says otherwise, or says what was not known."""
    changes: dict[str, Any] = {}
    for name, choose in _AGREED.items():
        before = getattr(known, name)
        said = [before, *(each.author if name == "author_key" else each.row[name] for each in sightings)]
        holds = choose([value for value in said if value is not None] or [None])
        if holds != before:
            changes |= {"author_id": profile_ids[holds]} if name == "author_key" else {name: holds}
    return changes


def _revise(connection: Connection, known: Row[Any], sightings: Sequence[Sighting], now: datetime) -> None:
    """Let the winning revision stand in the message, and keep the text of every other one."""
    stands = rank_of(known.edited_at, known.hash)
    winner = max(sightings, key=lambda sighting: sighting.rank)
    for rank, sighting in {sighting.rank: sighting for sighting in sightings}.items():
        if rank != max(stands, winner.rank) and rank != stands:
            _keep(connection, known.id, rank, sighting.subject, sighting.text, now)
    if winner.rank > stands:
        table = schema.message_text.c
        beaten = connection.execute(select(table.subject, table.text).where(table.message_id == known.id)).first()
        if beaten is not None:
            _keep(connection, known.id, stands, beaten.subject, beaten.text, now)
        _replace_text(connection, known.id, winner)


def _keep(
    connection: Connection, message_id: int, rank: tuple[datetime, str], subject: str, text: str, now: datetime
) -> None:
    """Keep a revision that does not stand, once."""
    edited_at, content_hash = (rank[0] if rank[0] != NEVER else None), rank[1]
    same = (_V.message_id == message_id) & (_V.hash == content_hash) & _V.edited_at.is_not_distinct_from(edited_at)
    if connection.execute(select(_V.id).where(same)).first() is not None:
        return
    row = {"message_id": message_id, "edited_at": edited_at, "hash": content_hash, "seen_at": now}
    bulk.insert_new(connection, schema.revision, [row | {"subject": subject, "text": text}])


def _replace_text(connection: Connection, message_id: int, winner: Sighting) -> None:
    row = {"message_id": message_id, "subject": winner.subject, "text": winner.text}
    bulk.upsert(connection, schema.message_text, [row], key=("message_id",))
    if winner.raw is not None:
        bulk.upsert(
            connection, schema.message_raw, [{"message_id": message_id, "body": winner.raw}], key=("message_id",)
        )

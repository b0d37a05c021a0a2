"""What happened to tickets, by the numbers of transactions: answers, notes, changes, merges, deletions.

Numbers have gaps, and one may be seen after a greater one: each poll looks back a little. An agent's reply opens a new
ticket in the name of RT_System.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.request_tracker import contents
from adapters.request_tracker.client import moment
from adapters.request_tracker.looking import OF_TICKETS, marked, of_custom
from adapters.request_tracker.names import COMMENT, CORRESPOND, DELETED, TRANSACTION, custom_name
from bridge.nouns import ActivityPage, Actor, Answer, CaseEvent, Cursor, What
from bridge.rows import newest as latest
from bridge.rows import sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.request_tracker.looking import Row
    from adapters.request_tracker.tracker import Tracker

_READ = "Type,Field,OldValue,NewValue,ObjectId,Creator,Created,Data,CustomFields"
_SAID = (COMMENT, CORRESPOND)
_SET: Mapping[str, What] = {
    "Priority": What.PRIORITY,
    "Queue": What.QUEUE,
    "Owner": What.OWNER,
    "TimeWorked": What.TIME_WORKED,
}
_OWNER_TYPES = ("Give", "Take", "Steal", "Untake", "Force")
_MERGED = "MergedInto"


def pages(tracker: Tracker, after: Cursor) -> Iterator[ActivityPage]:
    """Yield what happened after the cursor, oldest first, with some overlap."""
    seen = int(after.value or 0)
    query = f"{OF_TICKETS} AND id > {max(0, seen - tracker.settings.overlap)}"
    for rows in tracker.client.pages("transactions", query=query, fields=_READ, orderby="id"):
        whole, broken = sound(rows, lambda row: [_item(tracker, row, {})], f"{tracker.surroundings.name} transactions")
        said = contents.texts(
            tracker, [str(row["id"]) for row in whole if row["Type"] in _SAID and not _ours(tracker, row)]
        )
        items = tuple(item for row in whole if (item := _item(tracker, row, said)) is not None)
        before, seen = seen, latest(rows, "id", seen)
        if items or broken or seen != before:
            yield ActivityPage(items, Cursor(str(seen)), more=seen != before, broken=broken)


def head(tracker: Tracker) -> Cursor:
    """Return the cursor for "from now"."""
    return Cursor(str(newest(tracker)))


def newest(tracker: Tracker) -> int:
    """Return the number of the newest transaction."""
    asked: dict[str, str | int] = {"query": OF_TICKETS, "orderby": "id", "order": "DESC", "per_page": 1}
    items = tracker.client.get("transactions", **asked)["items"]
    return int(items[0]["id"]) if items else 0


def _ours(tracker: Tracker, row: Row) -> bool:
    key = custom_name(tracker.finder.key_field(TRANSACTION))
    marks = (of_custom(row, key), of_custom(row, tracker.settings.change_field), marked(row))
    return _name(row["Creator"]) == tracker.settings.user or any(marks)


def _item(tracker: Tracker, row: Row, said: Mapping[str, tuple[str, tuple[Any, ...]]]) -> Answer | CaseEvent | None:
    if row["Type"] in _SAID:
        return _answer(tracker, row, said.get(str(row["id"]), ("", ())))
    what, value, before = _meaning(tracker, row)
    if what is None:
        return None
    return CaseEvent(
        native_id=str(row["id"]),
        case_ref=str(row["ObjectId"]),
        at=moment(row["Created"]),
        what=what,
        value=value,
        before=before,
        native=str(row["NewValue"] or "") if what is What.STATUS else "",
        actor=tracker.actor(_name(row["Creator"])),
        actor_name=_name(row["Creator"]),
        actor_id=_name(row["Creator"]),
    )


def _answer(tracker: Tracker, row: Row, said: tuple[str, tuple[Any, ...]]) -> Answer:
    name = _name(row["Creator"])
    return Answer(
        native_id=str(row["id"]),
        case_ref=str(row["ObjectId"]),
        at=moment(row["Created"]),
        actor=Actor.US if _ours(tracker, row) else tracker.actor(name),
        actor_name=name,
        actor_id=name,
        public=row["Type"] == CORRESPOND,
        text=said[0],
        files=said[1],
    )


def _meaning(tracker: Tracker, row: Row) -> tuple[What | None, str, str]:
    """Return what a transaction that says nothing did, and the values after and before."""
    kind, value, before = row["Type"], str(row["NewValue"] or ""), str(row["OldValue"] or "")
    if kind == "Create":
        return What.CREATED, "", ""
    if kind == "Status" and value == DELETED:
        return What.DELETED, "", ""
    if kind == "Status":
        return What.STATUS, tracker.status(value), tracker.status(before)
    if kind == "AddLink" and row["Field"] == _MERGED:
        winner = value.rsplit("/", 1)[-1]
        # The survivor is told of it, too, as if it were merged into itself.
        return (None, "", "") if winner == str(row["ObjectId"]) else (What.MERGED, winner, "")
    if kind in _OWNER_TYPES:
        return What.OWNER, value, before
    return (_SET.get(str(row["Field"])), value, before) if kind == "Set" else (None, "", "")


def _name(told: Any) -> str:  # noqa: ANN401 - a name, or an object with one
    return str(told["id"] if isinstance(told, dict) else told)

"""What happened to cases: changes of status, priority, owner and queue, merges, deletions, and what agents wrote.

Each poll looks back over an overlap; everything has a native id, so it is known once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.http import answered, taking
from adapters.http.cursors import Position
from bridge.nouns import ActivityPage, Actor, CaseEvent, Share, Thing, What
from bridge.rows import each

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.http.objects import View
    from adapters.http.tool import Tool
    from bridge.nouns import Answer, Broken, Cursor

ASPECTS: Mapping[str, What] = {
    "status": What.STATUS,
    "priority": What.PRIORITY,
    "owner": What.OWNER,
    "queue": What.QUEUE,
}
"""What of a case is told when it changes."""
NATIVE = "native"
"""The tool's own word for the status, where ours is another."""


def pages(tool: Tool, after: Cursor) -> Iterator[ActivityPage]:
    """Yield what happened to cases, then answers, then what was taken back or deleted; each page moves the cursor."""
    now, overlap = tool.client.now(), timedelta(seconds=tool.settings.overlap_seconds)
    began = Position.read(after)
    at, back = began, began.since - overlap
    listed = tool.of(Thing.MESSAGE)
    by_case = not any(view.call("changed") for view in listed)
    for view in tool.of(Thing.CASE):
        for rows in tool.changed(view, back, Share.ANSWER):
            events, broken, seen = _events(tool, view, rows, at.seen)
            whole = [row for row in rows if view.ref(row)]
            heard, unheard, opened = answered.in_cases(tool, view, whole, back) if by_case else ((), (), {})
            at = at.moved(seen=seen, open={**at.open, **opened})
            yield ActivityPage(_in_order([*events, *heard]), at.cursor(), broken=(*broken, *unheard))
    for view in listed:
        for rows in tool.changed(view, back, Share.ANSWER):
            heard, unheard, opened = answered.listed(tool, view, rows, back)
            at = at.moved(open={**at.open, **opened})
            yield ActivityPage(_in_order(heard), at.cursor(), broken=unheard)
    taken_back, watched = answered.taken_back(tool, began.open, at.open, now)
    gone = [event for view in tool.of(Thing.CASE) for event in _gone(tool, view, back, now)]
    yield ActivityPage((*taken_back, *gone), at.moved(since=max(at.since, now), open=watched).cursor())


def head(tool: Tool) -> Cursor:
    """Return the cursor for "from now"."""
    tool.me  # noqa: B018 - whoever asks is answered, and the answer is dated
    return Position(since=tool.client.now()).cursor()


def _in_order(items: Sequence[Answer | CaseEvent]) -> tuple[Answer | CaseEvent, ...]:
    return tuple(sorted(items, key=lambda item: item.at))


def _events(
    tool: Tool, view: View, rows: list[Any], seen: Mapping[str, Mapping[str, str]]
) -> tuple[tuple[CaseEvent, ...], tuple[Broken, ...], dict[str, Mapping[str, str]]]:
    """Return what changed since it was seen last, and what cannot be read; what was never seen is told as it is."""
    known: dict[str, Mapping[str, str]] = dict(seen)
    found, broken = each(rows, lambda row: _of_case(tool, view, row, known), tool.told_of(view))
    return found, broken, known


def _of_case(tool: Tool, view: View, row: Any, known: dict[str, Mapping[str, str]]) -> list[CaseEvent]:  # noqa: ANN401 - any JSON
    """Return what changed of one case, and note how it stands."""
    ref, there = view.known_ref(row), tool.standing(view, row, Share.ANSWER)
    at = taking.moment(view.says.reads.at, row) or tool.clock.now()
    if there.merged_into:
        return [_event(view, row, ref, at, What.MERGED, there.merged_into)]
    if there.deleted:
        return [_event(view, row, ref, at, What.DELETED, "")]
    now = state(view, row)
    before = known.pop(ref, {})
    known[ref] = now
    return [
        replace(
            _event(view, row, ref, at, ASPECTS[name], now[name], before.get(name, "")),
            native=now.get(NATIVE, "") if name == "status" else "",
        )
        for name in _changed(now, before)
    ]


def _changed(now: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    """Return which aspects are others than before; a status also if the tool's own word for it is."""
    other = {name for name in ASPECTS if name in now and now[name] != before.get(name, "")}
    if NATIVE in before and now.get(NATIVE, "") != before[NATIVE]:
        other.add("status")
    return [name for name in now if name in other]


def state(view: View, row: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON
    """Return what is told of a case when it changes."""
    reads = view.says.reads
    told = {name: taking.text(getattr(reads, name), row) for name in ASPECTS}
    if reads.status is None and reads.closed is not None:
        told["status"] = "closed" if taking.truth(reads.closed, row) else "open"
    if told["status"]:
        told[NATIVE] = taking.text(reads.native_status, row) or taking.unmapped(reads.status, row)
    return {name: value for name, value in told.items() if value}


def _event(
    view: View,
    row: Any,  # noqa: ANN401 - any JSON
    ref: str,
    at: datetime,
    what: What,
    value: str,
    before: str = "",
) -> CaseEvent:
    ours = bool(view.key(row)) and at == taking.moment(view.says.reads.created_at, row)
    closed = taking.moment(view.says.reads.closed_at, row) if (what, value) == (What.STATUS, "closed") else None
    at = closed or at
    return CaseEvent(
        native_id=f"{ref}:{what}:{value}:{at.isoformat()}",
        case_ref=ref,
        at=at,
        what=what,
        value=value,
        before=before,
        actor=Actor.US if ours else answered.actor(taking.text(view.says.reads.actor, row)),
    )


def _gone(tool: Tool, view: View, back: datetime, now: datetime) -> Iterator[CaseEvent]:
    """Yield the cases that were deleted, where the tool lists them."""
    for rows in tool.changed(view, back, Share.ANSWER, "gone"):
        for row in rows:
            at = taking.moment(view.says.reads.at, row) or now
            yield _event(view, row, view.ref(row), at, What.DELETED, "")

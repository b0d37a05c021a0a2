"""What agents wrote: public or not, whose it is, and whether it was taken back since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.http import taking
from adapters.http.answer_model import Means
from adapters.http.answers import Declined
from bridge.nouns import Actor, Answer, Share, Thing
from bridge.rows import each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.http.objects import View
    from adapters.http.tool import Tool
    from bridge.nouns import Broken

    Watched = Mapping[str, tuple[str, str]]
    Heard = tuple[tuple[Answer, ...], tuple[Broken, ...], dict[str, tuple[str, str]]]
    """What was written, what of it cannot be read, and the public answers of agents: id → case and time."""

_GONE = (Means.ABSENT, Means.DELETED, Means.MERGED)


def actor(word: str) -> Actor:
    """Return who it is by our word for it."""
    return Actor(word) if word in set(Actor) else Actor.UNKNOWN


def in_cases(tool: Tool, cases: View, rows: Sequence[Any], back: datetime) -> Heard:
    """Return what was written since ``back`` in cases that changed."""
    found: list[Answer] = []
    broken: list[Broken] = []
    for view in tool.of(Thing.MESSAGE):
        for row in rows:
            if not cases.deleted(row):
                good, bad = _of_case(tool, view, cases.ref(row), back)
                found += good
                broken += bad
    return tuple(found), tuple(broken), _public(found)


def listed(tool: Tool, view: View, rows: Sequence[Any], back: datetime) -> Heard:
    """Return the same from a list of messages of all cases."""
    parent = view.says.reads.parent
    read, broken = each(rows, lambda row: [_answer(tool, view, row, taking.text(parent, row))], tool.told_of(view))
    found = tuple(answer for answer in read if answer.case_ref and answer.at >= back)
    return found, broken, _public(found)


def taken_back(
    tool: Tool, before: Watched, watched: Watched, now: datetime
) -> tuple[list[Answer], dict[str, tuple[str, str]]]:
    """Return the answers that were deleted or made internal since they were heard, and those that are still watched."""
    until = timedelta(minutes=tool.settings.watch_minutes)
    held = {ref: told for ref, told in watched.items() if now - datetime.fromisoformat(told[1]) < until}
    cases = {case for ref, (case, _) in held.items() if ref in before}
    public = {ref for case in cases for ref in _public_in(tool, case)}
    lost = {ref: case for ref, (case, _) in held.items() if ref in before and ref not in public}
    items = [
        Answer(native_id=ref, case_ref=case, at=now, actor=Actor.AGENT, deleted=True) for ref, case in lost.items()
    ]
    return items, {ref: told for ref, told in held.items() if ref not in lost}


def _public(found: Sequence[Answer]) -> dict[str, tuple[str, str]]:
    mine = [answer for answer in found if answer.public and answer.actor is Actor.AGENT]
    return {answer.native_id: (answer.case_ref, answer.at.isoformat()) for answer in mine}


def _public_in(tool: Tool, case: str) -> set[str]:
    return {
        answer.native_id
        for view in tool.of(Thing.MESSAGE)
        for answer in _of_case(tool, view, case, None)[0]
        if answer.public and not answer.deleted
    }


def _of_case(tool: Tool, view: View, case: str, back: datetime | None) -> tuple[tuple[Answer, ...], tuple[Broken, ...]]:
    try:
        rows = list(tool.within(view, case, Share.ANSWER))
    except Declined as declined:
        if declined.problem.means in _GONE:
            return (), ()
        raise
    found, broken = each(rows, lambda row: [_answer(tool, view, row, case)], tool.told_of(view))
    return tuple(answer for answer in found if back is None or answer.at >= back), broken


def _answer(tool: Tool, view: View, row: Any, case: str) -> Answer:  # noqa: ANN401 - any JSON
    reads = view.says.reads
    at = taking.moment(reads.at, row) or taking.moment(reads.created_at, row) or tool.clock.now()
    return Answer(
        native_id=view.known_ref(row),
        case_ref=case,
        at=at,
        actor=_actor(tool, view, row),
        actor_name=taking.text(reads.author_name, row),
        actor_id=taking.text(reads.author_id, row),
        public=taking.truth(reads.public, row),
        text=view.text(row),
        deleted=view.deleted(row),
    )


def _actor(tool: Tool, view: View, row: Any) -> Actor:  # noqa: ANN401 - any JSON
    """Return whose it is: what carries a key of ours, or our own login wrote, is ours."""
    reads = view.says.reads
    if view.key(row) or view.mentions(row):
        return Actor.US
    author = taking.text(reads.author_id, row)
    if author and author == tool.me:
        return Actor.US
    return actor(taking.text(reads.author, row))

"""What happened to tickets: follow-ups by their numbers, answers taken back, merges, deletions that we can notice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.django_helpdesk.client import minutes, moment
from adapters.django_helpdesk.names import DUPLICATE, FOLLOWUP, PATHS, TICKET
from adapters.django_helpdesk.texts import plain
from bridge.nouns import ActivityPage, Actor, Answer, Attachment, CaseEvent, Cursor, What
from bridge.rows import each, newest, sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.django_helpdesk.client import Row
    from adapters.django_helpdesk.helpdesk import Helpdesk

_WATCHED_FOR, _WATCHED = timedelta(hours=6), 200
"""For so long, and so many, public answers are looked at again for being deleted or made private."""
_PAGE = 100


def pages(desk: Helpdesk, after: Cursor) -> Iterator[ActivityPage]:
    """Yield follow-ups after the cursor, oldest first, then what was taken back, merged or deleted."""
    at: dict[str, Any] = {"id": 0, "open": {}, **(json.loads(after.value) if after.value else {})}
    rows = desk.finder.newer(FOLLOWUP, at["id"] - desk.settings.overlap)
    whole, _ = sound(rows, lambda row: _items(desk, row, {}), "")
    tickets = desk.finder.several({str(row["ticket"]) for row in whole if desk.actor(row) is not Actor.US})
    for start in range(0, len(rows), _PAGE):
        some = rows[start : start + _PAGE]
        items, broken = each(some, lambda row: _items(desk, row, tickets), f"{desk.surroundings.name} follow-ups")
        heard = {one.native_id: [one.case_ref, one.at.isoformat()] for one in items if _watch(one)}
        before, at = at, {**at, "id": newest(some, "id", at["id"]), "open": {**at["open"], **heard}}
        yield ActivityPage(items, _cursor(at), more=at["id"] != before["id"], broken=broken)
    now = desk.surroundings.clock.now()
    taken_back, watched = _taken_back(desk, at["open"], now)
    yield ActivityPage((*taken_back, *_merged(desk, now), *_deleted(desk, now)), _cursor({**at, "open": watched}))


def told(desk: Helpdesk, ticket: Row) -> ActivityPage:
    """Return what a ticket that came by itself tells: the same, under the same ids, as its follow-ups in the list."""
    ref = str(ticket["id"])
    rows = sorted(({**row, "ticket": ticket["id"]} for row in ticket["followup_set"]), key=lambda row: int(row["id"]))
    return ActivityPage(tuple(item for row in rows for item in _items(desk, row, {ref: ticket})), Cursor())


def head(desk: Helpdesk) -> Cursor:
    """Return the cursor for "from now"."""
    for rows in desk.client.backwards(PATHS[FOLLOWUP]):
        if rows:
            return _cursor({"id": max(row["id"] for row in rows), "open": {}})
    return _cursor({"id": 0, "open": {}})


def _items(desk: Helpdesk, row: Row, tickets: Mapping[str, Row]) -> Iterator[Answer | CaseEvent]:
    case, actor, at = str(row["ticket"]), desk.actor(row), moment(row["date"])
    beside: list[Row] = tickets[case]["followup_set"] if case in tickets else []
    # What a ticket began with is public, by whoever opened it, and nobody's answer.
    if row["id"] == min((each["id"] for each in beside), default=None):
        yield _event(row, case, What.CREATED, "", actor, at)
        return
    if row["new_status"] is not None:
        yield _event(row, case, What.STATUS, desk.status(row["new_status"]), actor, at)
    if row["time_spent"]:
        before = sum(minutes(each["time_spent"]) for each in beside if each["id"] < row["id"])
        worked = _event(row, case, What.TIME_WORKED, str(before + minutes(row["time_spent"])), actor, at)
        yield replace(worked, before=str(before))
    if row["comment"]:
        yield Answer(
            native_id=str(row["id"]),
            case_ref=case,
            at=at,
            actor=actor,
            actor_id=str(row["user"] or ""),
            public=bool(row["public"]),
            text=plain(row["comment"]),
            files=tuple(
                Attachment(
                    url=each["file"], name=each["filename"] or "", mime=each["mime_type"] or "", size=each["size"]
                )
                for each in row["followupattachment_set"]
            ),
        )


def _event(row: Row, case: str, what: What, value: str, actor: Actor, at: datetime) -> CaseEvent:
    return CaseEvent(
        native_id=f"{row['id']}:{what}",
        case_ref=case,
        at=at,
        what=what,
        value=value,
        actor=actor,
        actor_id=str(row["user"] or ""),
        native=str(row["new_status"]) if what is What.STATUS else "",
    )


def _watch(item: Answer | CaseEvent) -> bool:
    return isinstance(item, Answer) and item.public and item.actor is Actor.AGENT


def _taken_back(
    desk: Helpdesk, heard: Mapping[str, Sequence[str]], now: datetime
) -> tuple[list[Answer], dict[str, Sequence[str]]]:
    """Return answers that were deleted or made private since, and those that are still watched."""
    young = {ref: told for ref, told in heard.items() if now - moment(told[1]) < _WATCHED_FOR}
    watched = dict(list(young.items())[-_WATCHED:])
    gone = []
    for ref, (case, _) in list(watched.items()):
        row = desk.finder.followup(ref)
        if row is None or not row["public"]:
            gone.append(Answer(native_id=ref, case_ref=case, at=now, actor=Actor.AGENT, deleted=True))
            del watched[ref]
    return gone, watched


def _merged(desk: Helpdesk, now: datetime) -> Iterator[CaseEvent]:
    """Tell of all merged tickets, again and again: nothing says when that was, and an event is known by its id."""
    for rows in desk.client.forwards(PATHS[TICKET], status=DUPLICATE):
        for row in rows:
            winner = row["merged_to"]
            if winner:
                at = max((moment(each["date"]) for each in row["followup_set"]), default=now)
                native_id, value = f"{row['id']}:merged:{winner}", str(winner)
                yield CaseEvent(native_id=native_id, case_ref=str(row["id"]), at=at, what=What.MERGED, value=value)


def _deleted(desk: Helpdesk, now: datetime) -> Iterator[CaseEvent]:
    """Tell which tickets of ours, as far as this process has met them, are no more."""
    if desk.listed is not None and now - desk.listed < timedelta(minutes=desk.settings.deletions_minutes):
        return
    desk.listed = now
    for ref in desk.finder.gone():
        yield CaseEvent(native_id=f"{ref}:deleted", case_ref=ref, at=now, what=What.DELETED)


def _cursor(at: Mapping[str, Any]) -> Cursor:
    return Cursor(json.dumps(at, sort_keys=True))

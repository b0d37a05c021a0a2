"""What happened to tickets: answers and notes of agents, changes of stage, owner, pipeline, priority, merges, deletions.

Both polls look back over an overlap, because HubSpot's search lags; everything has a native id, so it is known once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.hubspot import answers, objects
from adapters.hubspot.cursors import Position
from adapters.hubspot.limits import Purpose
from adapters.hubspot.names import MERGED, TICKETS
from adapters.hubspot.values import moment
from bridge.nouns import ActivityPage, Actor, CaseEvent, What
from bridge.rows import each

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.hubspot.account import Account
    from adapters.hubspot.objects import Row
    from bridge.nouns import Broken, Cursor

WHAT: Mapping[str, What] = {
    "hs_pipeline_stage": What.STATUS,
    "hs_pipeline": What.QUEUE,
    "hubspot_owner_id": What.OWNER,
    "hs_ticket_priority": What.PRIORITY,
}
"""Properties whose changes are events."""
ACTORS: Mapping[str, Actor] = {
    "CRM_UI": Actor.AGENT,
    "CRM_UI_BULK_ACTION": Actor.AGENT,
    "MOBILE_IOS": Actor.AGENT,
    "MOBILE_ANDROID": Actor.AGENT,
    "CONVERSATIONS": Actor.AGENT,
    "AUTOMATION_PLATFORM": Actor.AUTOMATION,
    "WORKFLOWS": Actor.AUTOMATION,
    "BOT": Actor.AUTOMATION,
    "INTEGRATION": Actor.AUTOMATION,
    "API": Actor.AUTOMATION,
    "FORM": Actor.CUSTOMER,
}
"""HubSpot's sources of a change → who that is; what is not listed is unknown."""


def pages(account: Account, after: Cursor) -> Iterator[ActivityPage]:
    """Yield tickets' events, then answers, then what was taken back or deleted; each page moves the cursor."""
    now, overlap = account.surroundings.clock.now(), timedelta(seconds=account.settings.overlap_seconds)
    at = Position.read(after)
    # Where agents answer since the settings were changed, it is read from where tickets are.
    heard_to = {place: at.heard.get(place, at.since) for place in answers.places(account)}
    back, at = at.since - overlap, at.moved(heard=heard_to)
    for rows in objects.changed(account.client, TICKETS, back, [MERGED], purpose=Purpose.ANSWER):
        items, broken = _events(account, rows, back)
        before, at = at, at.moved(since=objects.newest(rows, "hs_lastmodifieddate", at.since))
        yield ActivityPage(items, at.cursor(), more=at != before, broken=broken)
    for place, to in heard_to.items():
        for heard in answers.PLACES[place](account, to - overlap):
            moved = {**at.heard, place: max(at.heard[place], heard.newest)}
            before, at = at, at.moved(heard=moved, open={**at.open, **heard.open})
            yield ActivityPage(heard.items, at.cursor(), more=at != before, broken=heard.broken)
    taken_back, watched = answers.taken_back(account, at.open, now)
    gone, at = _gone(account, at, now)
    # By now the search shows everything that is older than the overlap.
    settled = {place: max(to, now - overlap) for place, to in at.heard.items()}
    at = at.moved(since=max(at.since, now - overlap), heard=settled, open=watched)
    yield ActivityPage((*taken_back, *gone), at.cursor())


def head(account: Account) -> Cursor:
    """Return the cursor for "from now"."""
    now = account.surroundings.clock.now()
    return Position(since=now, listed=now).cursor()


def actor(entry: Mapping[str, Any], ours: tuple[str, str]) -> Actor:
    """Return who made a change: ``ours`` is the source that wrote our key."""
    source = (str(entry.get("sourceType") or ""), str(entry.get("sourceId") or ""))
    return Actor.US if source == ours and source[0] else ACTORS.get(source[0], Actor.UNKNOWN)


def _events(account: Account, rows: list[Row], since: datetime) -> tuple[tuple[CaseEvent, ...], tuple[Broken, ...]]:
    """Return the changes since a time of tickets that changed, from the history of their properties, oldest first."""
    key, where = account.key_field(TICKETS), f"{account.surroundings.name} tickets"
    refs, unknown = each(rows, lambda row: [str(row["id"])], where)
    full = objects.read(
        account.client,
        TICKETS,
        refs,
        [MERGED, key],
        history=[*WHAT, MERGED, key],
        purpose=Purpose.ANSWER,
    )
    statuses = _statuses(account)
    found, broken = each(full, lambda row: _history(row, key, statuses), where)
    events = sorted((event for event in found if event.at >= since), key=lambda event: event.at)
    return tuple(events), (*unknown, *broken)


def _statuses(account: Account) -> dict[str, str]:
    """Return what each stage means."""
    waiting = account.settings.waiting_stages
    return {
        stage: "closed" if closed else "waiting" if stage in waiting else "open"
        for stage, closed in account.schemas.stages.items()
    }


def _history(row: Row, key: str, statuses: Mapping[str, str]) -> Iterator[CaseEvent]:
    history = row.get("propertiesWithHistory") or {}
    ours = next((_source(entry) for entry in history.get(key) or () if entry.get("value")), ("", ""))
    for name, what in WHAT.items():
        # The newest comes first; of two at the same instant the order is all there is.
        entries = (history.get(name) or [])[::-1]
        entries.sort(key=lambda entry: moment(entry["timestamp"]))
        before = ""
        for entry in entries:
            value = str(entry.get("value") or "")
            yield CaseEvent(
                native_id=f"{row['id']}:{name}:{entry['timestamp']}:{value}",
                case_ref=row["id"],
                at=moment(entry["timestamp"]),
                what=what,
                value=_status(value, statuses) if what is What.STATUS else value,
                before=_status(before, statuses) if what is What.STATUS else before,
                native=value if what is What.STATUS else "",
                actor=actor(entry, ours),
                actor_id=str(entry.get("updatedByUserId") or ""),
            )
            before = value
    for loser in objects.merged_ids(row, MERGED):
        yield _merged(row, loser, history.get(MERGED) or [], ours)


def _merged(row: Row, loser: str, entries: list[dict[str, Any]], ours: tuple[str, str]) -> CaseEvent:
    first: Mapping[str, Any] = next(
        (entry for entry in reversed(entries) if loser in str(entry.get("value")).split(";")), {}
    )
    return CaseEvent(
        native_id=f"{loser}:merged:{row['id']}",
        case_ref=loser,
        at=moment(first["timestamp"]) if first else _changed_at(row),
        what=What.MERGED,
        value=row["id"],
        actor=actor(first, ours),
    )


def _gone(account: Account, at: Position, now: datetime) -> tuple[list[CaseEvent], Position]:
    """List deleted tickets now and then: searches do not show them."""
    if at.listed is not None and now - at.listed < timedelta(minutes=account.settings.deletions_minutes):
        return [], at
    rows = objects.archived_since(account.client, TICKETS, at.listed, (), purpose=Purpose.ANSWER)
    gone = [row["id"] for row in rows]
    merged = account.finder.survivors(TICKETS, gone, purpose=Purpose.ANSWER) if rows else {}
    events = [
        CaseEvent(native_id=f"{row['id']}:deleted", case_ref=row["id"], at=objects.gone_at(row), what=What.DELETED)
        for row in rows
        if row["id"] not in merged
    ]
    return events, at.moved(listed=now)


def _status(stage: str, statuses: Mapping[str, str]) -> str:
    return statuses.get(stage, "open") if stage else ""


def _source(entry: Mapping[str, Any]) -> tuple[str, str]:
    return str(entry.get("sourceType") or ""), str(entry.get("sourceId") or "")


def _changed_at(row: Row) -> datetime:
    return moment(row["properties"].get("hs_lastmodifieddate") or row["updatedAt"])

"""What happened to tickets: agents' comments, changes of status, owner, group, priority, merges, deletions.

It is read from the export of ticket events, with an overlap, because that leaves out the latest minute; everything has a
native id, so it is known once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.zendesk import texts
from adapters.zendesk.cursors import Position, seconds
from adapters.zendesk.limits import Purpose
from adapters.zendesk.looking import merge_in
from adapters.zendesk.names import AMENDMENT, FOLLOWS, STATUSES
from adapters.zendesk.people import END_USER
from adapters.zendesk.values import moment
from bridge.nouns import ActivityPage, Actor, Answer, Attachment, CaseEvent, What
from bridge.rows import each, having

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.zendesk.account import Account
    from bridge.nouns import Broken, Cursor

Row = dict[str, Any]
WHAT: Mapping[str, What] = {
    "status": What.STATUS,
    "priority": What.PRIORITY,
    "assignee_id": What.OWNER,
    "group_id": What.QUEUE,
}
"""Fields whose changes are events."""
BY_HAND = frozenset({"web", "mobile", "email", "mail", "web form", "web interface", "chat", "voice", "mobile app"})
"""Channels by which a person writes; everything else of an agent's is a program's or a rule's."""
_LATEST_FIRST = {"sort_by": "deleted_at", "sort_order": "desc"}
TAKEN_BACK = ("CommentPrivacyChange", "CommentRedactionEvent")


def pages(account: Account, after: Cursor) -> Iterator[ActivityPage]:
    """Yield answers and events, oldest first, then what was deleted; each page moves the cursor."""
    now, at = account.surroundings.clock.now(), Position.read(after)
    settings = account.settings
    latest = seconds(now - timedelta(seconds=settings.export_lag))
    start = max(1, min(at.since - int(settings.overlap_seconds), latest))
    while True:
        found = account.client.export(
            "ticket_events", start_time=start, include="comment_events", purpose=Purpose.ANSWER
        )
        events = found["ticket_events"]
        newest = max((int(event["timestamp"]) for event in having(events, "timestamp")), default=0)
        more = not found.get("end_of_stream", True) and int(found["end_time"]) > start
        at = at.moved(since=max(at.since, newest))
        items, broken = _items(account, events)
        yield ActivityPage(items, at.cursor(), more=more, broken=broken)
        if not more:
            break
        start = int(found["end_time"])
    yield _deleted(account, at.moved(since=max(at.since, latest)), now)


def head(account: Account) -> Cursor:
    """Return the cursor for "from now"."""
    now = seconds(account.surroundings.clock.now())
    return Position(since=now, listed=now).cursor()


def _items(account: Account, events: list[Row]) -> tuple[tuple[Answer | CaseEvent, ...], tuple[Broken, ...]]:
    whole = having(events, "child_events")
    people = {str(event.get("updater_id") or "") for event in whole}
    people |= {str(child.get("author_id") or "") for event in whole for child in having(event["child_events"])}
    roles = account.roles(people)

    def read(event: Row) -> Iterator[Answer | CaseEvent]:
        for child in event["child_events"]:
            yield from _told(account, event, child, roles)

    return each(events, read, f"{account.surroundings.name} ticket events")


def _told(account: Account, event: Row, child: Row, roles: Mapping[str, str]) -> Iterator[Answer | CaseEvent]:
    kind, ticket = child.get("event_type") or child.get("type"), str(event["ticket_id"])
    if kind == "Comment" and "body" in child:
        author, via = str(child.get("author_id") or ""), _channel(child) or _channel(event)
        yield _answer(account, child, ticket, moment(event["created_at"]), _actor(account, author, via, roles))
        winner = merge_in(child)
        if winner:
            yield _event(account, event, child, roles, What.MERGED, winner)
        follows = FOLLOWS.match(str(child["body"])) if author == account.me else None
        if follows:
            closed = {**event, "ticket_id": follows[1]}
            yield _event(account, closed, child, roles, What.MERGED, ticket)
    elif kind in TAKEN_BACK:
        yield Answer(
            native_id=f"{ticket}/{child['comment_id']}",
            case_ref=ticket,
            at=moment(event["created_at"]),
            actor=Actor.AGENT,
            deleted=kind == "CommentRedactionEvent",
        )
    elif kind in ("Change", "Create"):
        for name, what in WHAT.items():
            if name in child:
                yield _event(
                    account, event, child, roles, what, str(child[name] or ""), str(child.get("previous_value") or "")
                )
        time_field = account.settings.time_field
        told = child.get("custom_ticket_fields")
        if time_field and isinstance(told, dict) and time_field in told:
            before = _minutes(child.get("previous_value"))
            yield _event(account, event, child, roles, What.TIME_WORKED, _minutes(told[time_field]), before)


def _answer(account: Account, child: Row, ticket: str, at: datetime, actor: Actor) -> Answer:
    author = str(child.get("author_id") or "")
    text = str(child.get("plain_body") or child["body"])
    said = str(child["body"])
    ours = texts.read(said) is not None or AMENDMENT.search(said) is not None
    merging = (
        bool(((child.get("via") or {}).get("source") or {}).get("rel") == "merge")
        if isinstance(child.get("via"), dict)
        else False
    )
    files = tuple(
        Attachment(url=str(file.get("content_url") or ""), name=str(file.get("file_name") or ""), size=file.get("size"))
        for file in child.get("attachments") or ()
    )
    return Answer(
        native_id=f"{ticket}/{child['id']}",
        case_ref=ticket,
        at=at,
        actor=Actor.US if ours else Actor.AUTOMATION if merging else actor,
        actor_name=account.name(author),
        actor_id=author,
        public=bool(child.get("public")),
        text=text,
        files=files,
    )


def _event(
    account: Account, event: Row, child: Row, roles: Mapping[str, str], what: What, value: str, before: str = ""
) -> CaseEvent:
    updater = str(event.get("updater_id") or "")
    status = what is What.STATUS
    return CaseEvent(
        native_id=f"{child['id']}:{what}",
        case_ref=str(event["ticket_id"]),
        at=moment(event["created_at"]),
        what=what,
        value=STATUSES.get(value, value) if status else value,
        before=STATUSES.get(before, before) if status else before,
        native=value if status else "",
        actor=_actor(account, updater, _channel(event), roles),
        actor_name=account.name(updater),
        actor_id=updater,
    )


def _actor(account: Account, user: str, channel: str, roles: Mapping[str, str]) -> Actor:
    role = roles.get(user, "")
    if user == account.me:
        return Actor.US
    if role == END_USER:
        return Actor.CUSTOMER
    if not role:
        return Actor.UNKNOWN if user.isdecimal() else Actor.AUTOMATION
    return Actor.AGENT if channel.casefold() in BY_HAND else Actor.AUTOMATION


def _minutes(seconds: object) -> str:
    """Return a time as other tools tell it; the app counts seconds."""
    text = str(seconds or "")
    return str(int(text) // 60) if text.isdecimal() else ""


def _channel(row: Row) -> str:
    """Return by which way something came: an object in comments, a word in events."""
    via = row.get("via")
    return str(via.get("channel") or "") if isinstance(via, dict) else str(via or "")


def _deleted(account: Account, at: Position, now: datetime) -> ActivityPage:
    """List deleted tickets now and then."""
    if now.timestamp() - at.listed < account.settings.deletions_minutes * 60:
        return ActivityPage((), at.cursor())
    gone = []
    for rows in account.client.pages("/deleted_tickets", "deleted_tickets", _LATEST_FIRST):
        fresh = [
            row for row in rows if moment(row["deleted_at"]).timestamp() >= at.listed - account.settings.overlap_seconds
        ]
        gone += fresh
        if len(fresh) < len(rows):
            break
    events = [
        CaseEvent(
            native_id=f"{row['id']}:deleted",
            case_ref=str(row["id"]),
            at=moment(row["deleted_at"]),
            what=What.DELETED,
            actor=_actor(
                account,
                str((row.get("actor") or {}).get("id") or ""),
                "web",
                account.roles([str((row.get("actor") or {}).get("id") or "")]),
            ),
        )
        for row in reversed(gone)
    ]
    return ActivityPage(tuple(events), at.moved(listed=seconds(now)).cursor())

"""Tickets that we did not make: all open ones at first, later those to which anything happened."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from adapters.request_tracker import activity, contents
from adapters.request_tracker.client import moment
from adapters.request_tracker.looking import OF_TICKETS, of_custom
from adapters.request_tracker.names import DELETED, REQUESTOR, TICKET, custom_name
from adapters.request_tracker.people import shown
from bridge.nouns import CasePage, CaseSnapshot, Cursor
from bridge.rows import having, newest, sound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from adapters.request_tracker.looking import Row
    from adapters.request_tracker.tracker import Tracker

LINK = re.compile(r"https?://[^\s<>\"')\]]+")


def pages(tracker: Tracker, after: Cursor) -> Iterator[CasePage]:
    """Yield open tickets of others, later those that changed, closed or went."""
    at: dict[str, Any] = json.loads(after.value) if after.value else {"since": activity.newest(tracker), "listing": 0}
    if "listing" in at:
        for rows in tracker.finder.open_tickets(str(at["listing"])):
            if rows:
                at = {**at, "listing": newest(rows, "id", int(at["listing"]))}
                yield _page(tracker, rows, _cursor(at), more=True)
        at = {"since": at["since"]}
        yield CasePage((), _cursor(at))
        return
    yield from _changed(tracker, int(at["since"]))


def _changed(tracker: Tracker, since: int) -> Iterator[CasePage]:
    query = f"{OF_TICKETS} AND id > {max(0, since - tracker.settings.overlap)}"
    for rows in tracker.client.pages("transactions", query=query, fields="ObjectId", orderby="id"):
        if rows:
            found = tracker.finder.tickets({str(row["ObjectId"]) for row in having(rows, "ObjectId")})
            since = newest(rows, "id", since)
            yield _page(tracker, list(found.values()), _cursor({"since": since}))


def _page(tracker: Tracker, rows: Sequence[Row], cursor: Cursor, *, more: bool = False) -> CasePage:
    key = custom_name(tracker.finder.key_field(TICKET))

    def alone(row: Row) -> list[CaseSnapshot]:
        theirs = not of_custom(row, key) and str(row["EffectiveId"]) == str(row["id"])
        return [_snapshot(tracker, row, "", ())] if theirs else []

    whole, broken = sound(rows, alone, f"{tracker.surroundings.name} tickets")
    first = _first_texts(tracker, [str(row["id"]) for row in whole])
    active = tracker.finder.active([str(row["id"]) for row in whole])
    cases = tuple(_snapshot(tracker, row, first.get(str(row["id"]), ""), active) for row in whole)
    return CasePage(cases, cursor, more=more, broken=broken)


def _snapshot(tracker: Tracker, row: Row, text: str, active: Collection[str]) -> CaseSnapshot:
    ref, last = str(row["id"]), moment(row["LastUpdated"])
    people: list[Mapping[str, Any]] = row.get(REQUESTOR) or []
    over = row["Status"] == DELETED or ref not in active
    return CaseSnapshot(
        ref=ref,
        read_at=tracker.surroundings.clock.now(),
        opened_at=moment(row["Created"]),
        last_at=last,
        closed_at=last if over else None,
        subject=row["Subject"] or "",
        text=text,
        person_ref=str(people[0]["id"]) if people and str(people[0]["id"]).isdecimal() else "",
        shown=shown(people[0], tracker.settings.handles) if people else (),
        permalinks=tuple(LINK.findall(text)),
        url=tracker.url(ref),
    )


def _first_texts(tracker: Tracker, tickets: Sequence[str]) -> dict[str, str]:
    """Return what each ticket began with."""
    if not tickets:
        return {}
    conditions = (f"ObjectId = {ref}" for ref in tickets)
    created = {
        str(row["id"]): str(row["ObjectId"]) for row in tracker.finder.transactions(conditions, "Type = 'Create'")
    }
    said = contents.texts(tracker, list(created))
    return {ticket: said[number][0] for number, ticket in created.items() if number in said}


def _cursor(at: Mapping[str, Any]) -> Cursor:
    return Cursor(json.dumps(at, sort_keys=True))

"""Incremental exports: users and tickets by cursor, ticket events by time; nothing of the last minute, system updates too."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.fakes.zendesk.errors import Declined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.fakes.zendesk.state import Row, State


def by_cursor(state: State, name: str, query: dict[str, str]) -> Row:
    """Return a page of ``users`` or ``tickets`` as they are now, in the order in which they changed."""
    rows: Iterable[Row] = (state.users if name == "users" else state.tickets).values()
    until = (state.clock.now() - state.org.export_lag).timestamp()
    place = _place(query, state)
    ordered = sorted((row["generated_timestamp"], row["id"], row) for row in rows)
    after = [one for one in ordered if (one[0], one[1]) > place and one[0] <= until]
    page = after[: state.org.page]
    at = (page[-1][0], page[-1][1]) if page else place
    cursor = base64.b64encode(f"{at[0]!r}||{at[1]}".encode()).decode()
    return {
        name: [{**row, "generated_timestamp": int(row["generated_timestamp"])} for _, _, row in page],
        "after_cursor": cursor,
        "after_url": f"/api/v2/incremental/{name}/cursor.json?cursor={cursor}",
        "end_of_stream": len(page) == len(after),
    }


def ticket_events(state: State, query: dict[str, str]) -> Row:
    """Return a page of audits since a time; with ``include=comment_events`` comments in full."""
    start = _start(query, state)
    until = (state.clock.now() - state.org.export_lag).timestamp()
    after = [audit for audit in state.audits if start <= audit["timestamp"] <= until]
    page = after[: state.org.page]
    # All of one second come together: pages resume by time.
    page += [audit for audit in after[len(page) :] if page and int(audit["timestamp"]) == int(page[-1]["timestamp"])]
    in_full = query.get("include") == "comment_events"
    end = int(page[-1]["timestamp"]) + 1 if len(page) < len(after) else int(page[-1]["timestamp"]) if page else start
    return {
        "ticket_events": [_event(audit, in_full=in_full) for audit in page],
        "count": len(page),
        "end_time": end,
        "next_page": f"/api/v2/incremental/ticket_events.json?start_time={end}",
        "end_of_stream": len(page) == len(after),
    }


def _event(audit: Row, *, in_full: bool) -> Row:
    return {
        "id": audit["id"],
        "ticket_id": audit["ticket_id"],
        "timestamp": int(audit["timestamp"]),
        "created_at": audit["created_at"],
        "updater_id": audit["author_id"],
        "via": audit["via"]["channel"],
        "event_type": "Audit",
        "child_events": [_child(audit, event, in_full=in_full) for event in audit["events"]],
    }


def _child(audit: Row, event: Row, *, in_full: bool) -> Row:
    kind = event["type"]
    if kind == "Comment":
        told = {**event, "event_type": "Comment", "audit_id": audit["id"]}
        short = {"id": event["id"], "comment_present": True, "comment_public": event["public"], "event_type": "Comment"}
        return told if in_full else short
    if kind in ("Create", "Change"):
        told = {event["field_name"]: event["value"]}
        told = {"custom_ticket_fields": told} if event.get("own") else told
        more = {"previous_value": event["previous_value"]} if "previous_value" in event else {}
        return {"id": event["id"], **told, "event_type": kind, **more}
    return {**event, "event_type": kind}


def _place(query: dict[str, str], state: State) -> tuple[float, int]:
    if query.get("cursor"):
        try:
            at, _, number = base64.b64decode(query["cursor"]).decode().partition("||")
            return float(at), int(number)
        except ValueError as error:
            raise Declined(400, "InvalidCursor", "cursor is not valid") from error
    return _start(query, state) - 0.001, 0


def _start(query: dict[str, str], state: State) -> Any:  # noqa: ANN401 - seconds
    given = query.get("start_time", "")
    if not given.isdecimal():
        raise Declined(400, "StartTimeRequired", "start_time is missing or not a number")
    if int(given) > state.clock.now().timestamp() - state.org.export_lag.total_seconds():
        raise Declined(422, "InvalidValue", "Too recent start_time. Use a start_time older than 1 minute.")
    return int(given)

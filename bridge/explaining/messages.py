"""Why a message is in its case, or in none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.explaining.words import in_targets, span, when
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App

_M, _R, _P, _D = schema.message.c, schema.resolved.c, schema.profile.c, schema.decision.c

_ASPECTS = (
    ("wanted", "case"),
    ("reason", "reason"),
    ("priority", "priority"),
    ("queue", "queue"),
    ("first_reply", "first_reply"),
    ("resolve", "resolve"),
)
"""What triage says → under which name its rule is kept."""
_WHY = {
    "rule": "the rule “{}” says that it opens none, and it continues none.",
    "own": "it is our own post and answers nobody's case.",
    "history": "it was said before this connection began, and was imported as history.",
    "deleted": "it was deleted on the network before it could open one.",
    "waiting": "its customer's cases are not assembled yet; the next sync does that.",
}


def message(connection: Connection, _app: App, number: int) -> Iterator[str]:
    """Say what a message is, what triage said, where it belongs and stands."""
    row = connection.execute(select(schema.message).where(_M.id == number)).one()
    result = connection.execute(select(schema.resolved).where(_R.message_id == number)).first()
    yield _what(connection, row)
    yield f"It was read from {', '.join(row.seen_by or [row.connection])} {when(row.received_at)}."
    if row.edited_at is not None:
        yield f"It was edited on the network {when(row.edited_at)}."
    if row.deleted_at is not None:
        yield f"It was deleted on the network {when(row.deleted_at)}."
    if row.action_id is not None:
        yield f"We published it ourselves, for an agent: A-{row.action_id}."
    if result is None:
        yield "It was not resolved yet; the next sync does that."
        return
    yield from _triage(result.triage or {})
    yield from _place(connection, row, result)
    yield from _files(connection, number)
    yield from in_targets(connection, "message", number)


def _what(connection: Connection, row: Row[Any]) -> str:
    author = connection.execute(select(_P.handle, _P.name).where(_P.id == row.author_id)).first()
    name = (author.handle or author.name) if author is not None else ""
    way = "by us" if row.direction == "out" else f"by {name}" if name else "by nobody that is known"
    public = "public" if row.public else "private"
    return f"M-{row.id} is {row.key}: a {public} {row.kind} on {row.network} {way}, sent {when(row.sent_at)}."


def _triage(said: Mapping[str, Any]) -> Iterator[str]:
    rules = said.get("rules", {})
    for aspect, rule in _ASPECTS:
        if rules.get(rule):
            value = said.get(aspect, "")
            told = span(value) if isinstance(value, float) else value
            yield f"Triage: {rule.replace('_', ' ')} = {told} (rule “{rules[rule]}”)."


def _place(connection: Connection, row: Row[Any], result: Row[Any]) -> Iterator[str]:
    if result.answers_id is not None:
        yield f"It is our answer to M-{result.answers_id}."
    if result.case_id is not None:
        whose = f" of customer P-{result.customer_id}" if result.customer_id else ""
        yield f"It belongs to case C-{result.case_id}{whose}. Why that one: casebridge explain C-{result.case_id}"
        return
    kind, _, detail = result.why.partition(":")
    if kind == "decision":
        yield f"It is in no case: {_decided(connection, detail)}."
        return
    yield f"It is in no case: {_WHY.get(kind, '{}').format(detail or result.why)}"
    if kind == "rule" and row.direction == "in":
        yield f"To make it one: casebridge cases split M-{row.id}"


def _decided(connection: Connection, number: str) -> str:
    row = connection.execute(select(schema.decision).where(_D.id == int(number or 0))).first()
    reason = f": “{row.reason}”" if row is not None and row.reason else ""
    return f"somebody decided so (decision {number}){reason}"


def _files(connection: Connection, number: int) -> Iterator[str]:
    table = schema.attachment
    for row in connection.execute(select(table).where(table.c.message_id == number).order_by(table.c.position)):
        name = row.name or row.url or row.path
        reason = f": {row.reason}" if row.reason else ""
        yield f"Its attachment {name} is {row.state.replace('_', ' ')}{reason}."

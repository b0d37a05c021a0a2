"""Why a case is one case: what opened it, what joined it, which rules speak, whose turn it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.explaining.words import count, in_targets, when
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App

_K, _C, _M, _R, _D = schema.case.c, schema.customer.c, schema.message.c, schema.resolved.c, schema.decision.c

_ABOUT_CASES = ("case_split", "case_join", "case_move_to", "not_a_case")


def case(connection: Connection, _app: App, number: int) -> Iterator[str]:
    """Say what a case is and how it came together."""
    row = connection.execute(select(schema.case).where(_K.id == number)).one()
    if row.redirect_to is not None:
        yield f"C-{number} was joined with C-{row.redirect_to} and goes on there."
        return
    yield _what(connection, row)
    if row.messages:
        yield from _rules(row)
        yield from (_joined(row, joined) for joined in row.joined_by or ())
    else:
        yield f"No message belongs to it any more. What became of the first one: casebridge explain {row.anchor}"
    yield from _decisions(connection, number)
    if row.previous_id is not None:
        yield f"It follows C-{row.previous_id}, whose window had closed when the customer came back."
    if row.foreign_ref:
        yield f"It continues the case {row.foreign_ref} that {row.foreign_target} held without us: we append there and change nothing."
    if row.messages:
        yield _turn(connection, row)
    yield from in_targets(connection, "case", number)


def _what(connection: Connection, row: Row[Any]) -> str:
    name = connection.execute(select(_C.name).where(_C.id == row.customer_id)).scalar() or ""
    whose = f"customer P-{row.customer_id}{f' ({name})' if name else ''}" if row.customer_id else "nobody known"
    return f"C-{row.id} is a case of {whose} with {count(row.messages, 'message')}, {row.status}; it began with {row.anchor}."


def _rules(row: Row[Any]) -> Iterator[str]:
    rules = row.rules or {}
    if rules.get("case"):
        yield f"It is a case by the rule “{rules['case']}”."
    for aspect, value in (("contact reason", row.reason), ("priority", row.priority)):
        rule = rules.get(aspect.rpartition(" ")[2])
        if rule:
            yield f"Its {aspect} is {value} by the rule “{rule}”."
    if row.queue:
        why = ", because no rule was sure that it is a case" if row.queue == "to check" else ""
        yield f"Its queue is “{row.queue}”{why}."


def _joined(row: Row[Any], joined: Mapping[str, Any]) -> str:
    episode, fact = f"M-{joined['episode']} and what goes on from it", joined["fact"].partition(":")[0]
    match joined["by"]:
        case "opened":
            return f"{episode} opened it."
        case "fact":
            return f"{episode} joined it: both name the same {_word(fact)}."
        case "reason":
            return f"{episode} joined it: the same contact reason ({joined['fact']}), and not long after."
        case "foreign" if "/" in joined["fact"]:
            return f"{episode} belongs to it: {row.foreign_ref} names {joined['fact']}."
        case "foreign":
            return f"{episode} joined it: {row.foreign_ref} is about the same {_word(fact)}."
        case _:
            return f"{episode} is in it by a decision."


def _word(fact: str) -> str:
    return {"post": "post that is answered"}.get(fact, fact.replace("_", " "))


def _decisions(connection: Connection, number: int) -> Iterator[str]:
    """Name the decisions that stand about messages of this case; decisions are few."""
    query = select(schema.decision).where(_D.kind.in_(_ABOUT_CASES), _D.undone_at.is_(None)).order_by(_D.id)
    rows = connection.execute(query).all()
    named = sorted({key for row in rows for key in row.operands})
    mine = select(_M.key, _M.id).join(schema.resolved, _R.message_id == _M.id).where(_R.case_id == number)
    ids = {row.key: row.id for row in bulk.rows_where(connection, mine, _M.key, named)}
    for row in rows:
        about = [f"M-{ids[key]}" for key in row.operands if key in ids]
        if about:
            reason = f": “{row.reason}”" if row.reason else ""
            words = row.kind.removeprefix("case_").replace("_", " ")
            yield f"Decision {row.id} ({words}) of {row.actor or 'somebody'} is about {', '.join(about)}{reason}."


def _turn(connection: Connection, row: Row[Any]) -> str:
    if row.status == "closed":
        return f"It is closed{f', {when(row.closed_at)}' if row.closed_at else ''}."
    if row.status == "waiting":
        return f"It waits for the customer: we spoke last, {when(row.last_at)}."
    ours = select(_M.id).join(schema.resolved, _R.message_id == _M.id)
    answered = connection.execute(ours.where(_R.case_id == row.id, _M.direction == "out").limit(1)).first()
    due = f"; our first answer is due {when(row.first_reply_due)}" if row.first_reply_due and not answered else ""
    return f"It waits for us: the customer spoke last, {when(row.last_in_at)}{due}."

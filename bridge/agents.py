"""Agents' answers: what counts as one, and the action that it becomes, held for a minute."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.actions import OPEN, where_to
from bridge.answers import tells, words_of
from bridge.backup import REVIEW
from bridge.keys import target_key
from bridge.nouns import ActionKind, Actor, What
from bridge.outbox.again import refresh_cases
from bridge.outbox.notes import want_note
from bridge.outbox.predicates import STANDS
from bridge.restored import restored_lately
from bridge.store import bulk, schema
from bridge.store.settings import read_setting, write_setting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App, TargetSetup
    from bridge.nouns import Answer, CaseEvent

A = schema.action.c
D = schema.delivery.c
C = schema.customer.c


def publishing_since(connection: Connection, setup: TargetSetup, now: datetime) -> datetime | None:
    """Return since when answers of this target are published, noting when that was switched on; None while it is off.

    Open cases say where an answer goes, so they are delivered once more when that changes.
    """
    name = f"publish_since:{setup.name}"
    stored = read_setting(connection, name)
    if setup.publish == (stored is not None):
        return None if stored is None else datetime.fromisoformat(stored)
    refresh_cases(connection, setup.name)
    write_setting(connection, name, now.isoformat() if setup.publish else None)
    return now if setup.publish else None


def event_row(target: str, event: CaseEvent) -> dict[str, Any]:
    """Return the row of an event."""
    return {
        "target": target,
        "native_id": event.native_id,
        "case_ref": event.case_ref,
        "at": event.at,
        "what": str(event.what),
        "value": event.value,
        "before": event.before,
        "actor": str(event.actor),
        "actor_name": event.actor_name,
    }


def take_answers(
    connection: Connection,
    app: App,
    setup: TargetSetup,
    answers: Sequence[Answer],
    cases: Mapping[str, int],
    since: datetime | None,
) -> Counter[str]:
    """Make held actions of answers that count, cancel those taken back; returns counts by what happened."""
    counts: Counter[str] = Counter()
    keys = {answer.native_id: _key(app, setup.name, answer.native_id) for answer in answers}
    query = select(A.id, A.key, A.state, A.text, A.case_id)
    known = {row.key: row for row in bulk.rows_where(connection, query, A.key, sorted(keys.values()))}
    ours = _delivered(connection, setup.name, list(keys))
    # Oldest first, so that the last word about an answer is the one that stands.
    for answer in sorted(answers, key=lambda one: one.at):
        key = keys[answer.native_id]
        if answer.actor is Actor.US or answer.native_id in ours:
            continue
        bulk.insert_new(connection, schema.case_event, [_answer_event(setup.name, answer)])
        stood = known.get(key)
        if stood is not None:
            counts[_change(connection, stood, answer)] += 1
            continue
        why = not_an_answer(answer, cases, since)
        if why:
            counts[why] += 1
            continue
        action = _action(connection, app, setup, answer, cases[answer.case_ref], key)
        counts[f"answers_{action['state']}"] += 1
        known.update((row.key, row) for row in bulk.rows_where(connection, query, A.key, [key]))
    return counts


def not_an_answer(answer: Answer, cases: Mapping[str, int], since: datetime | None) -> str:
    """Return why a comment is not to be published, empty if it is."""
    if answer.actor is not Actor.AGENT:
        return f"answers_of_{answer.actor}"
    if not answer.public or answer.deleted:
        return "notes"
    if answer.case_ref not in cases:
        return "answers_elsewhere"
    if since is None:
        return "answers_while_off"
    if answer.at < since:
        return "answers_before"
    return ""


def _change(connection: Connection, stood: Row[Any], answer: Answer) -> str:
    """Follow an answer that was taken back or edited while it was held; what was sent stays sent."""
    taken_back = answer.deleted or not answer.public
    if stood.state not in OPEN:
        return "answers_taken_back_too_late" if taken_back and stood.state == "sent" else "answers_known"
    if taken_back:
        changes = {"state": "cancelled", "reason": "the agent took it back"}
    elif (text := words_of(answer.text).text) != stood.text:
        changes = {"text": text}
    else:
        return "answers_known"
    connection.execute(schema.action.update().where(A.id == stood.id, A.state.in_(OPEN)).values(changes))
    return "answers_cancelled" if taken_back else "answers_edited"


def _action(
    connection: Connection, app: App, setup: TargetSetup, answer: Answer, case_id: int, key: str
) -> dict[str, Any]:
    words = words_of(answer.text)
    where = where_to(connection, case_id, in_public=words.in_public)
    message = where.message
    row = {
        "key": key,
        "kind": str(ActionKind.REPLY),
        "target": setup.name,
        "answer_id": answer.native_id,
        "case_ref": answer.case_ref,
        "case_id": case_id,
        "message_id": message.id if message is not None else None,
        "connection": message.connection if message is not None else "",
        "network": message.network if message is not None else "",
        "public": message.public if message is not None else True,
        "actor": answer.actor_name,
        "text": words.text,
        "state": "held",
        "reason": "",
        "alternatives": None,
        "asked_at": answer.at,
        "hold_until": answer.at + setup.hold,
        "sending_at": None,
        "sent_at": None,
        "ref": "",
        "attempts": 0,
    }
    row |= _judged(connection, app, setup, answer, row, message)
    bulk.insert_new(connection, schema.action, [row])
    if row["state"] == "refused":
        stored = connection.execute(select(schema.action).where(A.key == key)).one()
        want_note(connection, app, stored, f"Your answer was not sent: {row['reason']}", app.clock.now())
    return row


def _judged(
    connection: Connection,
    app: App,
    setup: TargetSetup,
    answer: Answer,
    row: Mapping[str, Any],
    message: Row[Any] | None,
) -> dict[str, Any]:
    """Return what changes for an answer that cannot go, or about which a person must be asked."""
    if message is None:
        return {"state": "refused", "reason": "the case holds no message of the customer that could be answered"}
    source = app.sources.get(message.connection)
    if source is None or source.publisher is None:
        by_hand = f"answer by hand at {message.permalink}" if message.permalink else "answer by hand on the network"
        reason = f"nothing is published on {message.connection}"
        return {"state": "refused", "reason": reason, "alternatives": [by_hand]}
    if not row["text"]:
        return {"state": "refused", "reason": "nothing is left of it without quotes and signature"}
    doubt = _doubt(connection, app, setup, answer) or _tells_all(connection, row, message)
    return {"state": "review", "reason": doubt} if doubt else {}


def _doubt(connection: Connection, app: App, setup: TargetSetup, answer: Answer) -> str:
    """Return why a person must look at an answer before it goes, empty if nobody need."""
    restored = restored_lately(connection, app.clock.now())
    if restored is not None and answer.at <= restored:
        return REVIEW
    if answer.files:
        return "it has files, which do not go along; approve it to send the text alone"
    if app.clock.now() - answer.at > setup.stale_answer:
        hours = setup.stale_answer.total_seconds() / 3600
        return f"it was written more than {hours:g} hours ago; is it still true?"
    return ""


def _tells_all(connection: Connection, row: Mapping[str, Any], message: Row[Any]) -> str:
    told = _told(connection, row) if message.public else ""
    return f"it would tell everybody {told}" if told else ""


def _told(connection: Connection, row: Mapping[str, Any]) -> str:
    case = schema.case.c
    query = select(C.golden).join(schema.case, case.customer_id == C.id).where(case.id == row["case_id"])
    golden = connection.execute(query).scalar() or {}
    emails = [*(golden.get("emails") or ()), golden.get("email") or ""]
    phones = [*(golden.get("phones") or ()), golden.get("phone") or ""]
    return tells(row["text"], emails=[each for each in emails if each], phones=[each for each in phones if each])


def _delivered(connection: Connection, target: str, refs: Sequence[str]) -> set[str]:
    """Return which of the records are messages that we put there."""
    query = select(D.ref).where(STANDS, D.target == target, D.thing == "message")
    return {row.ref for row in bulk.rows_where(connection, query, D.ref, refs)}


def _answer_event(target: str, answer: Answer) -> dict[str, Any]:
    return {
        "target": target,
        "native_id": f"answer:{answer.native_id}",
        "case_ref": answer.case_ref,
        "at": answer.at,
        "what": str(What.OTHER),
        "value": "answer" if answer.public else "note",
        "before": "",
        "actor": str(answer.actor),
        "actor_name": answer.actor_name,
    }


def _key(app: App, target: str, native_id: str) -> str:
    return target_key(app.organisation, app.environment, f"action:{target}:{native_id}")

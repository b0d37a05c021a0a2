"""Agents' answers: what counts as one, and the action that it becomes, held for a minute."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.actions import OPEN
from bridge.answer_files import NOT_ALONG, noted, readable
from bridge.approvals import AWAITS
from bridge.backup import REVIEW
from bridge.case_events import answer_row
from bridge.features import safe_text
from bridge.keys import target_key
from bridge.nouns import ActionKind, Actor
from bridge.outbox.action_notes import BY_HAND, TAKEN_BACK, composed
from bridge.outbox.notes import want_note
from bridge.outbox.predicates import STANDS
from bridge.overtaken import too_old
from bridge.restored import restored_lately
from bridge.speaking import speaker
from bridge.store import bulk, schema
from bridge.wishes import Wish, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App, TargetSetup
    from bridge.nouns import Answer
    from bridge.wishes import Part

A = schema.action.c
D = schema.delivery.c


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
    known = _known(connection, app, setup.name, [answer.native_id for answer in answers])
    ours = _delivered(connection, setup.name, [answer.native_id for answer in answers])
    # Oldest first, so that the last word about an answer is the one that stands.
    for told in sorted(answers, key=lambda one: one.at):
        answer = replace(told, text=safe_text(told.text))
        if answer.actor is Actor.US or answer.native_id in ours:
            continue
        bulk.insert_new(connection, schema.case_event, [answer_row(setup.name, answer)])
        stood = known.get(answer.native_id, {})
        if not stood and (why := not_an_answer(answer, cases, since)):
            counts[why] += 1
            continue
        counts.update(
            _taken_back(connection, stood) if _gone(answer) else _wanted(connection, app, setup, answer, cases, stood)
        )
        known.update(_known(connection, app, setup.name, [answer.native_id]))
    return counts


def _known(connection: Connection, app: App, target: str, ids: Sequence[str]) -> dict[str, dict[str, Row[Any]]]:
    """Return what was made of answers: native id → kind → action."""
    keys = {key_of(app, target, id_, kind): (id_, kind) for id_ in ids for kind in ActionKind}
    found: dict[str, dict[str, Row[Any]]] = defaultdict(dict)
    for row in bulk.rows_where(connection, select(schema.action), A.key, sorted(keys)):
        id_, kind = keys[row.key]
        found[id_][kind] = row
    return found


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


def _gone(answer: Answer) -> bool:
    return answer.deleted or not answer.public


def _taken_back(connection: Connection, stood: Mapping[str, Row[Any]]) -> Iterator[str]:
    """Cancel what an answer asked for; what was sent stays sent."""
    for row in stood.values():
        yield _change(connection, row, {"state": "cancelled", "reason": TAKEN_BACK}, "answers_cancelled")


def _wanted(
    connection: Connection,
    app: App,
    setup: TargetSetup,
    answer: Answer,
    cases: Mapping[str, int],
    stood: Mapping[str, Row[Any]],
) -> Iterator[str]:
    """Make what an answer asks for, or follow it where it was edited while it was held."""
    case_id = cases.get(answer.case_ref)
    if case_id is None:  # it was made when the case was ours
        return
    wish = Wish(
        target=setup.name,
        case_ref=answer.case_ref,
        case_id=case_id,
        id=answer.native_id,
        actor=answer.actor_name,
        actor_id=answer.actor_id,
        at=answer.at,
        text=answer.text,
        files=answer.files,
    )
    parts = parts_of(connection, app, wish)
    for part in parts:
        row = stood.get(part.kind)
        if row is None:
            yield f"answers_{draft(connection, app, setup, wish, part)['state']}"
        elif part.differs(row):
            yield _draft_again(connection, app, setup, wish, part, row)
        else:
            yield "answers_known"
    for kind in stood.keys() - {part.kind for part in parts}:
        yield _change(connection, stood[kind], {"state": "cancelled", "reason": TAKEN_BACK}, "answers_cancelled")


def _draft_again(connection: Connection, app: App, setup: TargetSetup, wish: Wish, part: Part, row: Row[Any]) -> str:
    """Judge an answer anew that was edited, also one that was refused before it was tried; an approval was for the old words."""
    if row.state not in (*OPEN, "refused") or row.sending_at is not None:
        return "answers_known"
    changes = judged(connection, app, setup, wish, part)
    for each in ("key", "asked_at", "attempts", "overrides"):
        del changes[each]
    if row.state not in ("queued", "refused"):
        changes["hold_until"] = row.hold_until
    if changes["awaits"]:
        changes["awaits_since"] = app.clock.now() + timedelta.resolution  # what was approved until now was not this
    where = (A.id == row.id) & (A.state == row.state)
    if not connection.execute(schema.action.update().where(where).values(changes)).rowcount:
        return "answers_known"
    _show_composed(connection, app, row.key, part)
    return "answers_edited" if changes["state"] == "held" else f"answers_{changes['state']}"


def _change(connection: Connection, row: Row[Any], changes: Mapping[str, Any], happened: str) -> str:
    """Change an action of which nothing was sent; returns what happened."""
    if row.state not in OPEN:
        return "answers_taken_back_too_late" if "state" in changes and row.state == "sent" else "answers_known"
    connection.execute(schema.action.update().where(A.id == row.id, A.state.in_(OPEN)).values(changes))
    return happened


def draft(connection: Connection, app: App, setup: TargetSetup, wish: Wish, part: Part) -> dict[str, Any]:
    """Store one thing to do: held, refused, or a person is asked. The case shows what a template has made."""
    row = judged(connection, app, setup, wish, part)
    bulk.insert_new(connection, schema.action, [row])
    _show_composed(connection, app, row["key"], part)
    return row


def judged(connection: Connection, app: App, setup: TargetSetup, wish: Wish, part: Part) -> dict[str, Any]:
    """Return the row of one thing to do, as it would be stored."""
    row = _row(app, setup, wish, part)
    return row | _judged(connection, app, setup, wish, row, part)


def _show_composed(connection: Connection, app: App, key: str, part: Part) -> None:
    row = connection.execute(select(schema.action).where(A.key == key)).one()
    if part.composed and row.state != "refused":
        want_note(connection, app, row, composed(row), app.clock.now())


def _row(app: App, setup: TargetSetup, wish: Wish, part: Part) -> dict[str, Any]:
    message = part.where.message
    source = speaker(app, message) if message is not None else None
    seen_at = message.connection if message is not None else ""
    return {
        "key": key_of(app, setup.name, wish.id, part.kind),
        "kind": str(part.kind),
        "target": setup.name,
        "answer_id": wish.id,
        "case_ref": wish.case_ref,
        "case_id": wish.case_id,
        "message_id": message.id if message is not None else None,
        "connection": source.name if source is not None else seen_at,
        "network": message.network if message is not None else "",
        "public": part.where.public,
        "actor": wish.actor,
        "actor_id": wish.actor_id,
        "text": part.text,
        "state": "held",
        "reason": "",
        "alternatives": None,
        "found": None,
        "overrides": None,
        "asked_at": wish.at,
        "hold_until": wish.at + setup.hold,
        "sending_at": None,
        "sent_at": None,
        "ref": "",
        "attempts": 0,
        "files": noted(wish.files, part.alts) or None,
        "awaits": "",
        "awaits_since": None,
        "approved_by": "",
        "approved_at": None,
        "looked_at": "",
        "told": "",
    }


def _judged(
    connection: Connection,
    app: App,
    setup: TargetSetup,
    wish: Wish,
    row: Mapping[str, Any],
    part: Part,
) -> dict[str, Any]:
    """Return what changes for an answer that cannot go, or about which a person must be asked."""
    message = part.where.message
    if part.refusal or message is None:
        return {"state": "refused", "reason": part.refusal, "alternatives": list(part.alternatives) or None}
    if speaker(app, message) is None:
        by_hand = f"answer by hand at {message.permalink}" if message.permalink else "answer by hand on the network"
        state = BY_HAND if part.kind is ActionKind.REPLY else "refused"
        return {"state": state, "reason": f"nothing is published on {message.connection}", "alternatives": [by_hand]}
    if part.kind is not ActionKind.REPLY:
        return {}
    if not row["text"]:
        return {"state": "refused", "reason": "nothing is left of it without quotes and signature"}
    doubt = _doubt(connection, app, setup, wish)
    if not doubt:
        return _awaiting(setup, wish)
    return {"state": "review", "reason": doubt, "files": row["files"] if readable(wish.files, setup) else None}


def _awaiting(setup: TargetSetup, wish: Wish) -> dict[str, Any]:
    """Return what changes for an answer where all need approval."""
    if setup.approval is None:
        return {}
    return {"state": "review", "reason": setup.approval.question(), "awaits": AWAITS, "awaits_since": wish.at}


def _doubt(connection: Connection, app: App, setup: TargetSetup, wish: Wish) -> str:
    """Return why a person must look at an answer before it goes, empty if nobody need."""
    restored = restored_lately(connection, app.clock.now())
    if restored is not None and wish.at <= restored:
        return REVIEW
    if not readable(wish.files, setup):
        return f"it has files that cannot be read from here; {NOT_ALONG}"
    return too_old(wish.at, setup.stale_answer, app.clock.now())


def _delivered(connection: Connection, target: str, refs: Sequence[str]) -> set[str]:
    """Return which of the records are messages that we put there."""
    query = select(D.ref).where(STANDS, D.target == target, D.thing == "message")
    return {row.ref for row in bulk.rows_where(connection, query, D.ref, refs)}


def key_of(app: App, target: str, id_: str, kind: str) -> str:
    """Return our key of one thing to do that an answer asked for."""
    what = "" if kind == ActionKind.REPLY else f":{kind}"
    return target_key(app.organisation, app.environment, f"action:{target}:{id_}{what}")

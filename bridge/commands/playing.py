"""The acts of the demonstration: an agent's answer from the desk to the network, and a second run that doubles nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import orjson
from sqlalchemy import case, func, select

from bridge import actions, engine, runs
from bridge.errors import CasebridgeError, Exit
from bridge.hands import HasAgent
from bridge.ledger import ledger
from bridge.store import schema
from bridge.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App
    from bridge.clock import ShiftedClock
    from bridge.commands.progress import Advance

AGENT = "Mia"
WORDS = {
    "de": "Danke für die Nachricht! Wir sehen uns das gleich an und melden uns hier wieder. ^Mia",
    "en": "Thanks for telling us! We are looking into it and will answer here. ^Mia",
}
"""What the agent writes, by the language of the customer's message."""

M = schema.message.c
R = schema.resolved.c
C = schema.case.c
D = schema.delivery.c
A = schema.action.c


@runtime_checkable
class HasOutbox(Protocol):
    """A source whose answers go into a file."""

    outbox: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An open case that nobody answered yet, and the customer's last words in it."""

    case: int
    target: str
    ref: str
    network: str
    connection: str
    customer: str
    priority: str
    reason: str
    reach: int
    lang: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How an answer went: what state it was in after each sync, and how it stands in the outbox."""

    question: Question
    agent: str
    text: str
    hold_seconds: float
    held: str
    sent: str
    ref: str
    outbox: str
    """The file, from the project folder."""
    lines: list[dict[str, Any]]
    """What stands there."""
    note: str
    """What the agent reads in the case afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What a second run over the same exports brought, and what the accounts say after it."""

    seen: int
    new: int
    repeated: int
    quarantined: int
    created: int
    """Records in targets."""
    answers: int
    """Lines in the outbox of the answer."""
    balanced: bool
    checked: int
    verified: bool


def run(app: App, progress: Advance = lambda _step, _name, _count: None) -> runs.RunReport:
    """Run all syncs; raises ``CasebridgeError`` for anything worse than rows that were set aside."""
    report = engine.sync(app, None, runs.SyncOptions(progress=progress))
    if report.exit_code > Exit.SET_ASIDE:
        message = "The demonstration went wrong: " + "; ".join(report.problems)
        raise CasebridgeError(message)
    return report


def answer(app: App, clock: ShiftedClock) -> Answered:
    """Answer the most urgent open question in public as an agent would, and bring the answer to the network."""
    question = _question(app)
    hands, hold = app.targets[question.target].target, app.targets[question.target].hold
    if not isinstance(hands, HasAgent):
        message = f"The target {question.target} lends no agent's hands."
        raise CasebridgeError(message)
    text = WORDS.get(question.lang[:2], WORDS["en"])
    hands.agent().reply(question.ref, text, author=AGENT, attach=())
    run(app)
    held = _action(app, question.ref)
    clock.forward(hold + timedelta(seconds=1))
    run(app)
    sent = _action(app, question.ref)
    run(app)
    outbox = _outbox(app, question.connection)
    return Answered(
        question=question,
        agent=AGENT,
        text=text,
        hold_seconds=hold.total_seconds(),
        held=held.state,
        sent=sent.state,
        ref=sent.ref,
        outbox=str(outbox.relative_to(app.folder)),
        lines=_lines(outbox),
        note=_last_note(hands.agent().show(question.ref)),
    )


def again(app: App, answered: Answered) -> Again:
    """Run once more and draw up the accounts."""
    report = run(app)
    counts = [report.counts[name] for name in app.sources]
    totals = {name: sum(each.get(name, 0) for each in counts) for name in ("seen", "new", "repeated", "quarantined")}
    proofs = [verify(app, name) for name in app.targets]
    return Again(
        **totals,
        created=sum(report.counts.get(name, {}).get("created", 0) for name in app.targets),
        answers=len(_lines(app.folder / answered.outbox)),
        balanced=ledger(app).balanced,
        checked=sum(proof.checked for proof in proofs),
        verified=all(proof.ok for proof in proofs),
    )


def _question(app: App) -> Question:
    """Return the most urgent question that can be answered in public; of several, the one that most people see."""
    with app.store.read() as connection:
        for row in _unanswered(connection):
            where = actions.where_to(connection, row.id)
            if where.message is None or not where.public or not _can(app, where.message):
                continue
            return _asked(connection, row, where.message)
    message = "There is no open question in public that could be answered."
    raise CasebridgeError(message)


def _unanswered(connection: Connection) -> list[Row[Any]]:
    reach = func.max(func.coalesce(M.reach, 0)).label("reach")
    said = schema.case.join(schema.resolved, R.case_id == C.id).join(schema.message, M.id == R.message_id)
    urgency = case({"urgent": 0, "high": 1, "normal": 2}, value=C.priority, else_=3)
    delivered = (D.case_id == C.id) & (D.thing == "case") & (D.state == "delivered")
    query = (
        select(C.id, C.priority, C.reason, D.target, D.ref, reach)
        .select_from(said.join(schema.delivery, delivered))
        .where(C.status == "open", C.public, C.customer_id.is_not(None), C.queue != "to check")
        .group_by(C.id, C.priority, C.reason, D.target, D.ref)
        .having(func.max(M.direction) == "in")
        .order_by(urgency, reach.desc(), C.id)
    )
    return list(connection.execute(query))


def _can(app: App, message: Any) -> bool:  # noqa: ANN401 - a message's row
    source = app.sources[message.connection]
    if source.publisher is None or not isinstance(source.source, HasOutbox):
        return False
    action = actions.reply_to(message, "", key="", text="", connection=source.name)
    return source.publisher.eligibility(action).can


def _asked(connection: Connection, row: Row[Any], message: Any) -> Question:  # noqa: ANN401 - a message's row
    texts = schema.message_text.c
    query = (
        select(M.lang, texts.text, schema.profile.c.handle, schema.profile.c.name)
        .join(schema.message_text, texts.message_id == M.id)
        .outerjoin(schema.profile, schema.profile.c.id == M.author_id)
        .where(M.id == message.id)
    )
    said = connection.execute(query).one()
    return Question(
        case=row.id,
        target=row.target,
        ref=row.ref,
        network=message.network,
        connection=message.connection,
        customer=said.name or said.handle or "",
        priority=row.priority,
        reason=row.reason,
        reach=row.reach,
        lang=said.lang,
        text=said.text,
    )


def _action(app: App, case_ref: str) -> Any:  # noqa: ANN401 - a row of state and ref
    query = select(A.state, A.ref).where(A.case_ref == case_ref).order_by(A.id.desc()).limit(1)
    with app.store.read() as connection:
        return connection.execute(query).one()


def _outbox(app: App, connection: str) -> Path:
    source = app.sources[connection].source
    if not isinstance(source, HasOutbox) or source.outbox is None:
        message = f"The source {connection} has no outbox."
        raise CasebridgeError(message)
    return source.outbox


def _lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def _last_note(case: dict[str, Any]) -> str:
    notes = [message for message in case.get("messages", ()) if not message.get("public")]
    return str(notes[-1].get("text", "")) if notes else ""

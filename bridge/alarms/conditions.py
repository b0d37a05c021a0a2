"""What is wrong at this moment, by the store alone: each function looks for one kind of trouble."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bridge.alarms.kinds import SILENT, TALKATIVE, TIMES, kinds, usual_pause
from bridge.alarms.model import Alarm, Severity
from bridge.alarms.windows import closed, closing
from bridge.brakes import BRAKE, PUBLISH
from bridge.hooked import inbox_of
from bridge.inbox import FILE as INBOX
from bridge.outbox.predicates import OPEN
from bridge.reading import MESSAGES
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.app import App

OUT_OF_REACH = timedelta(hours=1)
"""For how long a connection may fail before an alarm is raised."""
ENDING = timedelta(days=7)
"""How long before its end a sign-in is an alarm."""
LYING = timedelta(minutes=30)
"""How long a webhook call may wait for a sync."""
RECENT = timedelta(days=1)
"""How long answers that were not sent are an alarm; those held for personal data are one until somebody looked."""

_P, _M, _D, _A = schema.progress.c, schema.message.c, schema.delivery.c, schema.action.c


def alarms(app: App) -> list[Alarm]:
    """Return everything that is wrong now."""
    now = app.clock.now()
    found: list[Alarm] = []
    with app.store.read() as connection:
        for look in (_silent, kinds, _failing, _spent, _braked, _unsent, _refused, closing, closed, _ending):
            found += look(connection, app, now)
    return [*found, *_lying(app, now)]


def _silent(connection: Connection, app: App, now: datetime) -> Iterator[Alarm]:
    """Look for sources that bring nothing for much longer than usual, and for a day at least."""
    for row in connection.execute(
        select(schema.progress).where(_P.stream == MESSAGES, _P.last_message_at.is_not(None))
    ):
        setup = app.sources.get(row.connection)
        if setup is None or not setup.source.live or row.new < TALKATIVE:
            continue
        gap = (row.last_message_at - row.started_at) / row.new
        if now - row.last_message_at < max(SILENT, gap * TIMES, usual_pause(connection, row.connection)):
            continue
        yield Alarm(
            kind="silence",
            subject=row.connection,
            severity=Severity.WARNING,
            what=f"{row.connection} brings nothing any more, although it is read without an error.",
            since=row.last_message_at,
            customers=None,
            command=f"casebridge check; if the sign-in is to blame: casebridge connect {row.connection}",
        )


def _failing(connection: Connection, app: App, now: datetime) -> Iterator[Alarm]:
    """Look for connections that could not be read for some time."""
    query = select(
        _P.connection,
        func.min(func.coalesce(_P.last_ok_at, _P.started_at)).label("since"),
        func.min(_P.error).label("error"),
    )
    for row in connection.execute(query.where(_P.error != "").group_by(_P.connection)):
        if now - row.since < OUT_OF_REACH or row.connection not in {*app.sources, *app.targets}:
            continue
        yield Alarm(
            kind="failing",
            subject=row.connection,
            severity=Severity.CRITICAL,
            what=f"{row.connection} cannot be read: {row.error}",
            since=row.since,
            customers=None if row.connection in app.sources else _waiting(connection, row.connection),
            command="casebridge check",
        )


def _spent(connection: Connection, _app: App, now: datetime) -> Iterator[Alarm]:
    """Look for budgets that are used up for longer than a short rest."""
    budget = schema.budget.c
    query = select(budget.name, budget.pause_until, budget.refilled_at)
    for row in connection.execute(query.where(budget.pause_until > now + timedelta(minutes=15))):
        name, _, share = row.name.partition(":")
        what = {"": "everything", "read": "reading its contacts", "deliver": "deliveries", "answer": "answers"}.get(
            share, share
        )
        yield Alarm(
            kind="budget",
            subject=row.name,
            severity=Severity.WARNING,
            what=f"The calls of {name} for {what} are used up until {row.pause_until:%Y-%m-%d %H:%M} UTC; then it goes on by itself.",
            since=row.refilled_at,
            customers=_waiting(connection, name),
            command="casebridge status",
        )


def _braked(connection: Connection, _app: App, _now: datetime) -> Iterator[Alarm]:
    """Look for steps that a brake has stopped; what a person paused, that person knows."""
    for row in connection.execute(select(schema.pause).where(schema.pause.c.by == BRAKE)):
        publishing = row.step == PUBLISH
        what, _, command = row.reason.partition(" If they are wanted: ")
        yield Alarm(
            kind="brake",
            subject=f"{row.step} {row.connection}".strip(),
            severity=Severity.CRITICAL,
            what=what,
            since=row.at,
            customers=_waiting(connection, row.connection),
            command=f"{'casebridge actions list --state held; ' if publishing else ''}if they are wanted: "
            f"{command or f'casebridge resume {row.step} {row.connection}'.strip()}",
        )


_UNSENT = {
    "refused": ("was not sent", "casebridge actions list --state refused"),
    "unknown": ("may not have been sent", "look there; then casebridge actions cancel or retry"),
    "review": ("waits for a decision", "casebridge actions list --state review; then approve or cancel"),
    "by_hand": ("is to be given by hand", "casebridge actions list --state by_hand; then casebridge actions done"),
}
"""State → what has become of an answer, and what to do next."""


def _unsent(connection: Connection, _app: App, now: datetime) -> Iterator[Alarm]:
    """Look for agents' answers that did not go out: a window closed, the post was deleted, nobody knows."""
    customers = func.count(_A.case_id.distinct()).label("customers")
    query = (
        select(_A.connection, _A.state, _A.reason, func.count().label("number"), customers)
        .add_columns(func.min(_A.asked_at).label("since"))
        .where(_A.state.in_(sorted(_UNSENT)), _A.awaits == "", (_A.asked_at > now - RECENT) | _A.found.is_not(None))
        .group_by(_A.connection, _A.state, _A.reason)
        .order_by(_A.connection, _A.state, _A.reason)
    )
    for row in connection.execute(query):
        what, command = _UNSENT[row.state]
        answers = "One answer" if row.number == 1 else f"{row.number} answers, of which each"
        where = f" on {row.connection}" if row.connection else ""
        yield Alarm(
            kind="unsent",
            subject=f"{row.connection}: {row.state}: {row.reason}",
            severity=Severity.WARNING,
            what=f"{answers} {what}{where}: {row.reason or 'the reason is not known'}{'' if row.reason.endswith('?') else '.'}",
            since=row.since,
            customers=max(row.customers, 1),
            command=command,
        )


def _refused(connection: Connection, _app: App, _now: datetime) -> Iterator[Alarm]:
    """Look for cases that a target refused: their customers are seen by nobody."""
    query = select(_D.target, func.count().label("number"), func.min(_D.created_at).label("since"))
    for row in connection.execute(query.where(_D.state == "refused", _D.thing == "case").group_by(_D.target)):
        cases = "one case" if row.number == 1 else f"{row.number} cases"
        yield Alarm(
            kind="refused",
            subject=row.target,
            severity=Severity.WARNING,
            what=f"{row.target} refused {cases}.",
            since=row.since,
            customers=row.number,
            command="casebridge deliveries list --where state=refused",
        )


def _ending(connection: Connection, app: App, now: datetime) -> Iterator[Alarm]:
    """Look for sign-ins that end soon and are not renewed by themselves."""
    ends = app.vault.ends() if app.vault is not None else {}
    for name, at in sorted(ends.items()):
        if name in {*app.sources, *app.targets} and at - now < ENDING:
            over = at <= now
            yield Alarm(
                kind="sign-in",
                subject=name,
                severity=Severity.CRITICAL if over else Severity.WARNING,
                what=f"The sign-in of {name} {'has ended' if over else 'ends'} on {at:%Y-%m-%d %H:%M} UTC.",
                since=at if over else at - ENDING,
                customers=None if over and name in app.sources else _waiting(connection, name),
                command=f"casebridge connect {name}",
            )


def _lying(app: App, now: datetime) -> Iterator[Alarm]:
    """Look for webhook calls that no sync has taken."""
    if not (app.folder / INBOX).exists():
        return
    for name, backlog in sorted(inbox_of(app).backlog().items()):
        if now - backlog.oldest > LYING:
            yield Alarm(
                kind="inbox",
                subject=name,
                severity=Severity.CRITICAL,
                what=f"{_calls(backlog.calls)} of {name} in the inbox: no sync takes what came by webhook.",
                since=backlog.oldest,
                customers=None,
                command="casebridge sync",
            )


def _calls(number: int) -> str:
    return "One call waits" if number == 1 else f"{number} calls wait"


def _waiting(connection: Connection, name: str) -> int:
    """Return how many customers wait for a connection: for what is to be delivered there, or answered there."""
    delivered = select(func.count(_D.case_id.distinct())).where(OPEN, _D.target == name)
    answered = select(func.count(_A.case_id.distinct())).where(_A.connection == name, _A.state.in_(("held", "queued")))
    return int(connection.execute(delivered).scalar_one()) + int(connection.execute(answered).scalar_one())

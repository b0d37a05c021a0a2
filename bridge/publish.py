"""Publish: send agents' answers to the network, each at most once, if they are still allowed when they are sent.

An action is marked as being sent, on disk, before it is sent. What was being sent when a process died, or got no answer,
is looked up; where the network cannot tell, it stays unknown and is shown to a person, never sent again by itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge import actions, brakes, budget, holding, lease, overtaken, own_posts
from bridge.answer_files import NOT_ALONG, kept
from bridge.crash import crash_point
from bridge.eligible import eligibility_of, instead
from bridge.errors import AuthError, BudgetSpent, Halted, RateLimited, Refused, StoreBusy, Transient, Unsupported
from bridge.nouns import (
    Accepted,
    Presence,
    Refusal,
    Retry,
    Unknown,
    Written,
)
from bridge.retry import backoff, reading
from bridge.store import schema

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Row

    from bridge.app import App, SourceSetup
    from bridge.contracts import Publisher
    from bridge.errors import CasebridgeError
    from bridge.nouns import Action, Outcome

A = schema.action.c

ASK_FOR = timedelta(days=1)
"""For how long the network is asked again about an action of which nobody knows."""


def publish(app: App, setup: SourceSetup) -> dict[str, int]:
    """Send what is due on a connection; returns counts by what happened.

    Raises ``Halted`` for a pause or a brake with answers waiting, and what stops the connection.
    """
    return {} if setup.publisher is None else _work(app, setup, setup.publisher, send=True)


def settle(app: App, setup: SourceSetup) -> dict[str, int]:
    """Ask about answers of which nobody knows, before the connection is read: our posts are then known as ours.

    Returns counts and raises as ``publish``.
    """
    if setup.publisher is None or not _unsettled(app, setup):
        return {}
    return _work(app, setup, setup.publisher, send=False)


def _work(app: App, setup: SourceSetup, publisher: Publisher, *, send: bool) -> dict[str, int]:
    counts: Counter[str] = Counter()
    try:
        with lease.hold(app.store, f"publish:{setup.name}", app.clock):
            _settle(app, setup, publisher, counts)
            for row in _due(app, setup) if send else ():
                counts[_one(app, setup, publisher, row)] += 1
    except StoreBusy:
        return {}
    except RateLimited as error:
        budget.pause(app.store, setup.name, app.clock.now() + timedelta(seconds=error.retry_after))
        raise
    except BudgetSpent as error:
        budget.pause(app.store, setup.name, error.until)
        raise
    return dict(counts)


def _due(app: App, setup: SourceSetup) -> list[Row[Any]]:
    """Return the actions that are due, oldest first; those of targets with publishing switched off stay held."""
    now = app.clock.now()
    targets = sorted(name for name, target in app.targets.items() if target.publish)
    query = select(schema.action).where(
        A.connection == setup.name,
        A.state.in_(("held", "queued")),
        A.hold_until <= now,
        A.target.in_(targets),
    )
    with app.store.read() as connection:
        if budget.paused_until(connection, setup.name, now) is not None:
            return []
        return list(connection.execute(query.order_by(A.asked_at, A.id)))


def _one(app: App, setup: SourceSetup, publisher: Publisher, row: Row[Any]) -> str:
    """Send one action if it may go now."""
    with app.store.read() as connection:
        action = actions.load(connection, [row]).get(row.id)
        gone = overtaken.gone(connection, row)
        doubt = overtaken.doubt(connection, row, app.targets[row.target].stale_answer, app.clock.now())
    if action is None:
        return _finish(app, setup, row, None, Refusal("the customer's message is not in the store any more"))
    if gone:
        return _finish(app, setup, row, action, Refusal(gone), instead(app, row))
    if too_long := holding.too_long(row):
        return _finish(app, setup, row, action, Refusal(too_long), ("a shorter text",))
    files = kept(app, row.target, row.files or ())
    if isinstance(files, Retry):
        return _finish(app, setup, row, action, files)
    if isinstance(files, str):
        return _ask(app, row, files, files=None)
    return _if_harmless(app, setup, publisher, row, replace(action, files=files), doubt)


def _if_harmless(app: App, setup: SourceSetup, publisher: Publisher, row: Row[Any], action: Action, doubt: str) -> str:
    """Send what tells nothing about anybody; the rest is held."""
    if found := _personal(app, row, action):
        return "held" if _hold(app, row, found) else "changed_meanwhile"
    return _if_eligible(app, setup, publisher, row, action, doubt)


def _if_eligible(app: App, setup: SourceSetup, publisher: Publisher, row: Row[Any], action: Action, doubt: str) -> str:
    """Send what the network takes now; what a person must look at waits."""
    eligibility = eligibility_of(publisher, action)
    if not eligibility.can:
        if action.files and eligibility_of(publisher, replace(action, files=())).can:
            return _ask(app, row, f"{eligibility.reason}; {NOT_ALONG}", files=None)
        return _finish(app, setup, row, action, Refusal(eligibility.reason), instead(app, row, eligibility))
    if doubt:
        return _ask(app, row, doubt)
    if not _begin(app, setup, row):
        return "changed_meanwhile"
    return _finish(app, setup, row, action, _send(app, publisher, row, action))


def _ask(app: App, row: Row[Any], question: str, **values: Any) -> str:  # noqa: ANN401 - columns of an action
    """Let a person decide."""
    _change(app, row, state="review", reason=question, **values)
    return "review"


def _personal(app: App, row: Row[Any], action: Action) -> list[holding.Piece]:
    with app.store.read() as connection:
        return holding.found_in(connection, app, row, action.files)


def _hold(app: App, row: Row[Any], found: list[holding.Piece]) -> bool:
    with app.store.write("publish.record") as connection:
        return holding.hold(connection, row, found)


def _begin(app: App, setup: SourceSetup, row: Row[Any]) -> bool:
    """Mark an action as being sent, unless it was cancelled or edited meanwhile; raises ``Halted`` for pause and brake."""
    now = app.clock.now()
    limits = app.targets[row.target].brakes
    with app.store.write("publish.begin") as connection:
        paused = brakes.paused(connection, brakes.PUBLISH, setup.name)
        stop = str(paused or "")
        stop = stop or brakes.room_for_answer(connection, setup.name, row.text, limits, now)
        ours = 0
        if not stop:
            unchanged = (A.id == row.id) & (A.state == row.state) & (A.text == row.text)
            sending = {"state": "sending", "sending_at": now, "attempts": row.attempts + 1}
            ours = connection.execute(schema.action.update().where(unchanged).values(sending)).rowcount
    if stop:
        raise Halted(stop)
    return bool(ours)


def _send(app: App, publisher: Publisher, row: Row[Any], action: Action) -> Outcome:
    """Call the network once. What is known not to have been done goes back to the queue before the error goes on."""
    crash_point("publish.before_send")
    try:
        outcome = publisher.publish(action)
    except (RateLimited, BudgetSpent, AuthError, Transient) as error:
        _back_to_queue(app, row, error)
        raise
    except (Refused, Unsupported) as error:
        return Refusal(str(error))
    except Exception as error:  # noqa: BLE001 - an adapter's own fault: nobody knows what was done, and others must go on
        return Unknown(f"the adapter failed: {type(error).__name__}: {error}")
    crash_point("publish.after_send")
    return outcome


def _back_to_queue(app: App, row: Row[Any], error: CasebridgeError) -> None:
    after = app.clock.now() + backoff(row.attempts + 1)
    _change(app, row, state="queued", reason=str(error), hold_until=after, sending_at=None)


def _finish(
    app: App,
    setup: SourceSetup,
    row: Row[Any],
    action: Action | None,
    outcome: Outcome,
    alternatives: tuple[str, ...] = (),
) -> str:
    """Write down what became of an action."""
    now = app.clock.now()
    match outcome:
        case Written(ref=ref):
            if action is not None:
                own_posts.store(app, setup, row, action, ref)
            _change(app, row, state="sent", reason="", ref=ref, sent_at=now)
            return "sent"
        case Refusal(reason=reason):
            _change(app, row, state="refused", reason=reason, alternatives=list(alternatives) or None)
            return "refused"
        case Retry(after=after, reason=reason):
            later = now + backoff(row.attempts + 1, at_least=after)
            _change(app, row, state="queued", reason=reason, hold_until=later, sending_at=None)
            return "retried"
        case Accepted(job=job):
            _change(app, row, state="unknown", reason=f"the network took it as job {job}")
            return "unknown"
        case Unknown(reason=reason):
            _change(app, row, state="unknown", reason=reason or "no answer from the network")
            return "unknown"


def _change(app: App, row: Row[Any], **values: Any) -> None:  # noqa: ANN401 - columns of an action
    with app.store.write("publish.record") as connection:
        connection.execute(schema.action.update().where(A.id == row.id).values(values))


def _settle(app: App, setup: SourceSetup, publisher: Publisher, counts: Counter[str]) -> None:
    """Ask the network about what was being sent by a process that died, and about what got no answer."""
    now = app.clock.now()
    rows = _unsettled(app, setup)
    with app.store.read() as connection:
        found = actions.load(connection, rows)
    for row in rows:
        action = found.get(row.id)
        presence = _published(publisher, action, row.sending_at)
        if presence[0] is Presence.FOUND:
            counts[_finish(app, setup, row, action, Written(presence[1], created=True))] += 1
        elif presence[0] is Presence.ABSENT and now >= row.sending_at + publisher.publishing.settle_after:
            _change(app, row, state="queued", reason="it had not reached the network", hold_until=now)
            counts["not_there"] += 1
        elif row.state == "sending":
            _change(app, row, state="unknown", reason="the process that sent it ended before the network answered")
            counts["unknown"] += 1


def _unsettled(app: App, setup: SourceSetup) -> list[Row[Any]]:
    recent = A.sending_at > app.clock.now() - ASK_FOR
    query = select(schema.action).where(
        A.connection == setup.name, (A.state == "sending") | ((A.state == "unknown") & recent)
    )
    with app.store.read() as connection:
        return list(connection.execute(query.order_by(A.id)))


def _published(publisher: Publisher, action: Action | None, since: datetime) -> tuple[Presence, str]:
    if action is None:
        return Presence.UNSURE, ""
    try:
        found = reading(lambda: publisher.published(action, since))
    except Unsupported:
        return Presence.UNSURE, ""
    return found.presence, found.ref

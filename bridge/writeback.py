"""Write back: what a target knows and we do not: its people, its own cases, events, agents' answers.

Reading is at least once and overlaps; everything is stored under its native id, so that it is known once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from bridge import agents, approvals, budget, foreign
from bridge.case_events import event_row
from bridge.collect import store_page
from bridge.errors import BudgetSpent, RateLimited, Transient
from bridge.facts.people import Batch as PeopleBatch
from bridge.facts.rest import store_broken
from bridge.hooked import overhear
from bridge.masking import quarantine_row
from bridge.nouns import Answer, CaseEvent, Cursor, PersonDeleted, PersonMerged, Share, What
from bridge.outbox.predicates import STANDS
from bridge.outbox.record import MERGED_FROM, bury_cases
from bridge.policies import stamp, store_secret
from bridge.publishing import publishing_since
from bridge.reading import CONTACTS, Reading
from bridge.start import watched
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.app import App, TargetSetup
    from bridge.errors import CasebridgeError
    from bridge.nouns import ActivityPage, Broken

CASES, ACTIVITY = "cases", "activity"

D = schema.delivery.c
_MATTERS = frozenset({What.STATUS, What.MERGED, What.DELETED})
"""Events from which something follows; the others are for reports."""


@dataclass(slots=True)
class WrittenBack:
    """Counts by what was read, and what stopped a stream before its end."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[CasebridgeError] = field(default_factory=list)


def write_back(app: App, setup: TargetSetup) -> WrittenBack:
    """Read everything new in a target; returns what it did. Activity is read from the first call on, not from before.

    What is out of reach or out of budget stops its own stream; a limit and a spent budget hold for all processes.
    Raises ``AuthError``, and whatever else concerns the whole target.
    """
    done = WrittenBack()
    for stream, share, read in _STREAMS:
        with app.store.read() as connection:
            if budget.paused_until(connection, setup.name, app.clock.now(), share) is not None:
                continue
        try:
            with watched(app, setup.name, stream):
                read(app, setup, done.counts)
        except RateLimited as error:
            budget.pause(app.store, setup.name, app.clock.now() + timedelta(seconds=error.retry_after))
            done.problems.append(error)
        except BudgetSpent as error:
            budget.pause(app.store, setup.name, error.until, error.share)
            done.problems.append(error)
        except Transient as error:
            done.problems.append(error)
    return done


def _contacts(app: App, setup: TargetSetup, counts: Counter[str]) -> None:
    reading = Reading(
        connection=setup.name, policies=stamp(app), secret=store_secret(app), stream=CONTACTS, keep_raw=False
    )
    after = _cursor(app, setup.name, CONTACTS) or Cursor()
    for page in setup.target.contacts(after):
        # Before the cursor moves: a reference that was left behind would refer to nobody for ever.
        if ended := [event for event in page.events if isinstance(event, (PersonMerged, PersonDeleted))]:
            with app.store.write("write_back.people") as connection:
                _follow_people(connection, setup.name, ended, app.clock.now())
        stored = store_page(app.store, reading, page, now=app.clock.now())
        counts.update({"contacts": stored.other} | ({"quarantined": stored.quarantined} if stored.quarantined else {}))


def _cases(app: App, setup: TargetSetup, counts: Counter[str]) -> None:
    after = _cursor(app, setup.name, CASES) or Cursor()
    secret = store_secret(app)
    for page in setup.target.cases(after):
        rows = [foreign.row_of(app, setup.name, snapshot, secret) for snapshot in page.cases]
        with app.store.write("write_back.cases") as connection:
            counts["foreign_cases"] += foreign.store(connection, setup.name, rows)
            counts.update(_set_aside(connection, app, setup, page.broken))
            advance(connection, setup.name, CASES, page.cursor, app.clock.now())


def _activity(app: App, setup: TargetSetup, counts: Counter[str]) -> None:
    """Read events and answers; the very first time only note where they stand, as nothing of ours is there yet."""
    after = _cursor(app, setup.name, ACTIVITY)
    now = app.clock.now()
    if after is None:
        head = setup.target.activity_head()
        with app.store.write("write_back.head") as connection:
            advance(connection, setup.name, ACTIVITY, head, now)
            publishing_since(connection, setup, now)
        return
    with app.store.write("write_back.publish") as connection:
        since = publishing_since(connection, setup, now)

    def store(page: ActivityPage) -> None:
        with app.store.write("write_back.pushed") as connection:
            counts.update(_store_activity(connection, app, setup, page, since))

    overhear(app, setup, store)
    for page in setup.target.activity(after):
        with app.store.write("write_back") as connection:
            counts.update(_store_activity(connection, app, setup, page, since))
            advance(connection, setup.name, ACTIVITY, page.cursor, app.clock.now())


def _store_activity(
    connection: Connection, app: App, setup: TargetSetup, page: ActivityPage, since: datetime | None
) -> Counter[str]:
    events = [item for item in page.items if isinstance(item, CaseEvent)]
    answers = [item for item in page.items if isinstance(item, Answer)]
    people = [item for item in page.items if isinstance(item, (PersonMerged, PersonDeleted))]
    refs = {event.case_ref for event in events} | {answer.case_ref for answer in answers}
    cases = case_ids(connection, setup.name, refs)
    counts = Counter({"events": _store_events(connection, setup.name, events, cases)})
    counts.update(_set_aside(connection, app, setup, page.broken))
    _follow_people(connection, setup.name, people, app.clock.now())
    first = {ref: ids[0] for ref, ids in cases.items()}
    counts.update(agents.take_answers(connection, app, setup, answers, first, since))
    if setup.approval is not None:
        approvals.follow(connection, setup.name, setup.approval)
    return counts


def _set_aside(connection: Connection, app: App, setup: TargetSetup, broken: Sequence[Broken]) -> Counter[str]:
    """Keep what could not be read as it came; its count is told only where there is any."""
    store_broken(connection, [quarantine_row(setup.name, each, app.clock.now()) for each in broken])
    return Counter({"quarantined": len(broken)} if broken else {})


def _store_events(
    connection: Connection, target: str, events: Sequence[CaseEvent], cases: Mapping[str, Sequence[int]]
) -> int:
    """Store events that are new, and follow what they mean for our cases; returns how many were new."""
    table = schema.case_event
    query = select(table.c.native_id).where(table.c.target == target)
    natives = [event.native_id for event in events]
    known = {row.native_id for row in bulk.rows_where(connection, query, table.c.native_id, natives)}
    fresh = list({event.native_id: event for event in events if event.native_id not in known}.values())
    bulk.insert_new(connection, table, [event_row(target, event) for event in fresh])
    ours = [event for event in fresh if event.case_ref in cases]
    for event in ours:
        if event.what is What.MERGED and event.value:
            _move_ref(connection, target, "case", event.case_ref, event.value, spec={MERGED_FROM: event.case_ref})
    bury_cases(
        connection, target, {id_ for event in ours if event.what is What.DELETED for id_ in cases[event.case_ref]}
    )
    dirty = sorted({id_ for event in ours if event.what in _MATTERS for id_ in cases[event.case_ref]})
    bulk.insert_new(connection, schema.dirty, [{"kind": "case", "key": str(id_)} for id_ in dirty])
    return len(fresh)


def _follow_people(
    connection: Connection, target: str, events: Sequence[PersonMerged | PersonDeleted], now: datetime
) -> None:
    """Let our references follow persons that were merged; one that was deleted is a tombstone."""
    batch = PeopleBatch()
    for event in events:
        batch.ended(event)
        if isinstance(event, PersonMerged):
            _move_ref(connection, target, "person", event.loser, event.winner)
        else:
            where = and_(STANDS, D.target == target, D.thing == "person", D.ref == event.native_id)
            gone = {"state": "gone", "reason": "deleted in the target", "next_at": None}
            connection.execute(schema.delivery.update().where(where).values(gone))
    if events:
        batch.store(connection, now)


def _move_ref(connection: Connection, target: str, thing: str, loser: str, winner: str, **values: Any) -> None:  # noqa: ANN401 - columns of a row
    where = and_(STANDS, D.target == target, D.thing == thing, D.ref == loser)
    connection.execute(schema.delivery.update().where(where).values(ref=winner, **values))


def case_ids(connection: Connection, target: str, refs: set[str]) -> dict[str, list[int]]:
    """Return the numbers of the cases that stand in a target under ``refs``; those that were merged in there come last."""
    query = select(D.ref, D.case_id, D.spec).where(STANDS, D.target == target, D.thing == "case").order_by(D.id)
    found: dict[str, list[int]] = defaultdict(list)
    rows = bulk.rows_where(connection, query, D.ref, sorted(refs - {""}))
    for row in sorted(rows, key=lambda row: MERGED_FROM in (row.spec or {})):
        found[row.ref].append(row.case_id)
    return found


def advance(connection: Connection, name: str, stream: str, cursor: Cursor, now: datetime) -> None:
    """Move the cursor of a stream."""
    table = schema.progress
    where = (table.c.connection == name) & (table.c.stream == stream)
    if connection.execute(table.update().where(where).values(cursor=cursor.value)).rowcount:
        return
    row = {
        "connection": name,
        "stream": stream,
        "cursor": cursor.value,
        "started_at": now,
        "last_ok_at": None,
        "last_message_at": None,
        "seen": 0,
        "new": 0,
        "repeated": 0,
        "quarantined": 0,
        "other": 0,
        "error": "",
    }
    bulk.insert_new(connection, table, [row])


def _cursor(app: App, name: str, stream: str) -> Cursor | None:
    table = schema.progress
    query = select(table.c.cursor).where(table.c.connection == name, table.c.stream == stream)
    with app.store.read() as connection:
        value = connection.execute(query).scalar_one_or_none()
    return None if value is None else Cursor(value)


_STREAMS = (
    (CONTACTS, Share.READ, _contacts),
    (CASES, Share.READ, _cases),
    (ACTIVITY, Share.ANSWER, _activity),
)

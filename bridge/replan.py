"""Decide the past anew: by today's policy for good (``replan``), or by another one to see what it would do (``simulate``)."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.plan import PlanLine, PlanReport
from bridge.policies import stamp
from bridge.resolve.batch import resolve
from bridge.scratch import scratch
from bridge.store import bulk, schema
from bridge.triage.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.engine import Row

    from bridge.app import App

_M, _R, _K = schema.message.c, schema.resolved.c, schema.case.c


def replan(app: App, *, dry_run: bool) -> PlanReport:
    """Stamp today's policy on all stored messages and resolve them again; with ``dry_run`` only say what would change.

    Messages whose text was deleted keep what was decided about them.
    """
    if dry_run:
        with scratch(app) as tried:
            return _replan(tried, None)
    return _replan(app, None)


def simulate(app: App, triage: Path, *, limit: int | None) -> PlanReport:
    """Say what other triage rules would change for the newest ``limit`` messages (all, if None). Changes nothing."""
    with scratch(app) as tried:
        return _replan(replace(tried, rules=cache(partial(load_rules, triage))), limit)


def _replan(app: App, limit: int | None) -> PlanReport:
    for _ in resolve(app):
        pass
    before, told = _cases_of(app), _told(app)
    skipped = _stamp_all(app, limit)
    for _ in resolve(app):
        pass
    after = _cases_of(app)
    report = PlanReport([*_differences(before, after), *_reworded(app, told)])
    report.counts = dict(Counter(line.action for line in report.lines))
    if skipped:
        report.counts["skipped (their text was deleted)"] = skipped
    return report


def _stamp_all(app: App, limit: int | None) -> int:
    """Stamp messages that have another policy and mark them dirty; return how many cannot be decided again."""
    policies = stamp(app)
    has_text = select(schema.message_text.c.message_id).where(schema.message_text.c.message_id == _M.id).exists()
    query = select(_M.id, _M.unit, _M.policy_id, has_text.label("has_text")).order_by(_M.id.desc())
    below, left, undecidable = sys.maxsize, sys.maxsize if limit is None else limit, 0
    while left > 0:
        with app.store.read() as connection:
            rows = connection.execute(query.where(_M.id < below).limit(min(left, bulk.CHUNK))).all()
        if not rows:
            break
        below, left = rows[-1].id, left - len(rows)
        undecidable += sum(not row.has_text for row in rows)
        _stamp(app, {row.id: policies.get(row.unit) or policies[""] for row in rows if row.has_text}, rows)
    return undecidable


def _stamp(app: App, wanted: Mapping[int, int], rows: Sequence[Row[Any]]) -> None:
    changed = [
        {"id": row.id, "policy_id": wanted[row.id]}
        for row in rows
        if wanted.get(row.id, row.policy_id) != row.policy_id
    ]
    if not changed:
        return
    with app.store.write("replan") as connection:
        bulk.update(connection, schema.message, changed)
        dirty = [{"kind": "message", "key": str(row["id"])} for row in changed]
        bulk.insert_new(connection, schema.dirty, dirty)


def _cases_of(app: App) -> dict[int, int]:
    with app.store.read() as connection:
        query = select(_R.message_id, _R.case_id).where(_R.case_id.is_not(None))
        return {row.message_id: row.case_id for row in connection.execute(query)}


def _told(app: App) -> dict[int, tuple[str, str, str]]:
    """Return what each live case says of itself: contact reason, priority, queue."""
    with app.store.read() as connection:
        query = select(_K.id, _K.reason, _K.priority, _K.queue).where(_K.redirect_to.is_(None), _K.messages > 0)
        return {row.id: (row.reason, row.priority, row.queue) for row in connection.execute(query)}


def _reworded(app: App, before: Mapping[int, tuple[str, str, str]]) -> Iterator[PlanLine]:
    names = ("reason", "priority", "queue")
    for id_, after in sorted(_told(app).items()):
        if id_ in before and before[id_] != after:
            changes = tuple(
                (name, old, new) for name, old, new in zip(names, before[id_], after, strict=True) if old != new
            )
            yield PlanLine("update", "case", f"C-{id_}", "", "", changes)


def _differences(before: Mapping[int, int], after: Mapping[int, int]) -> Iterator[PlanLine]:
    """Say which cases are opened, joined, split or dropped, by where their messages are."""
    old, new = _members(before), _members(after)
    for id_, messages in sorted(new.items()):
        came_from = sorted({before[message] for message in messages if message in before})
        if not came_from:
            yield PlanLine("create", "case", f"C-{id_}", f"{len(messages)} messages", "a case is wanted now")
        elif len(came_from) > 1:
            listed = ", ".join(f"C-{each}" for each in came_from)
            yield PlanLine("join", "case", f"C-{id_}", f"{len(messages)} messages", f"joins {listed}")
    for id_, messages in sorted(old.items()):
        goes_to = sorted({after[message] for message in messages if message in after})
        if not goes_to:
            yield PlanLine("drop", "case", f"C-{id_}", f"{len(messages)} messages", "no case is wanted any more")
        elif len(goes_to) > 1:
            listed = ", ".join(f"C-{each}" for each in goes_to)
            yield PlanLine("split", "case", f"C-{id_}", f"{len(messages)} messages", f"its messages are in {listed}")


def _members(case_of: Mapping[int, int]) -> dict[int, set[int]]:
    members: dict[int, set[int]] = defaultdict(set)
    for message, case in case_of.items():
        members[case].add(message)
    return members

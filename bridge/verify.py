"""Verify: prove in the target itself that what we hold for delivered stands there once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.modes import destination
from bridge.nouns import Presence, Thing, What
from bridge.outbox.record import object_of
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.engine import Row

    from bridge.app import App, TargetSetup

FIND = 500
"""Keys in one look-up."""


@dataclass(slots=True)
class VerifyReport:
    """Keys that are not as we hold them to be; ``checked`` counts those that were looked at."""

    target: str
    checked: int = 0
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    """Messages that stand in another case than the one they were placed in."""
    unexpected: list[str] = field(default_factory=list)
    """Keys of ours that stand there without our knowing."""

    @property
    def ok(self) -> bool:
        """Tell whether everything is there once. What people deleted or moved there is their business."""
        return not (self.missing or self.doubled or self.unexpected)


def verify(app: App, target_name: str) -> VerifyReport:
    """Compare our deliveries with what stands in the target."""
    setup = destination(app, app.targets[target_name])
    report = VerifyReport(target_name)
    for thing in Thing:
        if setup.mappings.get(thing):
            _verify_thing(app, setup, thing, report)
    return report


def _verify_thing(app: App, setup: TargetSetup, thing: Thing, report: VerifyReport) -> None:
    objects = setup.objects(thing)
    stands = Counter(key for name in objects for key in setup.target.keys(name))
    report.doubled += sorted(key for key, count in stands.items() if count > 1)
    known: set[str] = set()
    for rows in _deliveries(app, setup.name, thing):
        known.update(row.key for row in rows)
        ours = [row for row in rows if row.delivered_version > 0 and not _theirs(row)]
        report.checked += len(ours)
        for name in objects:
            theirs = [row for row in ours if object_of(row, objects) == name]
            _compare(app, setup, name, theirs, stands, report)
    report.unexpected += sorted(stands.keys() - known)


def _compare(
    app: App,
    setup: TargetSetup,
    object_name: str,
    rows: Sequence[Row[Any]],
    stands: Mapping[str, int],
    report: VerifyReport,
) -> None:
    by_key = {row.key: row for row in rows}
    found = setup.target.find(object_name, {key: row.case_ref or "" for key, row in by_key.items()}, app.clock.now())
    elsewhere: dict[str, Row[Any]] = {}
    for key, row in by_key.items():
        there = found.get(key)
        if there is not None and there.deleted:
            report.deleted.append(key)
        elif key not in stands:
            (report.deleted if row.state == "gone" else report.missing).append(key)
        elif (
            there is not None
            and there.presence is Presence.FOUND
            and there.parent
            and row.case_ref
            and there.parent != row.case_ref
        ):
            elsewhere[key] = row
    standing = _standing(app, setup, elsewhere.values())
    report.changed += [key for key, row in elsewhere.items() if standing[row.case_ref] != found[key].parent]


def _theirs(row: Row[Any]) -> bool:
    """Tell whether it is a record of their own that we only refer to or append to: it never had our key."""
    return bool((row.spec or {}).get("linked") or row.foreign)


def _standing(app: App, setup: TargetSetup, rows: Iterable[Row[Any]]) -> dict[str, str]:
    """Return for the native cases of ``rows`` those that stand for them since they were merged, else themselves.

    Merges that we have read count, and of cases of ours also those that the target tells only now.
    """
    case_of = {row.case_ref: row.case_id for row in rows}
    event, delivery = schema.case_event.c, schema.delivery.c
    merges = select(event.case_ref, event.value).where(event.target == setup.name, event.what == What.MERGED)
    keys = select(delivery.case_id, delivery.key).where(delivery.target == setup.name, delivery.thing == "case")
    with app.store.read() as connection:
        into = {row.case_ref: row.value for row in bulk.rows_where(connection, merges, event.case_ref, list(case_of))}
        key_of = {
            row.case_id: row.key for row in bulk.rows_where(connection, keys, delivery.case_id, list(case_of.values()))
        }
    cases = dict.fromkeys(key_of.values(), "")
    names = setup.objects(Thing.CASE) if cases else ()
    found = [one for name in names for one in setup.target.find(name, cases, app.clock.now()).values()]
    told = {one.ref: one.merged_into for one in found if one.merged_into}
    return {ref: told.get(ref) or into.get(ref, ref) for ref in case_of}


def _deliveries(app: App, target: str, thing: Thing) -> Iterator[Sequence[Row[Any]]]:
    """Yield delivery rows in chunks, with the case that messages were placed in."""
    delivery, placement, case = schema.delivery.c, schema.placement.c, schema.case.c
    placed = (placement.message_id == delivery.subject_id) & (placement.target == delivery.target)
    theirs = (case.id == delivery.subject_id) & (case.foreign_ref != "") & (case.foreign_target == delivery.target)
    query = (
        select(
            delivery.id,
            delivery.key,
            delivery.case_id,
            delivery.state,
            delivery.delivered_version,
            delivery.spec,
            placement.case_ref,
            ((delivery.thing == Thing.CASE) & (delivery.ref == case.foreign_ref)).label("foreign"),
        )
        .select_from(schema.delivery.outerjoin(schema.placement, placed).outerjoin(schema.case, theirs))
        .where(delivery.target == target, delivery.thing == thing)
        .order_by(delivery.id)
    )
    with app.store.read() as connection:
        rows: list[Row[Any]] = list(connection.execute(query))
    yield from bulk.chunks(rows, FIND)

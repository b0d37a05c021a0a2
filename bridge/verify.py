"""Verify: prove in the target itself that what we hold for delivered stands there once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.modes import destination
from bridge.nouns import Presence, Thing
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
        mapping = setup.mappings.get(thing)
        if mapping is not None:
            _verify_thing(app, setup, thing, mapping.object, report)
    return report


def _verify_thing(app: App, setup: TargetSetup, thing: Thing, object_name: str, report: VerifyReport) -> None:
    stands = Counter(setup.target.keys(object_name))
    report.doubled += sorted(key for key, count in stands.items() if count > 1)
    known: set[str] = set()
    for rows in _deliveries(app, setup.name, thing):
        known.update(row.key for row in rows)
        delivered = [row for row in rows if row.delivered_version > 0 and not (row.spec or {}).get("foreign")]
        report.checked += len(delivered)
        _compare(app, setup, object_name, delivered, stands, report)
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
    found = setup.target.find(object_name, list(by_key), app.clock.now())
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
            report.changed.append(key)


def _deliveries(app: App, target: str, thing: Thing) -> Iterator[Sequence[Row[Any]]]:
    """Yield delivery rows in chunks, with the case that messages were placed in."""
    delivery, placement = schema.delivery.c, schema.placement.c
    query = (
        select(delivery.id, delivery.key, delivery.state, delivery.delivered_version, delivery.spec, placement.case_ref)
        .select_from(
            schema.delivery.outerjoin(
                schema.placement, (placement.message_id == delivery.subject_id) & (placement.target == delivery.target)
            )
        )
        .where(delivery.target == target, delivery.thing == thing)
        .order_by(delivery.id)
    )
    with app.store.read() as connection:
        rows: list[Row[Any]] = list(connection.execute(query))
    yield from bulk.chunks(rows, FIND)

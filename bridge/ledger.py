"""The ledger: every message that was read is accounted for, from our own tables.

First line, per source: seen = new + repeated + quarantined. Second line, per target: what is new there is delivered,
waiting, refused, unknown, or has a named reason for being in no case (also if it was delivered while it was in one).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal_column, or_, select

from bridge.modes import beginnings, outbox_of
from bridge.reading import MESSAGES, OWN_POSTS
from bridge.resolve.batch import routes_of
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from bridge.app import App

_BY_STATE = {
    "delivered": "delivered",
    "refused": "refused",
    "unknown": "unknown",
    "gone": "deleted",
    "dropped": "dropped",
    "pending": "waiting",
    "sending": "waiting",
    "accepted": "waiting",
    "waiting": "waiting",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a total and the parts that must add up to it."""

    name: str
    total: int
    parts: Mapping[str, int]

    @property
    def balanced(self) -> bool:
        """Tell whether the parts add up."""
        return self.total == sum(self.parts.values())


@dataclass(slots=True)
class LedgerReport:
    """All lines, and sentences about what does not add up."""

    sources: list[Line] = field(default_factory=list)
    targets: list[Line] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        """Tell whether every line adds up and nothing else is wrong."""
        return not self.faults and all(line.balanced for line in (*self.sources, *self.targets))


def ledger(app: App) -> LedgerReport:
    """Draw up the ledger."""
    report = LedgerReport()
    with app.store.read() as connection:
        _sources(connection, report)
        routes = routes_of(app)
        for target in app.targets:
            outbox = outbox_of(app.targets[target])
            connections = [source for source, targets in routes.items() if outbox in targets]
            since = beginnings(connection, [outbox])[outbox]
            report.targets.append(_target(connection, outbox, connections, since))
            _placements(connection, outbox, report)
    return report


def _sources(connection: Connection, report: LedgerReport) -> None:
    progress, message = schema.progress.c, schema.message.c
    stored = {
        row.connection: row.number
        for row in connection.execute(
            select(message.connection, func.count().label("number")).group_by(message.connection)
        )
    }
    published = select(progress.connection, progress.new).where(progress.stream == OWN_POSTS)
    own = {row.connection: row.new for row in connection.execute(published)}
    for row in connection.execute(
        select(schema.progress).where(progress.stream == MESSAGES).order_by(progress.connection)
    ):
        parts = {"new": row.new, "repeated": row.repeated, "quarantined": row.quarantined}
        report.sources.append(Line(row.connection, row.seen, parts))
        count = stored.pop(row.connection, 0) - own.get(row.connection, 0)
        if count != row.new:
            report.faults.append(f"{row.connection}: {row.new} messages counted as new, but {count} are stored.")
    for name, count in stored.items():
        report.faults.append(f"{name}: {count} messages are stored, but none was ever counted.")


def _target(connection: Connection, target: str, connections: list[str], since: int) -> Line:
    message, delivery, resolved = schema.message.c, schema.delivery.c, schema.resolved.c
    ours = and_(delivery.thing == "message", delivery.target == target, delivery.subject_id == message.id)
    joined = schema.message.outerjoin(schema.delivery, ours).outerjoin(
        schema.resolved, resolved.message_id == message.id
    )
    concerns = or_(message.connection.in_(connections), delivery.id.is_not(None))
    columns = (
        delivery.state,
        resolved.why,
        resolved.case_id.is_not(None).label("in_case"),
        (message.id <= literal_column(str(since))).label("before"),
        message.action_id.is_not(None).label("published"),
    )
    query = select(*columns, func.count().label("number")).select_from(joined).where(concerns).group_by(*columns)
    parts: Counter[str] = Counter()
    for row in connection.execute(query):
        parts[_part(row)] += row.number
    total = connection.execute(
        select(func.count(message.id.distinct())).select_from(joined).where(concerns)
    ).scalar_one()
    return Line(target, total, dict(sorted(parts.items())))


def _part(row: Any) -> str:  # noqa: ANN401 - a row of the query above
    """Name where a message counts: by what it belongs to, so that the order of arrival leaves no trace."""
    if row.published:
        return "own"
    if row.why is None or row.why == "waiting":
        return "waiting"
    if row.in_case and row.before and row.state is None:
        return "history"
    if row.in_case:
        return "deleted" if row.state == "not_needed" else _BY_STATE.get(row.state, "waiting")
    return f"no case ({row.why})" if row.why.startswith(("rule:", "decision")) else row.why


def _placements(connection: Connection, target: str, report: LedgerReport) -> None:
    """Every delivered message has a placement, and the other way round."""
    placement, delivery = schema.placement.c, schema.delivery.c
    mine = and_(placement.message_id == delivery.subject_id, placement.target == delivery.target)
    query = (
        select(func.count())
        .select_from(schema.delivery.outerjoin(schema.placement, mine))
        .where(
            delivery.target == target,
            delivery.thing == "message",
            delivery.delivered_version > 0,
            placement.message_id.is_(None),
        )
    )
    if missing := connection.execute(query).scalar_one():
        report.faults.append(f"{target}: {missing} messages were delivered, but it is not noted into which case.")

"""The whole store at a glance: channels, days, reasons, deadlines, people found across channels, what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, or_, select

from bridge.queries.customers import members_of, shared
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

M = schema.message.c
R = schema.resolved.c
C = schema.case.c
_SAID = schema.message.join(schema.resolved, R.message_id == M.id)
_LIVE = C.redirect_to.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLine:
    """What was said on one network."""

    network: str
    messages: int
    from_customers: int
    customers: int
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineLine:
    """The cases of one priority, by how their first answer stands."""

    priority: str
    cases: int
    answered: int
    late: int
    """Answered after the deadline; counts among ``answered``."""
    overdue: int
    due: int
    """The deadline is still to come, or there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One customer who speaks on several networks."""

    customer: int
    name: str
    networks: list[str]
    records: list[str]
    """CRM rows: ``instance:native_id``."""
    known_by: list[str]
    """Kinds of identifiers that hold them together."""
    messages: int
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApartLine:
    """Two that share something and were not merged, with the reason."""

    left: str
    right: str
    shared: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """One thread in which several customers speak."""

    messages: int
    customers: int
    cases: int
    mixed: int
    """Cases among them that hold messages of more than one customer; there should be none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutLine:
    """Messages of customers that became no case, by why; with one of them."""

    why: str
    messages: int
    example: str


def channels(connection: Connection) -> list[ChannelLine]:
    """Return the networks, the one with most messages first."""
    columns = (
        M.network,
        func.count().label("messages"),
        func.sum(case((M.direction == "in", 1), else_=0)).label("from_customers"),
        func.count(R.customer_id.distinct()).label("customers"),
        func.count(R.case_id.distinct()).label("cases"),
    )
    query = select(*columns).select_from(_SAID).group_by(M.network).order_by(func.count().desc(), M.network)
    return [ChannelLine(**row) for row in connection.execute(query).mappings()]


def days(connection: Connection, now: datetime, *, last: int) -> dict[str, int]:
    """Return how many messages were said on each of the last days, today with them; by ISO date, UTC."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    starts = [today - timedelta(days=back) for back in range(last - 1, -1, -1)]
    sums = [
        func.sum(case((and_(M.sent_at >= start, M.sent_at < start + timedelta(days=1)), 1), else_=0))
        for start in starts
    ]
    row = connection.execute(select(*sums).where(M.sent_at >= starts[0])).one()
    return {start.date().isoformat(): count or 0 for start, count in zip(starts, row, strict=True)}


def reasons(connection: Connection) -> dict[str, int]:
    """Return how many cases each contact reason has, most first."""
    query = select(C.reason, func.count()).where(_LIVE).group_by(C.reason).order_by(func.count().desc(), C.reason)
    return {row[0] or "none": row[1] for row in connection.execute(query)}


def deadlines(connection: Connection, now: datetime) -> list[DeadlineLine]:
    """Return for each priority how the first answers stand at ``now``, the most urgent first."""
    ours = select(R.case_id, func.min(M.sent_at).label("at")).select_from(_SAID)
    first = ours.where(M.direction == "out", R.case_id.is_not(None)).group_by(R.case_id).subquery()
    answered, due = first.c.at.is_not(None), C.first_reply_due
    counts = {
        "answered": answered,
        "late": and_(answered, first.c.at > due),
        "overdue": and_(~answered, due <= now),
        "due": and_(~answered, or_(due.is_(None), due > now)),
    }
    sums = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in counts.items()]
    query = (
        select(C.priority, func.count().label("cases"), *sums)
        .select_from(schema.case.outerjoin(first, first.c.case_id == C.id))
        .where(_LIVE)
        .group_by(C.priority)
    )
    lines = [DeadlineLine(**row) for row in connection.execute(query).mappings()]
    urgency = ("urgent", "high", "normal", "low")
    return sorted(lines, key=lambda line: urgency.index(line.priority) if line.priority in urgency else len(urgency))


def across_channels(connection: Connection, *, limit: int) -> tuple[int, list[PersonLine]]:
    """Return how many customers speak on several networks, and those with most of them."""
    networks = func.count(M.network.distinct())
    columns = (R.customer_id, func.count().label("messages"), func.count(R.case_id.distinct()).label("cases"))
    spoken = select(*columns).select_from(_SAID).where(R.customer_id.is_not(None), M.direction == "in")
    several = spoken.group_by(R.customer_id).having(networks > 1)
    total = connection.execute(select(func.count()).select_from(several.subquery())).scalar_one()
    rows = connection.execute(several.order_by(networks.desc(), func.count().desc(), R.customer_id).limit(limit))
    return total, [_person(connection, row) for row in rows.all()]


def kept_apart(connection: Connection) -> list[ApartLine]:
    """Return the pairs that a person should look at, oldest first."""
    query = select(schema.suggestion).order_by(schema.suggestion.c.id)
    return [
        ApartLine(
            left=_name_of(connection, row.left_vertex),
            right=_name_of(connection, row.right_vertex),
            shared=row.identifier.partition(":")[0].replace("_", " "),
            reason=row.reason,
        )
        for row in connection.execute(query).all()
    ]


def busiest_thread(connection: Connection) -> Crowd | None:
    """Return the thread with most customers in it, None without messages."""
    customers = func.count(R.customer_id.distinct())
    columns = (R.conversation_id, func.count().label("messages"), customers.label("customers"))
    query = select(*columns, func.count(R.case_id.distinct()).label("cases")).group_by(R.conversation_id)
    row = connection.execute(query.order_by(customers.desc(), func.count().desc()).limit(1)).first()
    if row is None:
        return None
    there = select(R.case_id).where(R.conversation_id == row.conversation_id, R.case_id.is_not(None))
    said = select(R.case_id).select_from(_SAID).where(R.case_id.in_(there), M.direction == "in")
    mixed = said.group_by(R.case_id).having(customers > 1).subquery()
    count = connection.execute(select(func.count()).select_from(mixed)).scalar_one()
    return Crowd(messages=row.messages, customers=row.customers, cases=row.cases, mixed=count)


def left_out(connection: Connection) -> list[LeftOutLine]:
    """Return why messages of customers became no case, the commonest first."""
    texts = schema.message_text.c
    columns = (R.why, func.count().label("messages"), func.min(M.id).label("first"))
    query = select(*columns).select_from(_SAID).where(M.direction == "in", R.case_id.is_(None)).group_by(R.why)
    rows = connection.execute(query.order_by(func.count().desc(), R.why)).all()
    found = connection.execute(
        select(texts.message_id, texts.text).where(texts.message_id.in_([row.first for row in rows]))
    )
    examples = {row.message_id: row.text for row in found}
    return [LeftOutLine(why=row.why, messages=row.messages, example=examples.get(row.first, "")) for row in rows]


def widest_case(connection: Connection) -> int | None:
    """Return the case that holds messages of most networks, the longest of them; None without cases."""
    query = (
        select(R.case_id)
        .select_from(_SAID)
        .where(R.case_id.is_not(None), R.customer_id.is_not(None))
        .group_by(R.case_id)
        .order_by(func.count(M.network.distinct()).desc(), func.count().desc(), R.case_id)
        .limit(1)
    )
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def _person(connection: Connection, row: Any) -> PersonLine:  # noqa: ANN401 - customer, messages, cases
    vertices = members_of(connection, row.customer_id)
    name = select(schema.customer.c.name).where(schema.customer.c.id == row.customer_id)
    return PersonLine(
        customer=row.customer_id,
        name=connection.execute(name).scalar_one(),
        networks=sorted({vertex[2:].partition("/")[0] for vertex in vertices if vertex.startswith("p:")}),
        records=[vertex[2:] for vertex in vertices if vertex.startswith("r:")],
        known_by=_known_by(connection, vertices),
        messages=row.messages,
        cases=row.cases,
    )


def _known_by(connection: Connection, vertices: Sequence[str]) -> list[str]:
    kinds = (identifier.partition(":")[0] for identifier in shared(connection, vertices))
    return sorted({kind.removesuffix("_folded").replace("_", " ") for kind in kinds})


def _name_of(connection: Connection, vertex: str) -> str:
    """Return what people call a profile or CRM row, with where it stands."""
    kind, _, key = vertex.partition(":")
    table = schema.profile if kind == "p" else schema.person
    name = connection.execute(select(table.c.name).where(table.c.key == key)).scalar_one_or_none()
    return f"{name} ({key})" if name else key

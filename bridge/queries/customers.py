"""Customers: who they are, and what holds them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from bridge.store.schema import case, customer, decision, evidence, member, resolved, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.engine import Connection

    from bridge.queries.selection import Cut


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLine:
    """One customer in a list."""

    id: int
    name: str
    handles: list[str]
    members: int
    messages: int
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shows:
    """A profile or CRM row shows an identifier."""

    vertex: str
    identifier: str
    relation: str
    sightings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDetail:
    """One customer with all that is known of them."""

    id: int
    key: str
    golden: dict[str, Any]
    members: list[str]
    identifiers: list[str]
    cases: list[int]
    messages: int
    redirected_from: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """What holds vertices together, or keeps them apart: an identifier they share, a decision, a suggestion."""

    what: str
    """shared, decision or suggestion."""
    vertices: list[str]
    by: str
    reason: str = ""


def list_customers(connection: Connection, cut: Cut) -> list[CustomerLine]:
    """Return customers, the newest first; those that became part of another are left out."""
    query = select(customer.c.id, customer.c.name, customer.c.golden).where(customer.c.redirect_to.is_(None))
    rows = connection.execute(cut.of(query, customer.c.id)).all()
    ids = [row.id for row in rows]
    members = _counts(connection, member.c.customer_id, ids)
    messages = _counts(connection, resolved.c.customer_id, ids)
    cases = _counts(connection, case.c.customer_id, ids)
    return [
        CustomerLine(
            id=row.id,
            name=row.name,
            handles=[each["handle"] for each in (row.golden or {}).get("handles") or []],
            members=members.get(row.id, 0),
            messages=messages.get(row.id, 0),
            cases=cases.get(row.id, 0),
        )
        for row in rows
    ]


def live_customer(connection: Connection, number: int) -> int | None:
    """Return the number that customer ``number`` has now, None if there never was one."""
    seen: set[int] = set()
    while number not in seen:
        seen.add(number)
        row = connection.execute(select(customer.c.redirect_to).where(customer.c.id == number)).first()
        if row is None:
            return None
        if row.redirect_to is None:
            return number
        number = row.redirect_to
    return None


def show_customer(connection: Connection, number: int) -> CustomerDetail | None:
    """Return a customer (the one that ``number`` is part of now), None if there is none."""
    live = live_customer(connection, number)
    if live is None:
        return None
    row = connection.execute(select(customer).where(customer.c.id == live)).one()
    vertices = members_of(connection, live)
    cases = select(case.c.id).where(case.c.customer_id == live, case.c.redirect_to.is_(None)).order_by(case.c.id)
    merged = select(customer.c.id).where(customer.c.redirect_to == live).order_by(customer.c.id)
    return CustomerDetail(
        id=live,
        key=row.key,
        golden=row.golden or {},
        members=vertices,
        identifiers=sorted({each.identifier for each in shown_by(connection, vertices)}),
        cases=list(connection.execute(cases).scalars()),
        messages=_counts(connection, resolved.c.customer_id, [live]).get(live, 0),
        redirected_from=list(connection.execute(merged).scalars()),
    )


def members_of(connection: Connection, number: int) -> list[str]:
    """Return the vertices of a customer, sorted: ``p:<profile key>`` and ``r:<instance>:<native id>``."""
    query = select(member.c.vertex).where(member.c.customer_id == number).order_by(member.c.vertex)
    return list(connection.execute(query).scalars())


def customer_of(connection: Connection, vertex: str) -> int | None:
    """Return the customer of a vertex, None if there is no such vertex."""
    query = select(member.c.customer_id).where(member.c.vertex == vertex)
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def shown_by(connection: Connection, vertices: Collection[str]) -> list[Shows]:
    """Return what these vertices show and did not take back."""
    query = (
        select(evidence.c.vertex, evidence.c.identifier, evidence.c.relation, evidence.c.sightings)
        .where(evidence.c.vertex.in_(vertices), evidence.c.retracted_at.is_(None))
        .order_by(evidence.c.identifier, evidence.c.vertex, evidence.c.relation)
    )
    return [Shows(**row) for row in connection.execute(query).mappings()]


def bonds(connection: Connection, vertices: Collection[str]) -> list[Bond]:
    """Return what these vertices have in common, and what was decided or suggested about them."""
    holders: dict[str, set[str]] = {}
    for each in shown_by(connection, vertices):
        holders.setdefault(each.identifier, set()).add(each.vertex)
    shared = [
        Bond(what="shared", vertices=sorted(who), by=identifier)
        for identifier, who in sorted(holders.items())
        if len(who) > 1
    ]
    return [*shared, *_decided(connection, set(vertices), set(holders)), *_suggested(connection, vertices)]


def _decided(connection: Connection, vertices: set[str], identifiers: set[str]) -> list[Bond]:
    kinds = ("must_link", "cannot_link", "block")
    query = select(decision).where(decision.c.kind.in_(kinds), decision.c.undone_at.is_(None)).order_by(decision.c.id)
    return [
        Bond(
            what="decision",
            vertices=list(row.operands),
            by=f"{row.kind} by {row.actor or 'somebody'}",
            reason=row.reason,
        )
        for row in connection.execute(query)
        if (vertices | identifiers) & set(row.operands or [])
    ]


def _suggested(connection: Connection, vertices: Collection[str]) -> list[Bond]:
    touching = or_(suggestion.c.left_vertex.in_(vertices), suggestion.c.right_vertex.in_(vertices))
    return [
        Bond(what="suggestion", vertices=[row.left_vertex, row.right_vertex], by=row.identifier, reason=row.reason)
        for row in connection.execute(select(suggestion).where(touching).order_by(suggestion.c.id))
    ]


def _counts(connection: Connection, column: Any, ids: Collection[int]) -> dict[int, int]:  # noqa: ANN401 - a column
    query = select(column, func.count()).where(column.in_(ids)).group_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}

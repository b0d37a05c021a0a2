"""Customers: who they are, and what holds them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.queries.selection import SOMEBODY, where_now
from bridge.store.schema import case, customer, evidence, member, resolved, suggestion

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
class SuggestionLine:
    """Two customers that may be one person."""

    id: int
    customers: list[int]
    vertices: list[str]
    identifier: str
    reason: str


def list_customers(connection: Connection, cut: Cut) -> list[CustomerLine]:
    """Return customers, the newest first; those that became part of another, or that nothing is left of, are left out."""
    query = select(customer.c.id, customer.c.name, customer.c.golden).where(SOMEBODY)
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
    return where_now(connection, customer, number)


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


def shared(connection: Connection, vertices: Collection[str]) -> dict[str, list[str]]:
    """Return the identifiers that several of these vertices show, each with those, sorted."""
    holders: dict[str, set[str]] = {}
    for each in shown_by(connection, vertices):
        holders.setdefault(each.identifier, set()).add(each.vertex)
    return {identifier: sorted(who) for identifier, who in sorted(holders.items()) if len(who) > 1}


def suggestions(connection: Connection, cut: Cut) -> list[SuggestionLine]:
    """Return who may be one person and was not linked, the newest first."""
    left, right = member.alias(), member.alias()
    query = (
        select(suggestion, left.c.customer_id.label("one"), right.c.customer_id.label("other"))
        .join(left, left.c.vertex == suggestion.c.left_vertex)
        .join(right, right.c.vertex == suggestion.c.right_vertex)
        .where(left.c.customer_id != right.c.customer_id)
    )
    return [
        SuggestionLine(
            id=row.id,
            customers=[row.one, row.other],
            vertices=[row.left_vertex, row.right_vertex],
            identifier=row.identifier,
            reason=row.reason,
        )
        for row in connection.execute(cut.of(query, suggestion.c.id))
    ]


def _counts(connection: Connection, column: Any, ids: Collection[int]) -> dict[int, int]:  # noqa: ANN401 - a column
    query = select(column, func.count()).where(column.in_(ids)).group_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}

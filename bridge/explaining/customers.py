"""Why accounts and CRM records are one customer, and why others are not: the graph around them is solved once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.explaining.words import count, in_targets
from bridge.queries.customers import members_of
from bridge.resolve.graph import StoredGraph
from bridge.store import schema
from identity import explain
from identity.component import component
from identity.model import Identifier
from identity.solver import solve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App
    from identity.explain import Change, WhyNot
    from identity.solution import Link, Problem, Solution

_C, _D = schema.customer.c, schema.decision.c


@dataclass(frozen=True, slots=True)
class Bond:
    """What holds two vertices of a customer together, or keeps one of them from another customer."""

    what: str
    """linked, for now (without a name: shown with, and no part of the golden record), decision, not linked, to look at."""
    vertices: list[str]
    by: str
    """The identifier that both show, or the decision; empty for a record that we made ourselves."""
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where something that we know of a customer comes from."""

    field: str
    """name, emails, phones, handles."""
    value: str
    source: str
    """The account or CRM record."""
    relation: str
    """How it is known: crm, authenticated, attested, profile, sender, claimed."""


def customer(connection: Connection, app: App, number: int) -> Iterator[str]:
    """Say who a customer is, what holds the accounts together, and who was not linked for which reason."""
    row = connection.execute(select(schema.customer).where(_C.id == number)).one()
    if row.redirect_to is not None:
        yield f"P-{number} is the same person as P-{row.redirect_to}."
        return
    vertices = members_of(connection, number)
    yield f"P-{number} is {row.name or 'somebody without a name'}: {_parts(vertices)}."
    yield from (f"- {name(vertex)}" for vertex in vertices)
    bonds = why(connection, app, vertices)
    if len(vertices) == 1:
        yield "Nothing had to be linked."
    yield from (_told(bond) for bond in bonds)
    yield from in_targets(connection, "person", number)


def sources(connection: Connection, app: App, vertices: Sequence[str]) -> list[Source]:
    """Return where each name and contact point of a customer comes from, the best of each field first.

    Who is only shown with the customer for now is no source, nor is a record that we wrote ourselves.
    """
    member = schema.member.c
    firm = connection.execute(select(member.vertex).where(member.vertex.in_(vertices), member.provisional.is_(False)))
    graph = StoredGraph(connection, app)
    keys = list(firm.scalars()) or list(vertices)
    graph.vertices(keys)
    return [
        Source(field, value["value"], name(value["vertex"]), value["relation"])
        for field, values in graph.provenance(keys).items()
        for value in values
    ]


def why(connection: Connection, app: App, vertices: Sequence[str]) -> list[Bond]:
    """Return what made one customer of these vertices, in the order in which it happened, and what was not linked to it."""
    _, solution = _solved(connection, app, vertices)
    found = explain.explain(vertices, solution)
    decisions = {row.id: row for row in connection.execute(select(schema.decision).where(_D.undone_at.is_(None)))}
    refused = {(one.left, one.right, one.identifier): one.reason for one in found.refused}
    doubtful = {(one.left, one.right, one.identifier): one.reason for one in found.suggestions}
    return [
        *(_bond(link, decisions, found.provisional) for link in found.links),
        *(
            Bond("not linked", [left, right], str(by or "a decision"), refused[left, right, by])
            for left, right, by in refused
        ),
        *(
            Bond("to look at", [left, right], str(by), doubtful[left, right, by])
            for left, right, by in doubtful
            if (left, right, by) not in refused
        ),
    ]


def why_not(connection: Connection, app: App, left: Sequence[str], right: Sequence[str]) -> WhyNot:
    """Return what keeps two customers (or accounts, or records) apart."""
    problem, solution = _solved(connection, app, [*left, *right])
    return explain.why_not(left[0], right[0], problem, solution)


def what_if(connection: Connection, app: App, vertices: Sequence[str], without: Iterable[str]) -> Change:
    """Return which customers would be no more if these identifiers linked nobody, and which would come instead."""
    problem = component(vertices, StoredGraph(connection, app), app.identity)
    return explain.what_if(problem, app.identity, without=map(Identifier.parse, without))


def name(vertex: str) -> str:
    """Return a vertex as people read it: ``x//4711``, or ``CRM record crm:K-1``."""
    return f"CRM record {vertex[2:]}" if vertex.startswith("r:") else vertex[2:]


def _solved(connection: Connection, app: App, vertices: Collection[str]) -> tuple[Problem, Solution]:
    problem = component(vertices, StoredGraph(connection, app), app.identity)
    solution = solve(problem.vertices, problem.evidence, problem.decisions, app.identity, context=problem.context)
    return problem, solution


def _bond(link: Link, decisions: Mapping[int, Row[Any]], provisional: Collection[str]) -> Bond:
    ends = sorted((link.left, link.right), key=lambda vertex: vertex in provisional)
    decided = decisions.get(link.decision) if link.decision is not None else None
    if decided is not None:
        return Bond("decision", ends, f"decision {decided.id} by {decided.actor or 'somebody'}", decided.reason)
    return Bond("for now" if link.provisional else "linked", ends, str(link.identifier or ""), link.rule)


def _told(bond: Bond) -> str:
    one, other = (name(vertex) for vertex in bond.vertices)
    reason = f" ({bond.reason})" if bond.reason else ""
    match bond.what:
        case "linked" if not bond.by:
            return f"{other} was made by us for {one}."
        case "linked":
            return f"{one} and {other} are one person: both show {bond.by}{reason}."
        case "for now":
            return f"{other} has no name and is shown with {one}: both show {bond.by}{reason}."
        case "decision":
            return f"{one} and {other} are one person by {bond.by}{reason}."
        case "not linked":
            return f"{one} and {other} were not linked by {bond.by}: {bond.reason}."
        case _:
            return f"{one} and {other} may be one person, look at them: {bond.by}; {bond.reason}."


def _parts(vertices: Sequence[str]) -> str:
    records = sum(vertex.startswith("r:") for vertex in vertices)
    parts = [count(len(vertices) - records, "account")] if len(vertices) > records else []
    parts += [f"{count(records, 'record')} in a CRM"] if records else []
    return " and ".join(parts)

"""Who is who: the parts of the identity graph that changed are solved anew, and customers follow.

The id of a customer is the earliest minted among the vertices of its cluster; a vertex whose customer becomes another
keeps its mint, so that taking evidence away gives the id back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.keys import target_key
from bridge.resolve.graph import StoredGraph
from bridge.store import bulk, schema
from identity.component import component
from identity.component import seeds as reseed
from identity.solver import solve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy.engine import Connection, Row

    from bridge.resolve.work import Work

_P, _MEMBER, _MINT, _C = schema.profile.c, schema.member.c, schema.mint.c, schema.customer.c


def resolve_people(connection: Connection, work: Work) -> set[int]:
    """Find the customer of every author that this batch concerns; return customers whose golden record changed."""
    query = select(_P.id, _P.key)
    vertices = {f"p:{row.key}": row.id for row in bulk.rows_where(connection, query, _P.id, sorted(work.authors))}
    members = _members(connection, vertices.keys() | work.vertices)
    seeds = (vertices.keys() - members.keys()) | work.vertices | _mates(connection, work, members)
    changed = _solve(connection, work, seeds, members) if seeds else set()
    for vertex, profile in vertices.items():
        work.customer_of[profile] = members[vertex]
        work.customers.add(members[vertex])
    _profiles_of(connection, work, members)
    return changed


def _members(connection: Connection, vertices: Collection[str]) -> dict[str, int]:
    query = select(_MEMBER.vertex, _MEMBER.customer_id)
    return {row.vertex: row.customer_id for row in bulk.rows_where(connection, query, _MEMBER.vertex, sorted(vertices))}


def _mates(connection: Connection, work: Work, members: Mapping[str, int]) -> set[str]:
    """Return who was one customer with those of which something changed: what linked them may be gone."""
    customers = sorted({members[vertex] for vertex in work.vertices if vertex in members})
    query = select(_MEMBER.vertex)
    return {row.vertex for row in bulk.rows_where(connection, query, _MEMBER.customer_id, customers)}


def _solve(connection: Connection, work: Work, seeds: set[str], members: dict[str, int]) -> set[int]:
    """Solve the components of the seeds, write members and customers; updates ``members``."""
    graph = StoredGraph(connection, work.app, work.authors)
    policy = work.app.identity
    shown = graph.evidence_of(seeds)
    problem = component(
        seeds | reseed((seen for rows in shown.values() for seen in rows), graph, policy), graph, policy
    )
    solution = solve(problem.vertices, problem.evidence, problem.decisions, policy, context=problem.context)
    clusters = solution.clusters
    work.writes.suggestions += [
        {
            "left_vertex": one.left,
            "right_vertex": one.right,
            "identifier": str(one.identifier),
            "reason": str(one.reason),
        }
        for one in solution.suggestions
    ]
    everybody = sorted({vertex for cluster in clusters for vertex in cluster})
    before = _members(connection, {*everybody, *seeds})
    minted = _minted(connection, everybody)
    touched: set[int] = set(before.values())
    for cluster in clusters:
        number = min((minted[vertex] for vertex in cluster if vertex in minted), default=0)
        number = number or work.mint("customer", graph.earliest(cluster))
        touched.add(number)
        for vertex in sorted(cluster):
            if before.get(vertex) != number:
                work.writes.members.append(
                    {"vertex": vertex, "customer_id": number, "provisional": vertex in solution.provisional}
                )
            members[vertex] = number
    lost = sorted(before.keys() - set(everybody))
    work.writes.lost_members += lost
    for vertex in lost:
        members.pop(vertex, None)
    work.customers |= touched
    work.whole |= {number for number in touched if number in before.values()}
    firm = [cluster - solution.provisional or cluster for cluster in clusters]
    work.writes.solved_vertices = everybody
    return _write_customers(connection, work, graph, firm, members, touched)


def _minted(connection: Connection, vertices: Sequence[str]) -> dict[str, int]:
    query = select(_MINT.anchor, _MINT.id).where(_MINT.kind == "customer")
    return {row.anchor: row.id for row in bulk.rows_where(connection, query, _MINT.anchor, vertices)}


def _write_customers(
    connection: Connection,
    work: Work,
    graph: StoredGraph,
    clusters: Iterable[frozenset[str]],
    members: Mapping[str, int],
    touched: set[int],
) -> set[int]:
    """Write golden records that changed; return the customers concerned."""
    stored = {row.id: row for row in bulk.rows_where(connection, select(schema.customer), _C.id, sorted(touched))}
    anchors = {row["id"]: row["anchor"] for row in work.writes.mints if row["kind"] == "customer"}
    changed: set[int] = set()
    alive: set[int] = set()
    for cluster in clusters:
        number = members[min(cluster)]
        alive.add(number)
        record = graph.golden(cluster)
        known = stored.get(number)
        key = known.key if known is not None else _key(work, anchors[number])
        if known is None or (known.golden, known.redirect_to) != (record, None):
            row = {"id": number, "key": key, "name": record["name"], "golden": record, "redirect_to": None}
            work.writes.customers.append(row)
            changed.add(number)
    _redirect(connection, work, [row for row in stored.values() if row.id not in alive], members)
    return changed


def _redirect(connection: Connection, work: Work, emptied: Sequence[Row[Any]], members: Mapping[str, int]) -> None:
    """Point a customer without vertices to where its earliest anchor belongs now."""
    query = select(_MINT.id, _MINT.anchor)
    anchors = {row.id: row.anchor for row in bulk.rows_where(connection, query, _MINT.id, [row.id for row in emptied])}
    for row in emptied:
        goes_to = members.get(anchors[row.id])
        if row.redirect_to != goes_to:
            work.writes.customers.append(
                {"id": row.id, "key": row.key, "name": row.name, "golden": row.golden, "redirect_to": goes_to}
            )


def _profiles_of(connection: Connection, work: Work, members: Mapping[str, int]) -> None:
    """Note all vertices and profiles, and our key, of every customer whose cases are recomputed."""
    wanted = sorted(work.customers)
    vertices: dict[str, int] = {
        row.vertex: row.customer_id
        for row in bulk.rows_where(connection, select(_MEMBER.vertex, _MEMBER.customer_id), _MEMBER.customer_id, wanted)
    }
    vertices.update((vertex, number) for vertex, number in members.items() if number in work.customers)
    work.member_of = vertices = {vertex: members.get(vertex, number) for vertex, number in vertices.items()}
    keys = {vertex[2:]: number for vertex, number in vertices.items() if vertex.startswith("p:")}
    for row in bulk.rows_where(connection, select(_P.id, _P.key), _P.key, sorted(keys)):
        number = keys[row.key]
        work.customer_of[row.id] = number
        work.profile_keys[row.id] = row.key
        work.profiles_of.setdefault(number, set()).add(row.id)
    query = select(_C.id, _C.key)
    work.customer_keys.update((row.id, row.key) for row in bulk.rows_where(connection, query, _C.id, wanted))
    work.customer_keys.update((row["id"], row["key"]) for row in work.writes.customers)


def _key(work: Work, anchor: str) -> str:
    return target_key(work.app.organisation, work.app.environment, f"customer:{anchor}")

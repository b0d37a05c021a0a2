"""The identity graph as the store holds it: vertices, evidence, sightings of identifiers, decisions.

The id of a profile within its network, and of a row within its CRM, is not stored as evidence but read off the row.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.keys import target_key
from bridge.nouns import Direction
from bridge.store import bulk, schema
from identity.golden import Facet, FacetKind, golden, provenance
from identity.model import Decision, DecisionKind, Evidence, Identifier, IdentifierKind, Relation, Vertex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App

_P, _R, _E, _D = schema.profile.c, schema.person.c, schema.evidence.c, schema.decision.c
_M, _MEMBER = schema.message.c, schema.member.c


class StoredGraph:
    """Answers batches of questions; keeps what it has read for the time of one batch of resolving."""

    def __init__(self, connection: Connection, app: App, authors: Collection[int] = ()) -> None:
        """Read through an open connection; ``authors`` are profiles who are known to have written to us."""
        self._connection = connection
        self._app = app
        self._authors = authors
        self._profiles: dict[str, Row[Any] | None] = {}
        self._persons: dict[str, Row[Any] | None] = {}
        self._evidence: dict[str, list[Evidence]] = {}
        self._decisions: tuple[Decision, ...] | None = None
        self._anchors: dict[str, str] = {}
        self._sightings: dict[Identifier, list[Evidence]] = {}
        self._asked: dict[Identifier, int] = {}

    def vertices(self, keys: Collection[str]) -> dict[str, Vertex]:
        """Return the vertices that exist; rows that a CRM deleted or merged away do not, nor do accounts of ours."""
        self._read_profiles([key[2:] for key in keys if key.startswith("p:")])
        self._read_persons([key[2:] for key in keys if key.startswith("r:")])
        found = ((key, self._vertex(key)) for key in keys)
        return {key: vertex for key, vertex in found if vertex is not None}

    def evidence_of(self, keys: Collection[str]) -> dict[str, list[Evidence]]:
        """Return what these vertices show."""
        unread = [key for key in keys if key not in self._evidence]
        if not unread:
            return {key: self._evidence[key] for key in keys}
        self._evidence.update((key, []) for key in unread)
        query = select(schema.evidence).where(_E.retracted_at.is_(None))
        for row in bulk.rows_where(self._connection, query, _E.vertex, unread):
            self._evidence[row.vertex].append(_evidence(row))
        self.vertices(unread)
        for key in unread:
            own = self._own_id(key)
            if own is not None:
                self._evidence[key].append(own)
        return {key: self._evidence[key] for key in keys}

    def sightings(self, identifiers: Collection[Identifier], limit: int) -> dict[Identifier, list[Evidence]]:
        """Return who shows these identifiers; of one that more than ``limit`` vertices show, just more than ``limit``."""
        unread = [one for one in identifiers if self._asked.get(one, 0) < limit]
        if unread:
            self._read_sightings(unread, limit)
            self._asked.update(dict.fromkeys(unread, limit))
        return {one: self._sightings[one] for one in identifiers if one in self._sightings}

    def _read_sightings(self, identifiers: list[Identifier], limit: int) -> None:
        found: dict[Identifier, list[Evidence]] = defaultdict(list)
        texts = [str(one) for one in identifiers]
        crowded = self._crowded(texts, limit)
        query = select(schema.evidence).where(_E.retracted_at.is_(None), _E.relation != Relation.MENTIONED)
        few = [one for one in texts if one not in crowded]
        for row in bulk.rows_where(self._connection, query, _E.identifier, few):
            evidence = _evidence(row)
            found[evidence.identifier].append(evidence)
        for text in crowded:
            some = query.where(_E.identifier == text).order_by(_E.vertex).limit((limit + 1) * len(Relation))
            found[Identifier.parse(text)] += [_evidence(row) for row in self._connection.execute(some)]
        owners = {owner: one for one in identifiers if (owner := _owner(one))}
        self.vertices(list(owners))
        for owner, identifier in owners.items():
            own = self._own_id(owner)
            if own is not None:
                found[identifier].append(own)
        self._sightings.update(found)

    def echoes(self, anchors: Collection[str]) -> list[str]:
        """Return the CRM rows that we made of customers minted for these vertices."""
        keys = [self._key_of(anchor) for anchor in anchors]
        query = select(_R.key).where(_R.deleted_at.is_(None), _R.merged_into == "")
        return [f"r:{row.key}" for row in bulk.rows_where(self._connection, query, _R.our_key, keys)]

    def decisions_touching(self, operands: Collection[str]) -> list[Decision]:
        """Return the decisions about identity that stand and name one of these."""
        if self._decisions is None:
            query = select(schema.decision).where(_D.kind.in_(list(DecisionKind)), _D.undone_at.is_(None))
            self._decisions = tuple(
                Decision(row.id, DecisionKind(row.kind), tuple(row.operands), row.actor, row.reason)
                for row in self._connection.execute(query.order_by(_D.id))
            )
        return [decision for decision in self._decisions if not set(operands).isdisjoint(decision.operands)]

    def earliest(self, cluster: Iterable[str]) -> str:
        """Return the vertex that names a new customer: the first seen, a profile before a CRM row."""
        self.vertices(list(cluster))
        return min(cluster, key=lambda key: (key.startswith("r:"), key))

    def _crowded(self, texts: Collection[str], limit: int) -> set[str]:
        query = select(_E.identifier).group_by(_E.identifier).having(func.count() > limit)
        return {row.identifier for row in bulk.rows_where(self._connection, query, _E.identifier, list(texts))}

    def _key_of(self, anchor: str) -> str:
        return target_key(self._app.organisation, self._app.environment, f"customer:{anchor}")

    def golden(self, cluster: Iterable[str]) -> dict[str, Any]:
        """Return the golden record of a cluster, and the ids of its rows by CRM connection."""
        keys = sorted(cluster)
        record = golden(self._facets(keys))
        record["person_refs"] = {
            person.instance: person.native_id
            for key in keys
            if (person := self._persons.get(key[2:]) if key.startswith("r:") else None) is not None
        }
        return record

    def provenance(self, cluster: Iterable[str]) -> dict[str, list[dict[str, str]]]:
        """Return where names and contact points of a cluster come from, as ``identity.golden.provenance`` does."""
        return provenance(self._facets(sorted(cluster)))

    def _facets(self, keys: Sequence[str]) -> list[Facet]:
        self.evidence_of(keys)
        return [facet for key in keys if (facet := self._facet(key)) is not None]

    def _read_profiles(self, keys: list[str]) -> None:
        unread = [key for key in keys if key not in self._profiles]
        if not unread:
            return
        self._profiles.update(dict.fromkeys(unread))
        rows = list(bulk.rows_where(self._connection, select(schema.profile), _P.key, unread))
        ours = {row.id for row in rows if row.own} - self._writing_to_us([row for row in rows if row.own])
        self._profiles.update((row.key, row) for row in rows if row.id not in ours)

    def _writing_to_us(self, own: Sequence[Row[Any]]) -> set[int]:
        """Return accounts of ours that are customers all the same: they have written to us, maybe before they were ours.

        Only who is a customer already can have, beside the authors of this batch: the others are not looked up, as
        their messages are many.
        """
        found = {row.id for row in own if row.id in self._authors}
        asked = {f"p:{row.key}": row.id for row in own if row.id not in found}
        known = bulk.rows_where(self._connection, select(_MEMBER.vertex), _MEMBER.vertex, sorted(asked))
        return found | {id_ for row in known if self._has_written(id_ := asked[row.vertex])}

    def _has_written(self, profile: int) -> bool:
        query = select(_M.id).where(_M.author_id == profile, _M.direction == Direction.IN).limit(1)
        return self._connection.execute(query).first() is not None

    def _read_persons(self, keys: list[str]) -> None:
        unread = [key for key in keys if key not in self._persons]
        if not unread:
            return
        self._persons.update(dict.fromkeys(unread))
        alive = select(schema.person).where(_R.deleted_at.is_(None), _R.merged_into == "")
        self._persons.update((row.key, row) for row in bulk.rows_where(self._connection, alive, _R.key, unread))
        ours = [row.our_key for key in unread if (row := self._persons[key]) is not None and row.our_key]
        query = select(schema.customer.c.key, schema.mint.c.anchor).join(
            schema.mint, schema.mint.c.id == schema.customer.c.id
        )
        rows = bulk.rows_where(self._connection, query, schema.customer.c.key, ours)
        self._anchors.update((row.key, row.anchor) for row in rows)

    def _vertex(self, key: str) -> Vertex | None:
        if key.startswith("p:"):
            profile = self._profiles[key[2:]]
            if profile is None:
                return None
            names = (profile.name,) if profile.name else ()
            return Vertex(key, None, names, profile.first_seen, profile.seen_at)
        person = self._persons[key[2:]]
        if person is None:
            return None
        names = (person.name,) if person.name else ()
        anchor = self._anchors.get(person.our_key, "")
        return Vertex(key, person.instance, names, person.updated_at, person.updated_at, bool(person.our_key), anchor)

    def _own_id(self, key: str) -> Evidence | None:
        """Return what a vertex shows by being there: its id within its network or its CRM."""
        if key.startswith("p:"):
            profile = self._profiles[key[2:]]
            if profile is None:
                return None
            scope = f"{profile.network}/{profile.scope}" if profile.scope else profile.network
            identifier = Identifier(IdentifierKind.UID, scope, profile.uid)
            return Evidence(key, identifier, Relation.PROFILE, 1, profile.first_seen, profile.seen_at)
        person = self._persons[key[2:]]
        if person is None:
            return None
        identifier = Identifier(IdentifierKind.CRM_ID, person.instance, person.native_id)
        return Evidence(key, identifier, Relation.CRM, 1, person.updated_at, person.updated_at)

    def _facet(self, key: str) -> Facet | None:
        """Return what a vertex contributes to the golden record; rows that we wrote ourselves contribute nothing."""
        identifiers = tuple((seen.identifier, seen.relation) for seen in self._evidence[key])
        if key.startswith("p:"):
            profile = self._profiles[key[2:]]
            if profile is None:
                return None
            return Facet(
                vertex=key,
                kind=FacetKind.PROFILE,
                names=(profile.name,) if profile.name else (),
                network=profile.network,
                handle=profile.handle,
                identifiers=identifiers,
                reach=profile.reach,
                verified=profile.verified,
                url=profile.url,
                seen_at=profile.seen_at,
            )
        person = self._persons[key[2:]]
        if person is None or person.our_key:
            return None
        names = (person.name,) if person.name else ()
        return Facet(vertex=key, kind=FacetKind.CRM, names=names, identifiers=identifiers, seen_at=person.updated_at)


def _evidence(row: Row[Any]) -> Evidence:
    return Evidence(
        row.vertex,
        Identifier.parse(row.identifier),
        Relation(row.relation),
        row.sightings,
        row.first_seen,
        row.last_seen,
    )


def _owner(identifier: Identifier) -> str:
    """Return the vertex whose own id this is; empty for what is no own id."""
    if identifier.kind is IdentifierKind.CRM_ID:
        return f"r:{identifier.scope}:{identifier.value}"
    if identifier.kind is IdentifierKind.UID:
        network, _, scope = identifier.scope.partition("/")
        return f"p:{network}/{scope}/{identifier.value}"
    return ""

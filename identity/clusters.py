"""Clusters that grow by links, each with what the guards ask for. A helper within one solve, never kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from identity import names
from identity.mailboxes import mailbox
from identity.model import IdentifierKind
from identity.solution import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from identity.model import Evidence, Vertex
    from identity.policy import IdentityPolicy


@dataclass(slots=True)
class Cluster:
    """Members and the summary that guards check; nothing of echoes but their keys."""

    members: list[str]
    enemies: set[str] = field(default_factory=set)
    """Vertices that a decision keeps apart from it."""
    rows: set[tuple[str, str]] = field(default_factory=set)
    """(CRM connection, record id)."""
    mailboxes: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    accounts: set[tuple[str, str]] = field(default_factory=set)
    """(network and scope, account id)."""
    names: set[str] = field(default_factory=set)
    full_names: set[str] = field(default_factory=set)

    def absorb(self, other: Cluster) -> None:
        """Take over everything of the other cluster."""
        self.members.extend(other.members)
        for mine, theirs in zip(self._sets(), other._sets(), strict=True):
            mine.update(theirs)  # type: ignore[arg-type]  # the sets stand in the same order

    def _sets(self) -> tuple[set[str] | set[tuple[str, str]], ...]:
        return (self.enemies, self.rows, self.mailboxes, self.phones, self.accounts, self.names, self.full_names)


class Clusters:
    """A partition under construction; vertices come in when they are first touched."""

    def __init__(
        self,
        vertices: Mapping[str, Vertex],
        shown: Mapping[str, Iterable[Evidence]],
        enemies: Mapping[str, set[str]],
        our_ids: Collection[tuple[str, str]],
        policy: IdentityPolicy,
    ) -> None:
        """``shown`` is the linking evidence by vertex; ``enemies`` what decisions keep apart, both ways.

        ``our_ids``: (CRM connection, id) of records of ours, which keep nobody apart.
        """
        self._vertices, self._shown, self._enemies, self._policy = vertices, shown, enemies, policy
        self._parent: dict[str, str] = {}
        self._clusters: dict[str, Cluster] = {}
        self._our_ids = frozenset(our_ids)

    def root(self, vertex: str) -> str:
        """Return the key that stands for the vertex's cluster at present."""
        parent = self._parent
        while (above := parent.get(vertex, vertex)) != vertex:
            parent[vertex] = parent.get(above, above)
            vertex = above
        return vertex

    def of(self, root: str) -> Cluster:
        """Return the cluster of a root."""
        cluster = self._clusters.get(root)
        if cluster is None:
            cluster = self._clusters[root] = self._single(self._vertices[root])
        return cluster

    def objection(self, one: str, other: str) -> Reason | None:
        """Return what forbids an automatic union of two roots, None if nothing does."""
        left, right = self.of(one), self.of(other)
        if self.apart(one, other):
            return Reason.CANNOT
        if self._two_rows(left, right):
            return Reason.CRM_DUPLICATE
        return Reason.TOO_MANY if self._too_many(left, right) else None

    def apart(self, one: str, other: str) -> bool:
        """Tell whether a decision keeps the clusters of two roots apart."""
        left, right = self.of(one), self.of(other)
        return not left.enemies.isdisjoint(right.members) or not right.enemies.isdisjoint(left.members)

    def unite(self, one: str, other: str) -> str:
        """Make two roots one; returns the root of the union."""
        left, right = self.of(one), self.of(other)
        if (len(left.members), other) < (len(right.members), one):
            one, other, left, right = other, one, right, left
        left.absorb(right)
        self._parent[other] = one
        del self._clusters[other]
        return one

    def _single(self, vertex: Vertex) -> Cluster:
        cluster = Cluster([vertex.key], set(self._enemies.get(vertex.key, ())))
        if vertex.echo:
            return cluster
        if vertex.instance:
            cluster.rows.add(row_id(vertex))
        cluster.names.update(text for text in vertex.names if names.parse(text))
        cluster.full_names.update(filter(names.in_full, cluster.names))
        for seen in self._shown.get(vertex.key, ()):
            self._count(cluster, seen)
        return cluster

    def _count(self, cluster: Cluster, seen: Evidence) -> None:
        value = seen.identifier.value
        match seen.identifier.kind:
            case IdentifierKind.CRM_ID:
                cluster.rows.update({(seen.identifier.scope, value)} - self._our_ids)
            case IdentifierKind.EMAIL:
                cluster.mailboxes.add(mailbox(value))
            case IdentifierKind.PHONE:
                cluster.phones.add(value)
            case IdentifierKind.UID:
                cluster.accounts.add((seen.identifier.scope, value))

    @staticmethod
    def _two_rows(left: Cluster, right: Cluster) -> bool:
        by_instance: defaultdict[str, set[str]] = defaultdict(set)
        for instance, row in left.rows:
            by_instance[instance].add(row)
        return any(by_instance.get(instance, {row}) != {row} for instance, row in right.rows)

    def _too_many(self, left: Cluster, right: Cluster) -> bool:
        policy = self._policy
        if _grows_beyond(policy.max_emails_per_customer, left.mailboxes, right.mailboxes):
            return True
        if _grows_beyond(policy.max_phones_per_customer, left.phones, right.phones):
            return True
        if not left.accounts or not right.accounts:
            return False
        both, most = left.accounts | right.accounts, policy.max_accounts_per_network
        networks = {scope.partition("/")[0] for scope, _ in both}
        return any(
            _on(network, both) > max(most, _on(network, left.accounts), _on(network, right.accounts))
            for network in networks
        )


def row_id(vertex: Vertex) -> tuple[str, str]:
    """Return (CRM connection, record id) of a CRM row."""
    return vertex.instance or "", vertex.key.removeprefix(f"r:{vertex.instance}:")


def _grows_beyond(most: int, left: set[str], right: set[str]) -> bool:
    count = len(left | right)
    return count > most and count > max(len(left), len(right))


def _on(network: str, accounts: set[tuple[str, str]]) -> int:
    """Count the accounts of a network: one account has another id in each scope through which it is seen."""
    seen = Counter(scope for scope, _ in accounts if scope.partition("/")[0] == network)
    return max(seen.values(), default=0)

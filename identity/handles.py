"""Which vertices one handle brings together: those without an account id, with the one account that had it then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from identity import names, normalise
from identity.model import IdentifierKind
from identity.solution import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from identity.model import Evidence, Identifier, Vertex
    from identity.policy import IdentityPolicy
    from identity.sightings import Sighting


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sightings that the handle may link, or the reason why not."""

    one: Sighting
    other: Sighting
    objection: Reason | None = None


def pairs(
    by_vertex: Mapping[str, Sighting],
    vertices: Mapping[str, Vertex],
    shown: Mapping[str, Iterable[Evidence]],
    root: Callable[[str], str],
    policy: IdentityPolicy,
) -> list[Pair]:
    """Return what to link by this handle, and what only to suggest, in order."""
    sightings = sorted(by_vertex.values(), key=lambda s: s.order)
    accounts = [s for s in sightings if _has_account(s, shown.get(s.vertex, ()))]
    loose = [s for s in sightings if s not in accounts]
    found = [Pair(accounts[0], s, Reason.SAME_HANDLE) for s in accounts[1:] if _other_scope(accounts[0], s)]
    if not accounts and loose:
        accounts, loose = loose[:1], loose[1:]
    owners = {root(s.vertex) for s in accounts}
    for sighting in loose:
        if len(owners) <= 1:
            moved = any(_moved(sighting, account, vertices, policy) for account in accounts)
            found.extend(Pair(a, sighting, Reason.HANDLE_MOVED if moved else None) for a in accounts[:1])
            continue
        then = [account for account in accounts if _overlap(sighting.evidence, account.evidence)]
        unique = len({root(s.vertex) for s in then}) == 1
        found.extend(
            Pair(a, sighting, None if unique else Reason.AMBIGUOUS) for a in (then[:1] if unique else accounts)
        )
    return found


def _has_account(sighting: Sighting, shown: Iterable[Evidence]) -> bool:
    """Tell whether the vertex has an id of its own on the handle's network, rather than the handle for an id."""
    handle = sighting.evidence.identifier
    if any(s.identifier.kind is IdentifierKind.UID and _network(s.identifier.scope) == handle.scope for s in shown):
        return True
    place, _, native_id = sighting.vertex.rpartition("/")
    if not place.startswith("p:") or normalise.network(_network(place.removeprefix("p:"))) != handle.scope:
        return False
    return normalise.handle(handle.scope, native_id) != handle


def _network(scope: str) -> str:
    return scope.partition("/")[0]


def _other_scope(one: Sighting, other: Sighting) -> bool:
    return one.vertex.rpartition("/")[0] != other.vertex.rpartition("/")[0]


def _overlap(one: Evidence, other: Evidence) -> bool:
    if one.first_seen is None or other.first_seen is None:
        return False
    return one.first_seen <= (other.last_seen or other.first_seen) and other.first_seen <= (
        one.last_seen or one.first_seen
    )


def _moved(one: Sighting, other: Sighting, vertices: Mapping[str, Vertex], policy: IdentityPolicy) -> bool:
    """Tell whether so long lies between the two sightings that the handle may be somebody else's."""
    left, right = sorted((one.evidence, other.evidence), key=lambda s: (s.first_seen is None, s.first_seen, s.vertex))
    if left.first_seen is None or right.first_seen is None:
        return False
    if right.first_seen - (left.last_seen or left.first_seen) <= timedelta(days=30 * policy.recycled_after_months):
        return False
    return not any(names.same_first(a, b) for a in vertices[one.vertex].names for b in vertices[other.vertex].names)


def is_handle(identifier: Identifier) -> bool:
    """Tell whether the identifier links by these rules instead of the general ones."""
    return identifier.kind is IdentifierKind.HANDLE

"""What a reviewer should look at: refused links, claims, unverified senders. Never a merge by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.model import Relation
from identity.solution import Reason, Suggested

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from identity.clusters import Clusters
    from identity.ground import Ground
    from identity.solution import RefusedLink


def suggestions(refused: Sequence[RefusedLink], ground: Ground, clusters: Clusters) -> tuple[Suggested, ...]:
    """Return one suggestion for each pair of vertices of different customers, by its strongest identifier.

    A decision that keeps the two vertices apart answers the question for good.
    """
    best: dict[tuple[str, str], Suggested] = {}
    ranked = sorted(_refusals(refused), key=lambda item: (item[0], item[1].identifier, item[1].left, item[1].right))
    for suggested in (*(item for _, item in ranked), *_hints(ground)):
        same = clusters.root(suggested.left) == clusters.root(suggested.right)
        if not same and suggested.right not in ground.enemies.get(suggested.left, ()):
            best.setdefault((suggested.left, suggested.right), suggested)
    return tuple(best[pair] for pair in sorted(best))


def _refusals(refused: Iterable[RefusedLink]) -> Iterator[tuple[int, Suggested]]:
    for link in refused:
        if link.reason is not Reason.CANNOT and link.identifier is not None:
            yield link.priority, Suggested(link.left, link.right, link.identifier, link.reason)


def _hints(ground: Ground) -> Iterator[Suggested]:
    """Yield who says of themselves, or writes without authentication, what another vertex shows."""
    found = ground.found
    for identifier in sorted((found.hinting.keys() & found.linking.keys()) - ground.shared.keys()):
        claims = sum(seen.relation is Relation.CLAIMED for seen in found.hinting[identifier].values())
        for hinting, seen in sorted(found.hinting[identifier].items()):
            if seen.relation is Relation.CLAIMED and claims > ground.policy.max_vertices_per_value:
                continue  # quoted far and wide, like the number of a hotline
            reason = Reason.UNVERIFIED if seen.relation is Relation.SENDER else Reason.CLAIMED
            for showing in sorted(found.linking[identifier]):
                if showing != hinting and not ground.context.issuperset((showing, hinting)):
                    left, right = sorted((hinting, showing))
                    yield Suggested(left, right, identifier, reason)

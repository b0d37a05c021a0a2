"""What names have to say about a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import names
from identity.model import IdentifierKind
from identity.policy import NameCheck
from identity.shared import dissimilar, incompatible, people
from identity.solution import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from identity.clusters import Clusters
    from identity.ground import Ground, Place


_AGREE: Mapping[NameCheck, Callable[[str, str], bool]] = {
    NameCheck.COMPATIBLE: names.similar,
    NameCheck.KNOWN: names.compatible,
    NameCheck.FIRST: names.same_first,
}


def _fit(place: Place) -> Callable[[str, str], bool]:
    """Return how names are compared at a value: a household shares its telephone, hardly its mailbox."""
    return names.compatible if place.identifier.kind is IdentifierKind.PHONE else names.similar


class NameGuard:
    """Objects to links whose sides do not look like one person."""

    def __init__(self, ground: Ground, clusters: Clusters) -> None:
        """Look at names as the clusters stand at the moment of each question."""
        self._ground, self._clusters = ground, clusters
        self._people: dict[Place, list[str]] = {}

    def objection(self, one: str, other: str, check: NameCheck, place: Place) -> Reason | None:
        """Return what the names of two vertices have against a link by this value."""
        if check is NameCheck.NONE:
            return None
        left, right = self._names(one), self._names(other)
        if self._fits_several(left, place) or self._fits_several(right, place):
            return Reason.AMBIGUOUS
        if not left or not right:
            return None if check is NameCheck.COMPATIBLE else Reason.NO_NAME
        agree = _AGREE[check]
        if not any(agree(a, b) for a in left for b in right):
            return Reason.NAMES_DIFFER
        mine, theirs = (self._clusters.of(self._clusters.root(vertex)).full_names for vertex in (one, other))
        fit = _fit(place)
        contradict = mine and theirs and not any(fit(a, b) for a in mine for b in theirs)
        return Reason.NAMES_DIFFER if contradict else None

    def _names(self, vertex: str) -> Collection[str]:
        """Return the names of a vertex, or of its cluster if it has none of its own."""
        own = self._ground.vertices[vertex]
        texts = () if own.echo else own.names
        return [text for text in texts if names.parse(text)] or self._clusters.of(self._clusters.root(vertex)).names

    def _fits_several(self, called: Collection[str], place: Place) -> bool:
        """Tell whether one side may be either of two different people who show this value.

        A name in full that fits two at one mailbox stands between two slips of the keyboard.
        """
        if place not in self._people:
            self._people[place] = self._known_people(place)
        known, fit = self._people[place], _fit(place)
        if fit is names.similar and any(names.in_full(text) for text in called):
            return False
        return len(known) > 1 and all(sum(fit(text, person) for person in known) > 1 for text in called or ("",))

    def _known_people(self, place: Place) -> list[str]:
        vertices = self._ground.vertices
        texts = [
            text
            for key in self._ground.live[place.identifier]
            if self._ground.place(place.identifier, key) == place and not vertices[key].echo
            for text in vertices[key].names
        ]
        differ = dissimilar if _fit(place) is names.similar else incompatible
        return people(texts, differ, most=self._ground.policy.max_vertices_per_value)

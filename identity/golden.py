"""The golden record: one view of a customer, computed from its members and never stored as a fact.

Each value comes from the strongest source: CRM record, then what the network verified, then the most recent, the
most frequent, the longest. All contact points are kept, with where they come from; on a split each goes back with its
member, so that nothing has to be restored.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from identity import names
from identity.model import IdentifierKind, Relation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from identity.model import Identifier


class FacetKind(StrEnum):
    """Where a facet comes from."""

    CRM = "crm"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """What one member contributes. Leave out echoes and provisional members: they are no source."""

    vertex: str
    kind: FacetKind
    names: tuple[str, ...] = ()
    network: str = ""
    """Of profiles."""
    handle: str = ""
    """As the network shows it."""
    identifiers: tuple[tuple[Identifier, Relation], ...] = ()
    reach: int | None = None
    verified: bool | None = None
    url: str = ""
    seen_at: datetime | None = None


_PROVEN = {
    Relation.CRM: 4,
    Relation.AUTHENTICATED: 3,
    Relation.ATTESTED: 3,
    Relation.PROFILE: 2,
    Relation.SENDER: 1,
    Relation.CLAIMED: 0,
}


@dataclass(frozen=True, slots=True)
class _Value:
    """A candidate for a field, with what decides between candidates."""

    text: str
    facet: Facet
    relation: Relation
    scope: str = ""


def golden(facets: Iterable[Facet]) -> dict[str, Any]:
    """Return the record as a JSON-able object.

    Keys: ``name``, ``handle``, ``network``, ``url``, ``email``, ``phone`` (strings, empty if unknown), ``reach``
    (largest, or None), ``verified`` (True, False or None), ``emails`` and ``phones`` (strings, best first),
    ``handles`` (objects of network and handle). What is only claimed is listed among the contact points and never
    chosen for ``email`` or ``phone``.
    """
    ordered = sorted(facets, key=lambda facet: facet.vertex)
    called, emails, phones, handles = _candidates(ordered).values()
    profiles = _ranked([_Value(f.network, f, Relation.PROFILE) for f in ordered if f.network], _profile_rank)
    first = handles[:1] or profiles[:1]
    flags = [facet.verified for facet in ordered if facet.verified is not None]
    return {
        "name": called[0].text if called else "",
        "handle": handles[0].text if handles else "",
        "network": (first[0].scope or first[0].text) if first else "",
        "url": next((value.facet.url for value in (*handles, *profiles) if value.facet.url), ""),
        "reach": max((facet.reach for facet in ordered if facet.reach is not None), default=None),
        "verified": any(flags) if flags else None,
        "email": _proven(emails),
        "phone": _proven(phones),
        "emails": _distinct(value.text for value in emails),
        "phones": _distinct(value.text for value in phones),
        "handles": _distinct_handles(handles),
    }


def provenance(facets: Iterable[Facet]) -> dict[str, list[dict[str, str]]]:
    """Return where names and contact points come from: field → objects of value, vertex and relation, best first."""
    found = _candidates(sorted(facets, key=lambda facet: facet.vertex))
    return {
        field: [{"value": v.text, "vertex": v.facet.vertex, "relation": v.relation.value} for v in values]
        for field, values in found.items()
    }


def _candidates(ordered: Sequence[Facet]) -> dict[str, list[_Value]]:
    """Return all values of the fields of which there may be several, best first."""
    return {
        "name": _ranked(_named(ordered), _name_rank),
        "emails": _ranked(_shown(ordered, IdentifierKind.EMAIL), _proof_rank),
        "phones": _ranked(_shown(ordered, IdentifierKind.PHONE), _proof_rank),
        "handles": _ranked([*_handles(ordered)], _profile_rank),
    }


def _named(facets: Iterable[Facet]) -> list[_Value]:
    return [
        _Value(text.strip(), facet, Relation.CRM if facet.kind is FacetKind.CRM else Relation.PROFILE)
        for facet in facets
        for text in facet.names
        if text.strip()
    ]


def _shown(facets: Iterable[Facet], kind: IdentifierKind) -> list[_Value]:
    return [
        _Value(identifier.value, facet, relation)
        for facet in facets
        for identifier, relation in facet.identifiers
        if identifier.kind is kind and relation in _PROVEN
    ]


def _handles(facets: Iterable[Facet]) -> Iterable[_Value]:
    for facet in facets:
        own = facet.handle.strip().removeprefix("@")
        if own:
            yield _Value(own, facet, Relation.PROFILE, facet.network)
        for identifier, relation in facet.identifiers:
            repeated = identifier.scope == facet.network and identifier.value == own.lower()
            if identifier.kind is IdentifierKind.HANDLE and relation in _PROVEN and not repeated:
                yield _Value(identifier.value, facet, relation, identifier.scope)


def _ranked(values: Sequence[_Value], rank: Callable[[_Value], tuple[float, ...]]) -> list[_Value]:
    """Sort best first: the field's own rank, then recent, frequent, long; ties by the text and the vertex."""
    if len(values) < 2:
        return list(values)
    often = Counter(value.text for value in values)

    def key(value: _Value) -> tuple[Any, ...]:
        seen = value.facet.seen_at
        recent = -seen.timestamp() if seen else 0.0
        weights = tuple(-weight for weight in rank(value))
        return (*weights, recent, -often[value.text], -len(value.text), value.text, value.facet.vertex)

    return sorted(values, key=key)


def _name_rank(value: _Value) -> tuple[float, ...]:
    crm = value.facet.kind is FacetKind.CRM
    return float(names.parse(value.text) is not None), float(crm), float(bool(value.facet.verified))


def _proof_rank(value: _Value) -> tuple[float, ...]:
    return (float(_PROVEN[value.relation]),)


def _profile_rank(value: _Value) -> tuple[float, ...]:
    own = value.relation is Relation.PROFILE and value.facet.kind is FacetKind.PROFILE
    return float(own), float(bool(value.facet.verified))


def _proven(values: Iterable[_Value]) -> str:
    return next((value.text for value in values if value.relation is not Relation.CLAIMED), "")


def _distinct_handles(values: Iterable[_Value]) -> list[dict[str, str]]:
    """Return each handle once, spelt as its best sighting spells it."""
    found: dict[tuple[str, str], str] = {}
    for value in values:
        found.setdefault((value.scope, value.text.lower()), value.text)
    return [{"network": network, "handle": text} for (network, _), text in found.items()]


def _distinct(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))

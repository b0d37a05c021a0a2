"""Contact points as documents give them → identifiers that a profile or a CRM row shows, and how strongly.

What cannot be normalised (``anonymous``, ``n/a``) identifies nobody and is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.nouns import Kind, Shown
from identity import normalise
from identity.model import Relation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from identity.model import Identifier

BY_LINE = frozenset({Kind.CALL, Kind.SMS, Kind.DIRECT})
"""Kinds of messages that come over a phone line or an account bound to one, so that the platform vouches for it."""


def of_author(email: str | None, phone: str | None, kind: Kind, region: str, *, proved: bool) -> tuple[Shown, ...]:
    """Return what the author of a message shows, mail address first. ``proved``: by DKIM, a login or the like."""
    if not email and not phone:
        return ()
    unproved = Relation.AUTHENTICATED if proved else Relation.SENDER
    by_phone = Relation.ATTESTED if kind in BY_LINE and not proved else unproved
    return (
        *_shown(normalise.email(email or ""), unproved),
        *_shown(_one(normalise.phone(phone or "", region)), by_phone),
    )


def address_of(row: Mapping[str, Any], street: str, *town: str) -> dict[str, str]:
    """Return ``address`` (``Erlengrund 7, 48155 Münster``) of the fields that hold it in a CRM's row; empty for none.

    It is kept to find it in public answers, and for mappings.
    """
    lines = [str(row.get(street) or ""), " ".join(str(row[name]) for name in town if row.get(name))]
    told = ", ".join(line.strip() for each in lines for line in each.splitlines() if line.strip())
    return {"address": told} if told else {}


def of_person(
    *,
    emails: Sequence[str],
    phones: Sequence[str],
    handles: Mapping[str, Sequence[str]],
    ids: Mapping[str, Sequence[str]],
    customer_numbers: Sequence[str],
    instance: str,
    region: str,
) -> tuple[Shown, ...]:
    """Return what a row of the CRM ``instance`` shows. ``ids`` by network, or by network/scope."""
    found: list[Identifier] = []
    for address in emails:
        found += normalise.email(address)
    for number in phones:
        found += _one(normalise.phone(number, region))
    for network, names in handles.items():
        for name in names:
            found += _one(normalise.handle(network, name))
    for place, values in ids.items():
        network, _, scope = place.partition("/")
        for value in values:
            found += _one(normalise.uid(network, scope, value))
    for value in customer_numbers:
        found += _one(normalise.customer_number(instance, value))
    return _shown(found, Relation.CRM)


def handles_in(row: Mapping[str, Any], fields: Mapping[str, str]) -> list[Identifier]:
    """Return the handles that stand in fields of a row. ``fields``: network → field, of one text or several."""
    found: list[Identifier] = []
    for network, field in fields.items():
        value = row.get(field) or ()
        for each in (value,) if isinstance(value, str) else value:
            found += _one(normalise.handle(network, each))
    return found


def _shown(identifiers: Iterable[Identifier], relation: Relation) -> tuple[Shown, ...]:
    return tuple(Shown(identifier=identifier, relation=relation) for identifier in dict.fromkeys(identifiers))


def _one(identifier: Identifier | None) -> tuple[Identifier, ...]:
    return () if identifier is None else (identifier,)

"""What is known of the customer of a case, beside what the network shows of them anyway."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.personal.model import Known
from bridge.store import schema
from identity.model import IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.engine import Connection

_ADDRESS = re.compile(r"(?i)address|anschrift|street|stra(?:ss|ß)e")


def known_of(connection: Connection, case_id: int | None, message_id: int | None) -> Known:
    """Return what is known of the customer of a case; the author of the message is who the network shows."""
    message, profile, case, customer = schema.message.c, schema.profile.c, schema.case.c, schema.customer.c
    shown = connection.execute(
        select(profile.handle, profile.name)
        .join(schema.message, message.author_id == profile.id)
        .where(message.id == message_id)
    ).first()
    found = connection.execute(
        select(customer.id, customer.golden)
        .join(schema.case, case.customer_id == customer.id)
        .where(case.id == case_id)
    ).first()
    handle = f"{shown.handle} {shown.name}".strip() if shown is not None else ""
    if found is None:
        return Known(handle=handle)
    golden: dict[str, Any] = found.golden or {}
    vertices = _vertices(connection, found.id)
    persons = _persons(connection, vertices)
    names = [person.name for person in persons if person.name] or [golden.get("name") or ""]
    shows = _identifiers(connection, vertices)
    return Known(
        handle=handle,
        name=names[0],
        other_names=tuple(dict.fromkeys((*names[1:], golden.get("name") or ""))),
        address=next(_addresses(persons), ""),
        emails=_all(golden, "email", "emails"),
        phones=_all(golden, "phone", "phones"),
        order_numbers=tuple(shows.get(IdentifierKind.ORDER, ())),
        customer_numbers=tuple(shows.get(IdentifierKind.CUSTOMER_NUMBER, ())),
    )


def _all(golden: dict[str, Any], one: str, several: str) -> tuple[str, ...]:
    values = [*(golden.get(several) or ()), golden.get(one) or ""]
    return tuple(dict.fromkeys(value for value in values if value))


def _vertices(connection: Connection, customer_id: int) -> list[str]:
    member = schema.member.c
    return list(connection.execute(select(member.vertex).where(member.customer_id == customer_id)).scalars())


def _persons(connection: Connection, vertices: Iterable[str]) -> list[Any]:
    """Return the rows of the CRMs among the members of a customer."""
    keys = [vertex.removeprefix("r:") for vertex in vertices if vertex.startswith("r:")]
    person = schema.person.c
    return list(connection.execute(select(person.name, person.extra).where(person.key.in_(keys)).order_by(person.id)))


def _identifiers(connection: Connection, vertices: Iterable[str]) -> dict[str, list[str]]:
    """Return the values of the identifiers that the members show, by kind."""
    evidence = schema.evidence.c
    query = select(evidence.identifier).where(evidence.vertex.in_(list(vertices)), evidence.retracted_at.is_(None))
    found: dict[str, list[str]] = {}
    for identifier in connection.execute(query.distinct().order_by(evidence.identifier)).scalars():
        kind, _, rest = identifier.partition(":")
        found.setdefault(kind, []).append(rest.partition(":")[2])
    return found


def _addresses(persons: Iterable[Any]) -> Iterator[str]:
    """Yield what fields of a CRM's person that are named for an address hold."""
    for person in persons:
        for name, value in (person.extra or {}).items():
            if _ADDRESS.search(name) and isinstance(value, str) and value.strip():
                yield value

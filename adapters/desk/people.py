"""The desk's persons, for identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.desk import records
from adapters.desk.schema import KEY_FIELD, PERSON
from bridge.nouns import Cursor, Page, Person, PersonDeleted, PersonMerged, PersonSeen, Shown
from identity import normalise
from identity.model import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.desk.database import Database
    from adapters.desk.records import Row

PAGE = 500


def pages(database: Database, after: Cursor, instance: str) -> Iterator[Page]:
    """Yield pages of persons changed after the cursor, in the order of their latest change."""
    number, more = int(after.value or 0), True
    while more:
        with database.read() as connection:
            rows = records.changed_since(connection, PERSON, number, PAGE)
        if not rows:
            return
        number, more = rows[-1].changed, len(rows) == PAGE
        yield Page(tuple(_event(row, instance) for row in rows), Cursor(str(number)), more)


def shown(fields: Mapping[str, Any], channel: str) -> tuple[Shown, ...]:
    """Return the identifiers in a person's fields, or a requester's; a handle counts on ``channel``."""
    identifiers = list(normalise.email(fields.get("email", "")))
    identifiers += filter(None, [normalise.phone(fields.get("phone", ""))])
    if channel and fields.get("handle"):
        identifiers += filter(None, [normalise.handle(normalise.network(channel), fields["handle"])])
    return tuple(Shown(identifier=identifier, relation=Relation.CRM) for identifier in identifiers)


def _event(row: Row, instance: str) -> PersonSeen | PersonMerged | PersonDeleted:
    if row.deleted_at is not None:
        return PersonDeleted(instance, row.ref, row.deleted_at)
    if row.merged_into:
        return PersonMerged(instance, row.ref, row.merged_into, row.changed_at)
    person = Person(
        instance=instance,
        native_id=row.ref,
        name=row.fields.get("name", ""),
        shown=shown(row.fields, row.fields.get("network", "")),
        our_key=row.key,
        updated_at=row.changed_at,
        extra={name: value for name, value in row.fields.items() if name not in (KEY_FIELD, "name")},
        raw=row.fields,
    )
    return PersonSeen(person, where=row.ref)

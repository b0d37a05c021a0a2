"""Rows of the CRM in memory to our nouns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.nouns import CaseSnapshot, Found, Person, PersonDeleted, PersonMerged, PersonSeen, Presence, Shown
from identity import normalise
from identity.model import Relation

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.memory.crm import MemoryCrm, Row


def person_event(row: Row, instance: str) -> PersonSeen | PersonMerged | PersonDeleted:
    """Return a person as it is now, or what became of it."""
    if row.deleted:
        return PersonDeleted(instance, row.ref, row.changed_at)
    if row.merged_into:
        return PersonMerged(instance, row.ref, row.merged_into, row.changed_at)
    person = Person(
        instance=instance,
        native_id=row.ref,
        name=row.fields.get("name", ""),
        shown=_shown(row),
        our_key=row.key,
        updated_at=row.changed_at,
        raw=dict(row.fields),
    )
    return PersonSeen(person, where=row.ref)


def snapshot(crm: MemoryCrm, row: Row, read_at: datetime) -> CaseSnapshot:
    """Return a case that we did not make as it is now."""
    gone = row.deleted or row.merged_into or row.fields.get("status") == "closed"
    permalink = row.fields.get("permalink", "")
    return CaseSnapshot(
        ref=row.ref,
        read_at=read_at,
        opened_at=row.created_at,
        last_at=max([row.created_at, *(message.created_at for message in crm.messages(row.ref))]),
        closed_at=row.changed_at if gone else None,
        subject=row.fields.get("subject", ""),
        text=row.fields.get("description", ""),
        person_ref=row.fields.get("requester", ""),
        permalinks=(permalink,) if permalink else (),
    )


def found(crm: MemoryCrm, row: Row) -> Found:
    """Return what is known of a record under our key."""
    standing = crm.survivor(row)
    return Found(
        Presence.FOUND,
        ref=row.ref,
        refs=(row.ref,),
        deleted=standing.deleted,
        merged_into=standing.ref if row.merged_into else "",
        fields=dict(row.fields),
        parent=row.parent,
    )


def _shown(row: Row) -> tuple[Shown, ...]:
    identifiers = list(normalise.email(row.fields.get("email", "")))
    identifiers += filter(None, [normalise.phone(row.fields.get("phone", ""))])
    if row.fields.get("network") and row.fields.get("handle"):
        on = normalise.network(row.fields["network"])
        identifiers += filter(None, [normalise.handle(on, row.fields["handle"])])
    return tuple(Shown(identifier=identifier, relation=Relation.CRM) for identifier in identifiers)

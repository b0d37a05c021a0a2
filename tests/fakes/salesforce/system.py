"""What every object has: the fields that the vendor fills, an owner, where a merged record went."""

from __future__ import annotations

from tests.fakes.salesforce.fields import Field, SObject, made_by_system, ref, typed, yes_no

SYSTEM = made_by_system(
    [
        typed("id", "Id", 18, required=True),
        yes_no("IsDeleted", required=True),
        typed("datetime", "CreatedDate", required=True),
        ref("CreatedById", "User", required=True),
        typed("datetime", "LastModifiedDate", required=True),
        ref("LastModifiedById", "User", required=True),
        typed("datetime", "SystemModstamp", required=True),
    ]
)
OWNER = ref("OwnerId", "User", required=True, default="the creator")
OWNER_OR_QUEUE = ref("OwnerId", "Group", "User", required=True, default="the creator")


def sobject(name: str, prefix: str, *fields: Field, **more: bool) -> SObject:
    """Return an object with the fields that all have."""
    return SObject(name=name, prefix=prefix, fields={f.name: f for f in (*SYSTEM, *fields)}, **more)  # type: ignore[arg-type]  # its marks


def master(name: str) -> Field:
    """Return where a merged record says into which it went."""
    return made_by_system([ref("MasterRecordId", name)])[0]

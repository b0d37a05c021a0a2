"""Posts and personas that an old connector left: the same ones there get our key instead of doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.salesforce import collections
from adapters.salesforce.looking import by_field, same
from adapters.salesforce.org import PERSONA, POST
from bridge.nouns import Reference, Thing, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.salesforce.collections import Row, Sending
    from adapters.salesforce.org import Org
    from bridge.nouns import Outcome, Record

_IDS: Mapping[str, str] = {POST: "ExternalPostId", PERSONA: "ExternalId"}
"""Object → its field for the id on the network. Salesforce keeps no index of its own that would make it unique."""
_PARENT, _PROVIDER = "ParentId", "Provider"


def adopt(org: Org, name: str, records: Sequence[Record], sending: Sending) -> dict[str, Outcome]:
    """Put our keys on what stands there under the same id of the same network, below the same parent; nothing else changes."""
    field = _IDS.get(name)
    ids = {str(record.fields[field]) for record in records if record.fields.get(field)} if field else set()
    if not field or not ids:
        return {}
    key = org.key_field(name)
    rows = by_field(org, name, ["Id", "IsDeleted", key, field, _PROVIDER, _PARENT], field, ids)
    free = {(row[field], row[_PROVIDER]): row for row in rows if not row["IsDeleted"] and not row[key]}
    found: dict[str, Row] = {}
    for record in records:
        row = free.get((record.fields.get(field), record.fields.get(_PROVIDER)))
        parent = _parent(record)
        if row and (not row[_PARENT] or same(row[_PARENT], parent)):
            missing = {} if row[_PARENT] else {_PARENT: parent}
            found[record.key] = {"attributes": {"type": name}, "Id": row["Id"], key: record.key, **missing}
    sent = collections.update(org, name, list(found.values()), sending)
    return dict(zip(found, (_adopted(each) for each in sent), strict=True))


def _parent(record: Record) -> str:
    if record.thing is Thing.MESSAGE:
        return record.parent
    value = record.fields.get(_PARENT)
    return value.ref if isinstance(value, Reference) else str(value or "")


def _adopted(outcome: Outcome) -> Outcome:
    return Written(outcome.ref, created=False, url=outcome.url) if isinstance(outcome, Written) else outcome

"""The frozen body of a record: what stands on disk before it is sent, and what is sent again after a crash."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

from bridge.keys import short_hash
from bridge.nouns import Amendment, AmendmentKind, FileContent, Record, Reference, Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

PAST = "past"
"""Under this name stand the bodies of a case's messages, if it is history and takes them along."""
_REFERENCE = "$reference"


def freeze_record(record: Record, fingerprint: str) -> dict[str, Any]:
    """Return a record as JSON; ``fingerprint`` is that of its updatable fields."""
    return {
        "thing": str(record.thing),
        "object": record.object,
        "key": record.key,
        "key_field": record.key_field,
        "fields": {name: _plain(value) for name, value in record.fields.items()},
        "ref": record.ref,
        "fill_if_empty": sorted(record.fill_if_empty),
        "parent": record.parent,
        "files": [asdict(file) for file in record.files],
        "hash": fingerprint,
    }


def thaw_record(body: Mapping[str, Any], idempotency_key: str) -> Record:
    """Return the record that was frozen, the same in every field."""
    return Record(
        thing=Thing(body["thing"]),
        object=body["object"],
        key=body["key"],
        key_field=body["key_field"],
        fields={name: _rich(value) for name, value in body["fields"].items()},
        ref=body["ref"],
        fill_if_empty=frozenset(body["fill_if_empty"]),
        parent=body["parent"],
        files=tuple(FileContent(**file) for file in body["files"]),
        idempotency_key=idempotency_key,
        past=tuple(thaw_record(each, "") for each in body[PAST]) if PAST in body else None,
    )


def freeze_amendment(amendment: Amendment) -> dict[str, Any]:
    """Return an amendment as JSON."""
    return {**asdict(amendment), "object": "", "parent": "", "hash": ""}


def thaw_amendment(body: Mapping[str, Any]) -> Amendment:
    """Return the amendment that was frozen."""
    return Amendment(
        kind=AmendmentKind(body["kind"]),
        thing=Thing(body["thing"]),
        ref=body["ref"],
        key=body["key"],
        other_ref=body["other_ref"],
        text=body["text"],
    )


def fingerprint(fields: Mapping[str, Any]) -> str:
    """Return a hash of field values that is equal for equal values, whatever their order."""
    plain = {name: _plain(value) for name, value in fields.items()}
    return short_hash(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode())


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON, or one of our own values inside
    if isinstance(value, Reference):
        return {_REFERENCE: [str(value.thing), value.key, value.ref]}
    return value


def _rich(value: Any) -> Any:  # noqa: ANN401 - the same
    if isinstance(value, dict) and value.keys() == {_REFERENCE}:
        thing, key, ref = value[_REFERENCE]
        return Reference(Thing(thing), key, ref)
    return value

"""Look up our keys, and follow what was merged to what stands."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from simple_salesforce.format import format_soql

from adapters.salesforce.org import CASE, MERGEABLE, chunks
from bridge.nouns import Found, Presence, Thing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from adapters.salesforce.org import Org

ABSENT = Found(Presence.ABSENT)


def find(org: Org, object_name: str, keys: Collection[str]) -> dict[str, Found]:
    """Return what stands under each key; deleted rows are seen for the 15 days that Salesforce keeps them."""
    return find_beside(org, object_name, keys, ())[0]


def find_beside(
    org: Org, object_name: str, keys: Collection[str], cases: Collection[str]
) -> tuple[dict[str, Found], dict[str, dict[str, Any]]]:
    """Return what stands under each key, and the present rows of some cases, in one call where that is enough."""
    parent = _parent_of(org, object_name)
    names = ["Id", "IsDeleted", org.key_field(object_name), *_master(object_name), *parent]
    soqls = _soqls(object_name, names, org.key_field(object_name), keys)
    about_cases = _soqls(CASE, ["Id", "IsDeleted", *_master(CASE)], "Id", cases)
    found = org.client.many([*soqls, *about_cases], deleted=True)
    rows = [row for some in found[: len(soqls)] for row in some]
    standing_in = [row for some in found[len(soqls) :] for row in some]
    return _told(org, object_name, keys, rows), _by_id(standing_in, cases)


def _told(org: Org, object_name: str, keys: Collection[str], rows: Sequence[dict[str, Any]]) -> dict[str, Found]:
    parent = _parent_of(org, object_name)
    by_key: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_key[row[org.key_field(object_name)].casefold()].append(row)
    ends = survivors(org, object_name, [row for row in rows if row.get("MasterRecordId")])
    return {key: _found(by_key.get(key.casefold(), []), ends, parent) for key in keys}


def keys(org: Org, object_name: str) -> Iterator[str]:
    """Yield our keys of all rows that stand; one that was merged stands in its survivor."""
    field = org.key_field(object_name)
    names = ", ".join(["Id", "IsDeleted", field, *_master(object_name)])
    soql = f"SELECT {names} FROM {object_name} WHERE {field} != null"  # noqa: S608 - names of the schema, no values
    for page in org.client.pages(soql, deleted=object_name in MERGEABLE):
        yield from (row[field] for row in page if not row["IsDeleted"] or row.get("MasterRecordId"))


def by_field(
    org: Org, object_name: str, names: Sequence[str], field: str, values: Collection[str]
) -> list[dict[str, Any]]:
    """Return the rows, deleted ones too, whose ``field`` is one of ``values``."""
    found = org.client.many(_soqls(object_name, names, field, values), deleted=True)
    return [row for rows in found for row in rows]


def _soqls(object_name: str, names: Sequence[str], field: str, values: Collection[str]) -> list[str]:
    columns = ", ".join(dict.fromkeys(names))
    return [
        format_soql(
            "SELECT {columns:literal} FROM {object:literal} WHERE {field:literal} IN {values}",
            columns=columns,
            object=object_name,
            field=field,
            values=some,
        )
        for some in chunks(values)
    ]


def standing(org: Org, object_name: str, ids: Collection[str], names: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """Return the present rows of ids, with ``IsDeleted`` and ``MasterRecordId``; what is no id at all is left out."""
    wanted = ["Id", "IsDeleted", *_master(object_name), *names]
    rows = by_field(org, object_name, wanted, "Id", [id_ for id_ in ids if is_id(id_)])
    return _by_id(rows, ids)


def survivors(org: Org, object_name: str, merged: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the id of what stands in the end for each merged row; empty if that was deleted."""
    ends: dict[str, str] = {}
    following = {row["Id"]: row["MasterRecordId"] for row in merged}
    while following:
        rows = standing(org, object_name, set(following.values()))
        onwards = {}
        for start, master in following.items():
            row = rows.get(master, {})
            if row.get("MasterRecordId") and row["MasterRecordId"] != master:
                onwards[start] = row["MasterRecordId"]
            else:
                ends[start] = "" if row.get("IsDeleted", True) else row["Id"]
        following = onwards
    return ends


def is_id(value: str) -> bool:
    """Tell whether a value has the form of an id: 15 or 18 letters and digits."""
    return len(value) in (15, 18) and value.isascii() and value.isalnum()


def same(a: str, b: str) -> bool:
    """Tell whether two ids mean one row: the last three characters only guard against case folding."""
    return a[:15] == b[:15]


def _by_id(rows: Iterable[dict[str, Any]], ids: Collection[str]) -> dict[str, dict[str, Any]]:
    short = {row["Id"][:15]: row for row in rows}
    return {id_: short[id_[:15]] for id_ in ids if id_[:15] in short}


def _found(rows: Sequence[Mapping[str, Any]], ends: Mapping[str, str], parent: Sequence[str]) -> Found:
    alive = [row for row in rows if not row["IsDeleted"] and not row.get("MasterRecordId")]
    merged = [row for row in rows if row.get("MasterRecordId")]
    first = next(iter([*alive, *merged, *rows]), None)
    if first is None:
        return ABSENT
    survivor = ends.get(first["Id"], "") if first in merged else ""
    return Found(
        Presence.FOUND,
        ref=first["Id"],
        refs=tuple(row["Id"] for row in alive) or (first["Id"],),
        deleted=first not in alive and not survivor,
        merged_into=survivor,
        parent=next((first.get(name) or "" for name in parent), ""),
    )


def _master(object_name: str) -> list[str]:
    return ["MasterRecordId"] if object_name in MERGEABLE else []


def _parent_of(org: Org, object_name: str) -> list[str]:
    return [org.parent_field(object_name)] if object_name in org.of(Thing.MESSAGE) else []

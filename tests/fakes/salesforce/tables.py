"""Files of bulk jobs: lines become records, rows become lines."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.fields import SObject

MEDIA = "text/csv"


def has_column(sobject: SObject, name: str) -> bool:
    """Say whether a column is a field, or an external id behind a relationship."""
    relation, dot, _ = name.partition(".")
    return bool(sobject.by_relationship(relation) if dot else sobject.field(name))


def record_of(sobject: SObject, header: Sequence[str], row: Sequence[str]) -> Json:
    """Return a line of a file as a record: an empty cell says nothing, ``#N/A`` empties the field."""
    record: Json = {}
    for name, cell in zip(header, row, strict=True):
        relation, dot, key = name.partition(".")
        if cell and dot:
            record[relation] = {key: cell}
        elif cell:
            record[name] = _typed(sobject, name, cell)
    return record


def _typed(sobject: SObject, name: str, cell: str) -> Any:  # noqa: ANN401 - any JSON scalar
    """Return a cell as the field's kind; what cannot be one stays text and is refused by the field."""
    kind = known.kind if (known := sobject.field(name)) else "string"
    if cell == "#N/A":
        return None
    if kind == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(cell.casefold(), cell)
    if kind in ("double", "int"):
        return float(cell) if cell.replace(".", "", 1).removeprefix("-").isdigit() else cell
    return cell


def dotted(row: Json, name: str) -> object:
    """Return what a dotted name means in a row of an answer."""
    at: Any = row
    for part in name.split("."):
        at = (
            next((value for key, value in at.items() if key.casefold() == part.casefold()), None)
            if isinstance(at, dict)
            else None
        )
    return at


def cell_of(value: object) -> str:
    """Return a value as a file has it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def as_file(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as a file, every cell in quotes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()

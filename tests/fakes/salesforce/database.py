"""The rows of an org, with indexes and savepoints."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.fakes.salesforce import ids

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.fields import Field, SObject


class Database:
    """Rows by object and id; a row is replaced, never changed in place, so that a savepoint can bring it back."""

    def __init__(self) -> None:
        """Start empty."""
        self._rows: dict[str, dict[str, Json]] = defaultdict(dict)
        self._index: dict[tuple[str, str], dict[Any, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._counts: dict[str, int] = defaultdict(int)
        self._journal: list[tuple[SObject, str, Json | None]] | None = None

    def mint(self, sobject: SObject) -> str:
        """Return the next id of an object; ids of rolled back rows are not used again."""
        self._counts[sobject.name] += 1
        return ids.minted(sobject.prefix, self._counts[sobject.name])

    def count(self, sobject: SObject) -> int:
        """Return how many ids were minted."""
        return self._counts[sobject.name]

    def get(self, sobject: SObject, record: str) -> Json | None:
        """Return a row, deleted or not."""
        return self._rows[sobject.name].get(record)

    def rows(self, sobject: SObject, *, deleted: bool = False) -> Iterator[Json]:
        """Go through an object's rows in the order of their creation."""
        return (row for row in list(self._rows[sobject.name].values()) if deleted or not row["IsDeleted"])

    def find(self, sobject: SObject, field: Field, value: object, *, deleted: bool = False) -> list[Json]:
        """Return the rows with this value in an indexed field."""
        found = self._index[sobject.name, field.name].get(field.index_key(value), set())
        rows = (self._rows[sobject.name][record] for record in sorted(found))
        return [row for row in rows if deleted or not row["IsDeleted"]]

    def put(self, sobject: SObject, row: Json) -> None:
        """Store a row under its id, in place of the one that was there."""
        old = self._rows[sobject.name].get(row["Id"])
        if self._journal is not None:
            self._journal.append((sobject, row["Id"], old))
        self._store(sobject, row["Id"], old, row)

    def _store(self, sobject: SObject, record: str, old: Json | None, new: Json | None) -> None:
        """Exchange one row for another in the table and in the indexes."""
        for field in sobject.fields.values():
            before, after = (old or {}).get(field.name), (new or {}).get(field.name)
            if field.indexed and before != after:
                index = self._index[sobject.name, field.name]
                if before is not None:
                    index[field.index_key(before)].discard(record)
                if after is not None:
                    index[field.index_key(after)].add(record)
        if new is None:
            self._rows[sobject.name].pop(record, None)
        else:
            self._rows[sobject.name][record] = new

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Take back everything that was stored inside, if an exception leaves it; savepoints nest."""
        outer, self._journal = self._journal, []
        try:
            yield
        except BaseException:
            for sobject, record, old in reversed(self._journal):
                self._store(sobject, record, self._rows[sobject.name].get(record), old)
            self._journal = []
            raise
        finally:
            self._journal = None if outer is None else outer + (self._journal or [])

    def drop(self, sobject: SObject, name: str) -> None:
        """Forget a field with all that it held."""
        sobject.fields.pop(name, None)
        self._index.pop((sobject.name, name), None)
        for record, row in self._rows[sobject.name].items():
            self._rows[sobject.name][record] = {key: value for key, value in row.items() if key != name}

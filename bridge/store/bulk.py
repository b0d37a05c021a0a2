"""Bulk writes and look-ups that mean the same on SQLite and PostgreSQL.

SQLite takes ``executemany`` with plain tuples (about 3 µs a row); PostgreSQL takes one statement with arrays, which
saves a round trip a row. Rows are mappings with the table's column names; all rows of a call have the same columns.
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache, lru_cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from sqlalchemy import ARRAY, Boolean, any_, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from bridge.store.types import JsonText, UTCTime

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Column, Select, Table
    from sqlalchemy.engine import Connection, Dialect
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.types import TypeEngine

T = TypeVar("T")

CHUNK = 10_000
"""Values in one look-up: bounds the memory of its answer."""

_NEW = ("nothing",)
_IN_ONE_STATEMENT = {"sqlite": CHUNK, "postgresql": 2_000}
"""Rows that are bound at once: bounds the memory of a large batch."""

_ARRAYS = {"BIGINT": "bigint[]", "INTEGER": "bigint[]", "BOOLEAN": "boolean[]", "FLOAT": "double precision[]"}


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those that violate a unique constraint are passed over. What no row has is left to be NULL."""
    _execute(connection, table, rows, _insert_sql, _NEW)


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]) -> None:
    """Insert rows, or update all other given columns of the row with the same ``key`` columns."""
    _execute(connection, table, rows, _insert_sql, ("update", *key))


def update(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: str = "id") -> None:
    """Update the given columns of the rows with this ``key``.

    PostgreSQL locks the rows of such a statement in any order, so two writers could wait for each other: they are
    locked in the order of the key first.
    """
    if rows and connection.dialect.name == "postgresql":
        column = table.c[key]
        mine = among(connection, column, [row[key] for row in rows])
        connection.execute(select(column).where(mine).order_by(column).with_for_update())
    _execute(connection, table, rows, _update_sql, (key,))


def delete(connection: Connection, column: Column[Any], values: Collection[Any]) -> None:
    """Delete the rows whose ``column`` is one of ``values``."""
    if values:
        connection.execute(column.table.delete().where(among(connection, column, values)))


def rows_where(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Collection[Any]
) -> Iterator[Any]:
    """Yield the query's rows whose ``column`` is one of ``values``, in chunks; named tuples, as ``rows`` gives them."""
    for part in chunks(list(values)):
        yield from rows(connection, query.where(among(connection, column, part)))


def rows(connection: Connection, query: Select[Any]) -> list[Any]:
    """Return the query's rows as named tuples, built column by column.

    An attribute of SQLAlchemy's ``Row`` is found by way of an ``AttributeError``: 3,500 instructions, where one of a
    named tuple takes 150. Resolving a message reads about a hundred (measured: a fifth of the whole).
    """
    result: Any = connection.execute(query)
    names = tuple(result.keys())
    kinds = tuple(zip((column.type for column in query.selected_columns), _codes(result.cursor), strict=True))
    found = result.cursor.fetchall()
    result.close()
    if not found:
        return []
    columns: list[Iterable[Any]] = list(zip(*found, strict=True))
    for number, convert in _converters(kinds, connection.dialect):
        columns[number] = map(convert, columns[number])
    return list(map(partial(tuple.__new__, _row_class(names)), zip(*columns, strict=True)))


@lru_cache(maxsize=512)
def _row_class(names: tuple[str, ...]) -> type:
    return namedtuple("Row", names)  # noqa: PYI024 - the names are known only here


def _codes(cursor: Any) -> Iterator[object]:  # noqa: ANN401 - the driver's
    """Yield the driver's own type of each column."""
    return (described[1] for described in cursor.description)


@lru_cache(maxsize=512)
def _converters(
    kinds: tuple[tuple[TypeEngine[Any], object], ...], dialect: Dialect
) -> list[tuple[int, Callable[[Any], Any]]]:
    """Return the number of each column whose values the driver hands over in another form, and what to do with them."""
    found = []
    for number, (kind, code) in enumerate(kinds):
        own = kind if isinstance(kind, UTCTime | JsonText) else kind.dialect_impl(dialect)
        convert = own.result_processor(dialect, code)
        if convert is not None:
            found.append((number, convert))
    return found


def among(connection: Connection, column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Return the condition that ``column`` is one of ``values``, as a single parameter: no statement to build a value.

    ``values`` are numbers or text.
    """
    if connection.dialect.name == "sqlite":
        listed = func.json_each(bindparam(None, orjson.dumps(list(values)).decode())).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a sequence into parts of at most ``size``."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def take_ids(connection: Connection, table: Table, count: int) -> range | list[int]:
    """Reserve ``count`` ids inside a write transaction: the next row numbers on SQLite, the sequence on PostgreSQL."""
    if connection.dialect.name == "sqlite":
        first = (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
        return range(first, first + count)
    sequence = f"{table.name}_id_seq"
    statement = text("SELECT nextval(CAST(:name AS regclass)) FROM generate_series(1, :count)")
    return list(connection.execute(statement, {"name": sequence, "count": count}).scalars())


def _execute(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    build: Callable[[Table, tuple[str, ...], str, tuple[str, ...]], str],
    arguments: tuple[str, ...],
) -> None:
    dialect = connection.dialect.name
    for part in chunks(rows, _IN_ONE_STATEMENT[dialect]):
        columns = _columns(table, dialect, part)
        if build is _update_sql:
            columns[arguments[0]] = columns.pop(arguments[0])  # its mark is the last
        elif arguments == _NEW:
            columns = {name: values for name, values in columns.items() if values.count(None) < len(values)}
        sql = _statement(build, table, tuple(columns), dialect, arguments)
        if dialect == "sqlite":
            connection.exec_driver_sql(sql, list(zip(*columns.values(), strict=True)))
        else:
            connection.exec_driver_sql(sql, tuple(columns.values()))


def _columns(table: Table, dialect: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the columns of the rows as the driver takes them."""
    columns: dict[str, list[Any]] = {}
    for name, bind in _binders(table, tuple(rows[0]), dialect):
        values = map(itemgetter(name), rows)
        columns[name] = list(values) if bind is None else list(map(bind, values))
    return columns


@cache
def _statement(
    build: Callable[[Table, tuple[str, ...], str, tuple[str, ...]], str],
    table: Table,
    names: tuple[str, ...],
    dialect: str,
    arguments: tuple[str, ...],
) -> str:
    return build(table, names, dialect, arguments)


@cache
def _binders(table: Table, names: tuple[str, ...], dialect: str) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    made: Dialect = sqlite.dialect() if dialect == "sqlite" else postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
    return tuple((name, _binder(table.c[name].type, made)) for name in names)


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(kind, Boolean):
        return None  # both drivers take True and False; SQLAlchemy would look at every value
    if isinstance(kind, UTCTime | JsonText):
        return kind.bind_processor(dialect)
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _insert_sql(table: Table, names: tuple[str, ...], dialect: str, arguments: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    action, *key = arguments
    if action == "nothing":
        conflict = "ON CONFLICT DO NOTHING"
    else:
        assignments = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in key)
        target = ", ".join(f'"{name}"' for name in key)
        conflict = f"ON CONFLICT ({target}) DO UPDATE SET {assignments}"
    if dialect == "sqlite":
        marks = ", ".join("?" for _ in names)
        return f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}) {conflict}'  # noqa: S608 - names of our own tables
    arrays = ", ".join(f"%s::{_array(table, name)}" for name in names)
    return f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM unnest({arrays}) {conflict}'  # noqa: S608 - names of our own tables


def _update_sql(table: Table, names: tuple[str, ...], dialect: str, arguments: tuple[str, ...]) -> str:
    (key,) = arguments
    changed = [name for name in names if name != key]
    if dialect == "sqlite":
        assignments = ", ".join(f'"{name}" = ?' for name in changed)
        return f'UPDATE "{table.name}" SET {assignments} WHERE "{key}" = ?'  # noqa: S608 - names of our own tables
    assignments = ", ".join(f'"{name}" = given."{name}"' for name in changed)
    arrays = ", ".join(f"%s::{_array(table, name)}" for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return (  # our own tables' names
        f'UPDATE "{table.name}" SET {assignments} FROM unnest({arrays}) AS given({columns}) '  # noqa: S608 - names of our own tables
        f'WHERE "{table.name}"."{key}" = given."{key}"'
    )


def _array(table: Table, name: str) -> str:
    kind = table.c[name].type.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call] # the same
    if kind.startswith("TIMESTAMP"):
        return "timestamptz[]"
    return _ARRAYS.get(kind, "text[]")

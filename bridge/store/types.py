"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Id = BigInteger().with_variant(Integer(), "sqlite")
"""A surrogate key: SQLite numbers rows by itself only for a plain INTEGER."""


class UTCTime(TypeDecorator[datetime]):
    """An instant. TIMESTAMPTZ on PostgreSQL; microseconds since 1970 on SQLite, whose own type loses the offset."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the dialect."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Refuse naive times; store the instant. A plain function: SQLAlchemy's way to it costs as much again."""
        return _aware if dialect.name == "postgresql" else _to_microseconds

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002 - as the base class
        """Return aware UTC datetimes."""
        return _in_utc if dialect.name == "postgresql" else _from_microseconds


class JsonText(TypeDecorator[Any]):
    """A JSON value as text, written and read with orjson; None stays NULL."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:  # noqa: ARG002 - as the base class
        """Serialise with sorted keys, so that equal values are equal text."""
        return _dump

    def process_literal_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401, ARG002 - a JSON value; as the base class
        """Serialise for a statement that is written out."""
        return _dump(value) or "null"

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:  # noqa: ARG002 - as the base class
        """Parse."""
        return _load


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        message = f"a time without a zone: {value!r}"
        raise ValueError(message)
    return value


def _to_microseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        _aware(value)
    return (value - _EPOCH) // _MICROSECOND


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _from_microseconds(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + _MICROSECOND * value


def _dump(value: Any) -> str | None:  # noqa: ANN401 - a JSON value
    return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _load(value: str | None) -> Any:  # noqa: ANN401 - a JSON value
    return None if value is None else orjson.loads(value)

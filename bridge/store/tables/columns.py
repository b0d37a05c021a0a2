"""What all tables are made of: their root, and kinds of columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, MetaData, Text, text
from sqlmodel import Field, SQLModel

from bridge.store.types import Id, JsonText, UTCTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """Root of our tables, with the naming convention for constraints."""

    metadata = MetaData(naming_convention=NAMING)


def identity() -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    """Return our own number of a row."""
    return Field(default=None, sa_column=Column(Id, primary_key=True, autoincrement=True))


def time(*, index: bool = False, nullable: bool = True) -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    """Return a time, UTC."""
    return Field(default=None, sa_column=Column(UTCTime, index=index, nullable=nullable))


def json() -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    """Return a JSON value, or none."""
    return Field(default=None, sa_column=Column(JsonText, nullable=True))


def integer(*, index: bool = False, nullable: bool = True) -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    """Return a number, mostly of a row elsewhere."""
    return Field(default=None, sa_column=Column(Id, index=index, nullable=nullable))


def blank() -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    """Return a text that is empty at first, without being sent: that is cheaper by a twentieth of the row a column."""
    return Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


def zero() -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    """Return a count that is 0 at first, without being sent."""
    return Field(default=0, sa_column=Column(Id, nullable=False, server_default="0"))


def present(table: str, column: str) -> Index:
    """Return the index of a column that is mostly empty, or empty at first: rows without a value cost it nothing."""
    there = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, sqlite_where=there, postgresql_where=there)

"""Running: how far everything is, what it may cost, what is kept secret, what people were told."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations
from typing import Any

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field

from bridge.store.tables.columns import Table, identity, json, time


class Progress(Table, table=True):
    """Where a connection's reading stands: one row per connection and stream (messages, contacts, cases, activity)."""

    __tablename__ = "progress"
    connection: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    cursor: str = Field(default="", sa_column=Column(Text, nullable=False))
    started_at: datetime | None = time()
    last_ok_at: datetime | None = time()
    last_message_at: datetime | None = time()
    seen: int = 0
    new: int = 0
    repeated: int = 0
    quarantined: int = 0
    other: int = 0
    """Events that are no message: profiles, persons, deletions, unknown kinds."""
    error: str = Field(default="", sa_column=Column(Text, nullable=False))


class Heard(Table, table=True):
    """How one kind of customers' messages comes over one connection (``bridge/facts/heard.py``)."""

    __tablename__ = "heard"
    connection: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    new: int = 0
    first_at: datetime | None = time(nullable=False)
    last_at: datetime | None = time(nullable=False)
    pause_seconds: int = 0
    late: int = 0
    late_since: datetime | None = time()
    late_seconds: int = 0


class BudgetRow(Table, table=True):
    """Token bucket and pause of one system, shared by all processes."""

    __tablename__ = "budget"
    name: str = Field(primary_key=True)
    tokens: float = 0.0
    refilled_at: datetime | None = time()
    pause_until: datetime | None = time()


class CallCount(Table, table=True):
    """Calls of ours in one hour, by what they were for."""

    __tablename__ = "call_count"
    connection: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    hour: int = Field(primary_key=True)
    """Hours since 1970."""
    calls: int = 0


class Pause(Table, table=True):
    """A pause set by a person or a brake: ``collect``, ``deliver`` or ``publish``, for all or one connection."""

    __tablename__ = "pause"
    step: str = Field(primary_key=True)
    connection: str = Field(primary_key=True, default="")
    by: str = ""
    """A person, or ``brake``."""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    at: datetime | None = time(nullable=False)


class Lease(Table, table=True):
    """Who holds what until when."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    owner: str
    token: int = 0
    until: datetime | None = time(nullable=False)


class VaultRow(Table, table=True):
    """What a connection signs in with, sealed."""

    __tablename__ = "vault"
    connection: str = Field(primary_key=True)
    sealed: str = Field(sa_column=Column(Text, nullable=False))
    expires_at: datetime | None = time()
    lasts_until: datetime | None = time()
    changed_at: datetime | None = time(nullable=False)


class AlertRow(Table, table=True):
    """An alarm as long as it stands: what people were told of it, and when."""

    __tablename__ = "alert"
    id: int | None = identity()
    key: str
    kind: str
    subject: str
    severity: int
    words: str = Field(sa_column=Column(Text, nullable=False))
    raised_at: datetime | None = time(nullable=False)
    told_at: datetime | None = time()
    """When it was last sent; NULL: not yet."""
    acked_by: str = ""
    acked_at: datetime | None = time()
    ended_at: datetime | None = time()
    """When it was gone."""
    ended_told_at: datetime | None = time()
    __table_args__ = (
        Index(
            "ix_alert_open",
            "key",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Run(Table, table=True):
    """One run of a sync and its counts."""

    __tablename__ = "run"
    id: int | None = identity()
    command: str
    started_at: datetime | None = time(nullable=False)
    ended_at: datetime | None = time()
    exit_code: int | None = None
    counts: dict[str, Any] | None = json()
    errors: list[str] | None = json()


class ConfigVersion(Table, table=True):
    """The configuration as it was at a time, without secrets, for the audit."""

    __tablename__ = "config_version"
    id: int | None = identity()
    at: datetime | None = time(nullable=False)
    hash: str
    files: dict[str, Any] | None = json()
    """File name → text with secrets masked."""


class Setting(Table, table=True):
    """Facts about the store itself: organisation, environment, restored_at, allowances for brakes."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: Any = json()

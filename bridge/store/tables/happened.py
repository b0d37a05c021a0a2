"""Facts: what happened in targets; and what stands beside facts: policies, minted ids, what is to be looked at."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field

from bridge.store.tables.columns import Table, blank, identity, json, time
from bridge.store.types import Id


class CaseEventRow(Table, table=True):
    """What happened to a native case in a target."""

    __tablename__ = "case_event"
    id: int | None = identity()
    target: str
    native_id: str
    case_ref: str
    at: datetime | None = time(nullable=False)
    what: str
    value: str = ""
    before: str = ""
    native: str = blank()
    """The target's own word for a new status."""
    actor: str
    actor_name: str = ""
    actor_id: str = blank()
    """Id of who it was in the target, the same in answers and events."""
    __table_args__ = (
        UniqueConstraint("target", "native_id"),
        Index("ix_case_event_target_case_ref", "target", "case_ref"),
    )


class ForeignCase(Table, table=True):
    """The newest snapshot of a case that we did not make."""

    __tablename__ = "foreign_case"
    id: int | None = identity()
    target: str
    ref: str
    read_at: datetime | None = time(nullable=False)
    opened_at: datetime | None = time(nullable=False)
    last_at: datetime | None = time(nullable=False)
    closed_at: datetime | None = time()
    subject: str = Field(default="", sa_column=Column(Text, nullable=False))
    person_ref: str = ""
    identifiers: list[str] | None = json()
    permalinks: list[str] | None = json()
    facts: list[str] | None = json()
    reason: str = ""
    """Contact reason by our triage of its subject and text."""
    url: str = ""
    vertex: str = Field(default="", index=True)
    """The identity vertex of its requester."""
    __table_args__ = (UniqueConstraint("target", "ref"),)


class Placement(Table, table=True):
    """This message was delivered into that native case. Nothing that was placed moves."""

    __tablename__ = "placement"
    message_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    target: str = Field(primary_key=True)
    case_ref: str = Field(index=True)
    ref: str = ""
    at: datetime | None = time(nullable=False)


class Policy(Table, table=True):
    """Triage and case policy by hash; stamped on each message when it is stored."""

    __tablename__ = "policy"
    id: int | None = identity()
    hash: str = Field(unique=True)
    body: dict[str, Any] | None = json()
    at: datetime | None = time(nullable=False)


class Mint(Table, table=True):
    """Ids are minted once: anchor → number, in mint order."""

    __tablename__ = "mint"
    id: int | None = identity()
    kind: str
    """``customer`` (anchor: vertex key) or ``case`` (anchor: message key, or target:ref of a foreign case)."""
    anchor: str = Field(sa_column=Column(Text, nullable=False))
    generation: int = 0
    __table_args__ = (UniqueConstraint("anchor", "kind", "generation"),)


class Dirty(Table, table=True):
    """What must be recomputed; append-only, deleted by the sequences that were read."""

    __tablename__ = "dirty"
    seq: int | None = identity()
    kind: str
    """message, vertex, customer, case."""
    key: str = Field(sa_column=Column(Text, nullable=False))


class Quarantine(Table, table=True):
    """A row or payload that could not be read, with its reason."""

    __tablename__ = "quarantine"
    id: int | None = identity()
    connection: str = Field(index=True)
    fingerprint: str = Field(unique=True)
    """Of connection and raw text, so that a second read does not set it aside twice."""
    place: str = ""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    raw: str = Field(default="", sa_column=Column(Text, nullable=False))
    fields: dict[str, Any] | None = json()
    at: datetime | None = time(nullable=False)
    state: str = "open"
    """open, replayed, dropped."""
    seen: int = 1

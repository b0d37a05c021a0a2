"""Facts: accounts, CRM rows, what they show of themselves, and what people decided of them."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations
from typing import Any

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field

from bridge.store.tables.columns import Table, identity, json, time


class ProfileRow(Table, table=True):
    """A person as one network shows them, as of ``seen_at``."""

    __tablename__ = "profile"
    id: int | None = identity()
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    """``network/scope/id``."""
    network: str
    scope: str = ""
    uid: str
    handle: str = Field(default="", index=True)
    name: str = ""
    reach: int | None = None
    verified: bool | None = None
    url: str = ""
    first_seen: datetime | None = time()
    seen_at: datetime | None = time()
    """Network time of the newest sighting: the newest wins, ties by content."""
    own: bool = False
    """One of the brand's own accounts."""


class PersonRow(Table, table=True):
    """A CRM's own person."""

    __tablename__ = "person"
    id: int | None = identity()
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    """``instance:native_id``."""
    instance: str
    native_id: str
    name: str = ""
    our_key: str = Field(default="", index=True)
    updated_at: datetime | None = time()
    deleted_at: datetime | None = time()
    merged_into: str = ""
    extra: dict[str, Any] | None = json()


class EvidenceRow(Table, table=True):
    """A vertex shows an identifier in a relation."""

    __tablename__ = "evidence"
    id: int | None = identity()
    vertex: str = Field(sa_column=Column(Text, nullable=False))
    identifier: str = Field(sa_column=Column(Text, nullable=False, index=True))
    """``kind:scope:value``."""
    relation: str
    sightings: int = 1
    first_seen: datetime | None = time()
    last_seen: datetime | None = time()
    retracted_at: datetime | None = time()
    __table_args__ = (UniqueConstraint("vertex", "identifier", "relation"),)


class DecisionRow(Table, table=True):
    """What a human decided; kept for ever, undone by a later row."""

    __tablename__ = "decision"
    id: int | None = identity()
    kind: str
    """must_link, cannot_link, block; case_split, case_join, case_move_to, not_a_case; identity_policy."""
    operands: list[str] | None = json()
    actor: str = ""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    at: datetime | None = time(nullable=False)
    undone_at: datetime | None = time()

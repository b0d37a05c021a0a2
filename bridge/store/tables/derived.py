"""Derived: what is computed from facts, and can be emptied and computed again."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations
from typing import Any

from sqlalchemy import Boolean, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from bridge.store.tables.columns import Table, identity, integer, json, present, time
from bridge.store.types import Id


class Resolved(Table, table=True):
    """What follows for one message."""

    __tablename__ = "resolved"
    message_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    conversation_id: int = integer(index=True, nullable=False)
    answers_id: int | None = integer()
    """For an outgoing message: the customer's message that it belongs to."""
    customer_id: int | None = integer()
    case_id: int | None = integer()
    why: str = ""
    """Why it is in no case: ``rule:NAME``, ``own``, ``history``, ``deleted``, ``decision``; empty when it is in one,
    ``waiting`` until its customer's cases are assembled."""
    triage: dict[str, Any] | None = json()
    fresh: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("FALSE")))
    """New, edited, or in another strand since its customer's cases were last assembled."""
    __table_args__ = tuple(present("resolved", column) for column in ("answers_id", "customer_id", "case_id"))


class Touched(Table, table=True):
    """Whose cases are to be assembled anew; only the one resolver reads and writes it."""

    __tablename__ = "touched"
    key: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(primary_key=True)
    """profile (id), message (id of one without an author), vertex, customer (id)."""


class Stub(Table, table=True):
    """A key that messages link to (a thread, a message not seen yet) and the conversation that it holds together."""

    __tablename__ = "stub"
    key: str = Field(sa_column=Column(Text, primary_key=True))
    conversation_id: int = integer(index=True, nullable=False)


class Member(Table, table=True):
    """Which customer a vertex belongs to."""

    __tablename__ = "member"
    vertex: str = Field(sa_column=Column(Text, primary_key=True))
    customer_id: int = integer(index=True, nullable=False)
    provisional: bool = False


class CustomerRow(Table, table=True):
    """A resolved person: the golden record."""

    __tablename__ = "customer"
    id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    """The number of its earliest minted anchor."""
    key: str = Field(unique=True)
    """Our key in targets."""
    name: str = ""
    golden: dict[str, Any] | None = json()
    """name, handle, reach, email, phone, handles, verified, person_refs {target: ref} …"""
    redirect_to: int | None = integer()
    """Set while its vertices belong to another customer."""
    __table_args__ = (present("customer", "redirect_to"),)


class CaseRow(Table, table=True):
    """A case: one issue of one customer."""

    __tablename__ = "cases"
    id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    key: str = Field(unique=True)
    anchor: str = Field(sa_column=Column(Text, nullable=False))
    customer_id: int | None = integer(index=True)
    status: str = "open"
    """open, waiting, closed: as we know it."""
    opened_at: datetime | None = time()
    last_in_at: datetime | None = time(index=True)
    last_at: datetime | None = time()
    closed_at: datetime | None = time()
    network: str = ""
    kind: str = ""
    public: bool = True
    unit: str = ""
    mode: str = "live"
    reason: str = ""
    priority: str = ""
    queue: str = ""
    rules: dict[str, Any] | None = json()
    """Which rule said what: {reason: rule, priority: rule, queue: rule, sla: rule, wanted: rule}."""
    first_reply_due: datetime | None = time()
    resolve_due: datetime | None = time()
    joined_by: list[dict[str, Any]] | None = json()
    """How its episodes came together: [{episode, by, fact}]."""
    previous_id: int | None = integer()
    foreign_target: str = ""
    foreign_ref: str = ""
    redirect_to: int | None = integer()
    messages: int = 0
    __table_args__ = (present("cases", "redirect_to"),)


class Suggestion(Table, table=True):
    """Two vertices that a reviewer should look at, with the reason."""

    __tablename__ = "suggestion"
    id: int | None = identity()
    left: str = Field(sa_column=Column("left_vertex", Text, nullable=False))
    right: str = Field(sa_column=Column("right_vertex", Text, nullable=False))
    identifier: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    __table_args__ = (
        UniqueConstraint("left_vertex", "right_vertex", "identifier"),
        Index("ix_suggestion_right_vertex", "right_vertex"),
    )

"""Outbox: what is to stand in targets, and what agents asked for."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from bridge.store.tables.columns import Table, blank, identity, integer, json, time, zero
from bridge.store.types import Id

_UNTOLD = text("told <> state || ' ' || reason")
_OPEN = text("state = 'pending' OR state = 'sending' OR state = 'accepted' OR state = 'unknown'")
"""Not as IN: SQLite would build the list anew for each row that is inserted (a fifth of the insert, measured)."""


class Delivery(Table, table=True):
    """State of one record in one target."""

    __tablename__ = "delivery"
    id: int | None = identity()
    target: str
    thing: str
    """person, case, message or amendment."""
    key: str = Field(sa_column=Column(Text, nullable=False))
    """Our key in the target (``cb1-…``)."""
    subject_id: int | None = integer()
    """customer id, case id or message id."""
    case_id: int | None = integer(index=True)
    """The case that it belongs to; orders and blocks deliveries. NULL for persons."""
    state: str = "pending"
    """pending, sending, accepted, unknown, waiting, delivered, refused, gone (tombstone), dropped, not_needed."""
    wanted_version: int = 1
    sent_version: int = zero()
    delivered_version: int = 0
    delivered_hash: str = blank()
    ref: str = blank()
    url: str = blank()
    sort: int = integer(nullable=False)
    """Order within a case: person, case, then messages by network time (microseconds)."""
    attempts: int = zero()
    next_at: datetime | None = time()
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    field: str = blank()
    waiting_for: str = blank()
    """Key of the refused or unknown record that it waits for."""
    spec: dict[str, Any] | None = json()
    """For amendments: what to do."""
    look_up: bool = False
    """True: other keys of its cluster, or this one before a restore, may have been sent: find first."""
    owner: str = blank()
    until: datetime | None = time()
    """A claim holds until then, by database time."""
    created_at: datetime | None = time(nullable=False)
    sent_at: datetime | None = time()
    delivered_at: datetime | None = time()
    created_there_at: datetime | None = time()
    """When it was made in the target by us; what the brake on new cases counts."""
    __table_args__ = (
        UniqueConstraint("key", "target", "thing"),
        Index(
            "ix_delivery_created",
            "target",
            "created_there_at",
            sqlite_where=text("created_there_at IS NOT NULL"),
            postgresql_where=text("created_there_at IS NOT NULL"),
        ),
        Index("ix_delivery_ref", "ref", sqlite_where=text("ref <> ''"), postgresql_where=text("ref <> ''")),
        Index("ix_delivery_subject", "subject_id", "thing"),
        Index(
            "ix_delivery_open",
            "target",
            "thing",
            "state",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class Frozen(Table, table=True):
    """The body of a version, on disk before it is sent and until it is settled."""

    __tablename__ = "frozen"
    delivery_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    version: int
    batch: str = Field(index=True)
    idempotency_key: str
    body: dict[str, Any] | None = json()
    job: str = ""


class ActionRow(Table, table=True):
    """Something to do on a network."""

    __tablename__ = "action"
    id: int | None = identity()
    key: str = Field(unique=True)
    kind: str
    target: str = ""
    answer_id: str = ""
    """Native id of the agent's answer that asked for it."""
    case_ref: str = ""
    case_id: int | None = integer(index=True)
    message_id: int | None = integer()
    """The customer's message that it answers."""
    connection: str = ""
    network: str = ""
    public: bool = True
    actor: str = ""
    actor_id: str = blank()
    """Id of who wrote the answer in the target."""
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    state: str = "held"
    """held, queued, sending, sent, delivered, refused, cancelled, unknown, review, by_hand, answered_by_hand."""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    alternatives: list[str] | None = json()
    found: list[dict[str, str]] | None = json()
    """Personal data because of which it is held: kind and text of each."""
    overrides: list[dict[str, Any]] | None = json()
    """Who let it go although something was found, when, and what."""
    asked_at: datetime | None = time(nullable=False)
    hold_until: datetime | None = time()
    sending_at: datetime | None = time()
    sent_at: datetime | None = time()
    ref: str = ""
    """Native id of our post."""
    attempts: int = 0
    files: list[dict[str, Any]] | None = json()
    """Files that go along: [{name, path}]."""
    awaits: str = blank()
    """``approval`` while a status in the target must let it go; empty otherwise."""
    awaits_since: datetime | None = time()
    """What was done there earlier was for other words."""
    approved_by: str = blank()
    approved_at: datetime | None = time()
    """When a person last let it go: what was known by then is no reason to ask again."""
    looked_at: str = blank()
    """Hash of the text that was looked at while it waits."""
    told: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """State and reason that the case in the target was told last."""
    __table_args__ = (
        Index(
            "ix_action_untold",
            "id",
            sqlite_where=_UNTOLD,
            postgresql_where=_UNTOLD,
        ),
        Index("ix_action_state", "state"),
        Index("ix_action_message", "message_id"),
        Index("ix_action_sent", "connection", "sending_at"),
    )


class ReplyWindow(Table, table=True):
    """Until when the customer's last message in a case can be answered, where that ends."""

    __tablename__ = "reply_window"
    case_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    message_id: int = integer(nullable=False)
    until: datetime | None = time(nullable=False, index=True)
    told_at: datetime | None = time()
    """When the case was told that it closes soon."""

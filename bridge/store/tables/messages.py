"""Facts: what was said, with text, raw payload, versions and files apart."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from bridge.store.tables.columns import Table, identity, integer, json, present, time
from bridge.store.types import Id


class MessageRow(Table, table=True):
    """One message. What the functions need; text, raw and revisions stand apart."""

    __tablename__ = "message"
    id: int | None = identity()
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    """``network/scope/native_id``."""
    network: str
    connection: str
    account: str = ""
    unit: str = ""
    author_id: int | None = integer()
    direction: str
    kind: str
    public: bool
    lang: str = ""
    sent_at: datetime | None = time()
    edited_at: datetime | None = time()
    received_at: datetime | None = time(nullable=False)
    permalink: str | None = Field(default=None, sa_column=Column(Text))
    thread: str | None = Field(default=None, sa_column=Column(Text))
    """Key of the thread: ``network/scope#thread``; NULL without one."""
    answers: list[str] | None = json()
    """Keys of messages that it answers."""
    answered_by: list[str] | None = json()
    rating: float | None = None
    reach: int | None = None
    """The author's reach as seen with this message."""
    missed: bool = False
    automatic: bool = False
    mode: str = "live"
    policy_id: int = 0
    hash: str
    """Of the content; with ``edited_at`` it picks the winning revision."""
    deleted_at: datetime | None = time()
    facts: list[str] | None = json()
    """Named facts for matter joins (``order:…``), values as keyed hashes."""
    seen_by: list[str] | None = json()
    """Connections that saw it, when more than one did."""
    extra: dict[str, Any] | None = json()
    action_id: int | None = integer()
    """The Action that published it, for posts of ours."""
    __table_args__ = (
        Index("ix_message_author_id_sent_at", "author_id", "sent_at"),
        Index("ix_message_permalink", "permalink"),
        Index("ix_message_sent_at", "sent_at"),
        present("message", "deleted_at"),
    )


class MessageText(Table, table=True):
    """Text of the winning revision."""

    __tablename__ = "message_text"
    message_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    subject: str = Field(default="", sa_column=Column(Text, nullable=False))
    text: str = Field(default="", sa_column=Column(Text, nullable=False))


class MessageRaw(Table, table=True):
    """Payload as the source gave it (JSON text)."""

    __tablename__ = "message_raw"
    message_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    body: str = Field(sa_column=Column(Text, nullable=False))


class Revision(Table, table=True):
    """Every version of a message that was seen and does not stand; the winning one stands in the message itself."""

    __tablename__ = "revision"
    id: int | None = identity()
    message_id: int = integer(nullable=False)
    edited_at: datetime | None = time()
    hash: str
    subject: str = Field(default="", sa_column=Column(Text, nullable=False))
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    seen_at: datetime | None = time(nullable=False)
    __table_args__ = (UniqueConstraint("message_id", "hash", "edited_at"),)


class Tombstone(Table, table=True):
    """A deletion that was seen before the message itself."""

    __tablename__ = "tombstone"
    key: str = Field(sa_column=Column(Text, primary_key=True))
    at: datetime | None = time(nullable=False)


class AttachmentRow(Table, table=True):
    """A file of a message and how far fetching it got."""

    __tablename__ = "attachment"
    id: int | None = identity()
    message_id: int = integer(nullable=False)
    position: int
    url: str = ""
    path: str = ""
    name: str = ""
    mime: str = ""
    size: int | None = None
    state: str = "wanted"
    """wanted, fetched, too_large, bad_type, failed, gone."""
    reason: str = ""
    sha256: str = ""
    __table_args__ = (
        UniqueConstraint("message_id", "position"),
        Index(
            "ix_attachment_wanted",
            "id",
            sqlite_where=text("state = 'wanted'"),
            postgresql_where=text("state = 'wanted'"),
        ),
        Index(
            "ix_attachment_sha256", "sha256", sqlite_where=text("sha256 <> ''"), postgresql_where=text("sha256 <> ''")
        ),
    )

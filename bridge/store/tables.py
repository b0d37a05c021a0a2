"""All tables. FACTS are append-only (corrections are new facts); DERIVED tables can be emptied and rebuilt.

Hot paths write with Core inserts; nothing here validates, data from outside is typed before it comes here.
Text and raw payloads stand in tables of their own, deletable without touching what the functions need.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotations
from typing import Any

from sqlalchemy import Boolean, Column, Index, MetaData, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bridge.store.types import Id, JsonText, UTCTime

_UNTOLD = text("told <> state || ' ' || reason")
_OPEN = text("state = 'pending' OR state = 'sending' OR state = 'accepted' OR state = 'unknown'")
"""Not as IN: SQLite would build the list anew for each row that is inserted (a fifth of the insert, measured)."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """Root of our tables, with the naming convention for constraints."""

    metadata = MetaData(naming_convention=NAMING)


def _id() -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    return Field(default=None, sa_column=Column(Id, primary_key=True, autoincrement=True))


def _time(*, index: bool = False, nullable: bool = True) -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    return Field(default=None, sa_column=Column(UTCTime, index=index, nullable=nullable))


def _json() -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    return Field(default=None, sa_column=Column(JsonText, nullable=True))


def _int(*, index: bool = False, nullable: bool = True) -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    return Field(default=None, sa_column=Column(Id, index=index, nullable=nullable))


def _blank() -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    """Return a text that is empty at first, without being sent: that is cheaper by a twentieth of the row a column."""
    return Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


def _zero() -> Any:  # noqa: ANN401 - SQLModel's Field is untyped
    return Field(default=0, sa_column=Column(Id, nullable=False, server_default="0"))


def _present(table: str, column: str) -> Index:
    """Return the index of a column that is mostly empty, or empty at first: rows without a value cost it nothing."""
    there = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, sqlite_where=there, postgresql_where=there)


# --- FACTS --------------------------------------------------------------------------------------------


class MessageRow(Table, table=True):
    """One message. What the functions need; text, raw and revisions stand apart."""

    __tablename__ = "message"
    id: int | None = _id()
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    """``network/scope/native_id``."""
    network: str
    connection: str
    account: str = ""
    unit: str = ""
    author_id: int | None = _int()
    direction: str
    kind: str
    public: bool
    lang: str = ""
    sent_at: datetime | None = _time()
    edited_at: datetime | None = _time()
    received_at: datetime | None = _time(nullable=False)
    permalink: str | None = Field(default=None, sa_column=Column(Text))
    thread: str | None = Field(default=None, sa_column=Column(Text))
    """Key of the thread: ``network/scope#thread``; NULL without one."""
    answers: list[str] | None = _json()
    """Keys of messages that it answers."""
    answered_by: list[str] | None = _json()
    rating: float | None = None
    reach: int | None = None
    """The author's reach as seen with this message."""
    missed: bool = False
    automatic: bool = False
    mode: str = "live"
    policy_id: int = 0
    hash: str
    """Of the content; with ``edited_at`` it picks the winning revision."""
    deleted_at: datetime | None = _time()
    facts: list[str] | None = _json()
    """Named facts for matter joins (``order:…``), values as keyed hashes."""
    seen_by: list[str] | None = _json()
    """Connections that saw it, when more than one did."""
    extra: dict[str, Any] | None = _json()
    action_id: int | None = _int()
    """The Action that published it, for posts of ours."""
    __table_args__ = (
        Index("ix_message_author_id_sent_at", "author_id", "sent_at"),
        Index("ix_message_permalink", "permalink"),
        Index("ix_message_sent_at", "sent_at"),
        _present("message", "deleted_at"),
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
    id: int | None = _id()
    message_id: int = _int(nullable=False)
    edited_at: datetime | None = _time()
    hash: str
    subject: str = Field(default="", sa_column=Column(Text, nullable=False))
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    seen_at: datetime | None = _time(nullable=False)
    __table_args__ = (UniqueConstraint("message_id", "hash", "edited_at"),)


class Tombstone(Table, table=True):
    """A deletion that was seen before the message itself."""

    __tablename__ = "tombstone"
    key: str = Field(sa_column=Column(Text, primary_key=True))
    at: datetime | None = _time(nullable=False)


class AttachmentRow(Table, table=True):
    """A file of a message and how far fetching it got."""

    __tablename__ = "attachment"
    id: int | None = _id()
    message_id: int = _int(nullable=False)
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


class ProfileRow(Table, table=True):
    """A person as one network shows them, as of ``seen_at``."""

    __tablename__ = "profile"
    id: int | None = _id()
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
    first_seen: datetime | None = _time()
    seen_at: datetime | None = _time()
    """Network time of the newest sighting: the newest wins, ties by content."""
    own: bool = False
    """One of the brand's own accounts."""


class PersonRow(Table, table=True):
    """A CRM's own person."""

    __tablename__ = "person"
    id: int | None = _id()
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    """``instance:native_id``."""
    instance: str
    native_id: str
    name: str = ""
    our_key: str = Field(default="", index=True)
    updated_at: datetime | None = _time()
    deleted_at: datetime | None = _time()
    merged_into: str = ""
    extra: dict[str, Any] | None = _json()


class EvidenceRow(Table, table=True):
    """A vertex shows an identifier in a relation."""

    __tablename__ = "evidence"
    id: int | None = _id()
    vertex: str = Field(sa_column=Column(Text, nullable=False))
    identifier: str = Field(sa_column=Column(Text, nullable=False, index=True))
    """``kind:scope:value``."""
    relation: str
    sightings: int = 1
    first_seen: datetime | None = _time()
    last_seen: datetime | None = _time()
    retracted_at: datetime | None = _time()
    __table_args__ = (UniqueConstraint("vertex", "identifier", "relation"),)


class DecisionRow(Table, table=True):
    """What a human decided; kept for ever, undone by a later row."""

    __tablename__ = "decision"
    id: int | None = _id()
    kind: str
    """must_link, cannot_link, block; case_split, case_join, case_move_to, not_a_case; identity_policy."""
    operands: list[str] | None = _json()
    actor: str = ""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    at: datetime | None = _time(nullable=False)
    undone_at: datetime | None = _time()


class CaseEventRow(Table, table=True):
    """What happened to a native case in a target."""

    __tablename__ = "case_event"
    id: int | None = _id()
    target: str
    native_id: str
    case_ref: str
    at: datetime | None = _time(nullable=False)
    what: str
    value: str = ""
    before: str = ""
    native: str = _blank()
    """The target's own word for a new status."""
    actor: str
    actor_name: str = ""
    actor_id: str = _blank()
    """Id of who it was in the target, the same in answers and events."""
    __table_args__ = (
        UniqueConstraint("target", "native_id"),
        Index("ix_case_event_target_case_ref", "target", "case_ref"),
    )


class ForeignCase(Table, table=True):
    """The newest snapshot of a case that we did not make."""

    __tablename__ = "foreign_case"
    id: int | None = _id()
    target: str
    ref: str
    read_at: datetime | None = _time(nullable=False)
    opened_at: datetime | None = _time(nullable=False)
    last_at: datetime | None = _time(nullable=False)
    closed_at: datetime | None = _time()
    subject: str = Field(default="", sa_column=Column(Text, nullable=False))
    person_ref: str = ""
    identifiers: list[str] | None = _json()
    permalinks: list[str] | None = _json()
    facts: list[str] | None = _json()
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
    at: datetime | None = _time(nullable=False)


class Policy(Table, table=True):
    """Triage and case policy by hash; stamped on each message when it is stored."""

    __tablename__ = "policy"
    id: int | None = _id()
    hash: str = Field(unique=True)
    body: dict[str, Any] | None = _json()
    at: datetime | None = _time(nullable=False)


class Mint(Table, table=True):
    """Ids are minted once: anchor → number, in mint order."""

    __tablename__ = "mint"
    id: int | None = _id()
    kind: str
    """``customer`` (anchor: vertex key) or ``case`` (anchor: message key, or target:ref of a foreign case)."""
    anchor: str = Field(sa_column=Column(Text, nullable=False))
    generation: int = 0
    __table_args__ = (UniqueConstraint("anchor", "kind", "generation"),)


class Dirty(Table, table=True):
    """What must be recomputed; append-only, deleted by the sequences that were read."""

    __tablename__ = "dirty"
    seq: int | None = _id()
    kind: str
    """message, vertex, customer, case."""
    key: str = Field(sa_column=Column(Text, nullable=False))


class Quarantine(Table, table=True):
    """A row or payload that could not be read, with its reason."""

    __tablename__ = "quarantine"
    id: int | None = _id()
    connection: str = Field(index=True)
    fingerprint: str = Field(unique=True)
    """Of connection and raw text, so that a second read does not set it aside twice."""
    place: str = ""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    raw: str = Field(default="", sa_column=Column(Text, nullable=False))
    fields: dict[str, Any] | None = _json()
    at: datetime | None = _time(nullable=False)
    state: str = "open"
    """open, replayed, dropped."""
    seen: int = 1


# --- DERIVED ------------------------------------------------------------------------------------------


class Resolved(Table, table=True):
    """What follows for one message."""

    __tablename__ = "resolved"
    message_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    conversation_id: int = _int(index=True, nullable=False)
    answers_id: int | None = _int()
    """For an outgoing message: the customer's message that it belongs to."""
    customer_id: int | None = _int()
    case_id: int | None = _int()
    why: str = ""
    """Why it is in no case: ``rule:NAME``, ``own``, ``history``, ``deleted``, ``decision``; empty when it is in one,
    ``waiting`` until its customer's cases are assembled."""
    triage: dict[str, Any] | None = _json()
    fresh: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("FALSE")))
    """New, edited, or in another strand since its customer's cases were last assembled."""
    __table_args__ = tuple(_present("resolved", column) for column in ("answers_id", "customer_id", "case_id"))


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
    conversation_id: int = _int(index=True, nullable=False)


class Member(Table, table=True):
    """Which customer a vertex belongs to."""

    __tablename__ = "member"
    vertex: str = Field(sa_column=Column(Text, primary_key=True))
    customer_id: int = _int(index=True, nullable=False)
    provisional: bool = False


class CustomerRow(Table, table=True):
    """A resolved person: the golden record."""

    __tablename__ = "customer"
    id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    """The number of its earliest minted anchor."""
    key: str = Field(unique=True)
    """Our key in targets."""
    name: str = ""
    golden: dict[str, Any] | None = _json()
    """name, handle, reach, email, phone, handles, verified, person_refs {target: ref} …"""
    redirect_to: int | None = _int()
    """Set while its vertices belong to another customer."""
    __table_args__ = (_present("customer", "redirect_to"),)


class CaseRow(Table, table=True):
    """A case: one issue of one customer."""

    __tablename__ = "cases"
    id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    key: str = Field(unique=True)
    anchor: str = Field(sa_column=Column(Text, nullable=False))
    customer_id: int | None = _int(index=True)
    status: str = "open"
    """open, waiting, closed: as we know it."""
    opened_at: datetime | None = _time()
    last_in_at: datetime | None = _time(index=True)
    last_at: datetime | None = _time()
    closed_at: datetime | None = _time()
    network: str = ""
    kind: str = ""
    public: bool = True
    unit: str = ""
    mode: str = "live"
    reason: str = ""
    priority: str = ""
    queue: str = ""
    rules: dict[str, Any] | None = _json()
    """Which rule said what: {reason: rule, priority: rule, queue: rule, sla: rule, wanted: rule}."""
    first_reply_due: datetime | None = _time()
    resolve_due: datetime | None = _time()
    joined_by: list[dict[str, Any]] | None = _json()
    """How its episodes came together: [{episode, by, fact}]."""
    previous_id: int | None = _int()
    foreign_target: str = ""
    foreign_ref: str = ""
    redirect_to: int | None = _int()
    messages: int = 0
    __table_args__ = (_present("cases", "redirect_to"),)


class Suggestion(Table, table=True):
    """Two vertices that a reviewer should look at, with the reason."""

    __tablename__ = "suggestion"
    id: int | None = _id()
    left: str = Field(sa_column=Column("left_vertex", Text, nullable=False))
    right: str = Field(sa_column=Column("right_vertex", Text, nullable=False))
    identifier: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    __table_args__ = (
        UniqueConstraint("left_vertex", "right_vertex", "identifier"),
        Index("ix_suggestion_right_vertex", "right_vertex"),
    )


# --- OUTBOX -------------------------------------------------------------------------------------------


class Delivery(Table, table=True):
    """State of one record in one target."""

    __tablename__ = "delivery"
    id: int | None = _id()
    target: str
    thing: str
    """person, case, message or amendment."""
    key: str = Field(sa_column=Column(Text, nullable=False))
    """Our key in the target (``cb1-…``)."""
    subject_id: int | None = _int()
    """customer id, case id or message id."""
    case_id: int | None = _int(index=True)
    """The case that it belongs to; orders and blocks deliveries. NULL for persons."""
    state: str = "pending"
    """pending, sending, accepted, unknown, waiting, delivered, refused, gone (tombstone), dropped, not_needed."""
    wanted_version: int = 1
    sent_version: int = _zero()
    delivered_version: int = 0
    delivered_hash: str = _blank()
    ref: str = _blank()
    url: str = _blank()
    sort: int = _int(nullable=False)
    """Order within a case: person, case, then messages by network time (microseconds)."""
    attempts: int = _zero()
    next_at: datetime | None = _time()
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    field: str = _blank()
    waiting_for: str = _blank()
    """Key of the refused or unknown record that it waits for."""
    spec: dict[str, Any] | None = _json()
    """For amendments: what to do."""
    look_up: bool = False
    """True: other keys of its cluster, or this one before a restore, may have been sent: find first."""
    owner: str = _blank()
    until: datetime | None = _time()
    """A claim holds until then, by database time."""
    created_at: datetime | None = _time(nullable=False)
    sent_at: datetime | None = _time()
    delivered_at: datetime | None = _time()
    created_there_at: datetime | None = _time()
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
    body: dict[str, Any] | None = _json()
    job: str = ""


class ActionRow(Table, table=True):
    """Something to do on a network."""

    __tablename__ = "action"
    id: int | None = _id()
    key: str = Field(unique=True)
    kind: str
    target: str = ""
    answer_id: str = ""
    """Native id of the agent's answer that asked for it."""
    case_ref: str = ""
    case_id: int | None = _int(index=True)
    message_id: int | None = _int()
    """The customer's message that it answers."""
    connection: str = ""
    network: str = ""
    public: bool = True
    actor: str = ""
    actor_id: str = _blank()
    """Id of who wrote the answer in the target."""
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    state: str = "held"
    """held, queued, sending, sent, delivered, refused, cancelled, unknown, review, by_hand, answered_by_hand."""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    alternatives: list[str] | None = _json()
    found: list[dict[str, str]] | None = _json()
    """Personal data because of which it is held: kind and text of each."""
    overrides: list[dict[str, Any]] | None = _json()
    """Who let it go although something was found, when, and what."""
    asked_at: datetime | None = _time(nullable=False)
    hold_until: datetime | None = _time()
    sending_at: datetime | None = _time()
    sent_at: datetime | None = _time()
    ref: str = ""
    """Native id of our post."""
    attempts: int = 0
    files: list[dict[str, Any]] | None = _json()
    """Files that go along: [{name, path}]."""
    awaits: str = _blank()
    """``approval`` while a status in the target must let it go; empty otherwise."""
    awaits_since: datetime | None = _time()
    """What was done there earlier was for other words."""
    approved_by: str = _blank()
    approved_at: datetime | None = _time()
    """When a person last let it go: what was known by then is no reason to ask again."""
    looked_at: str = _blank()
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
    message_id: int = _int(nullable=False)
    until: datetime | None = _time(nullable=False, index=True)
    told_at: datetime | None = _time()
    """When the case was told that it closes soon."""


# --- RUNNING ------------------------------------------------------------------------------------------


class Progress(Table, table=True):
    """Where a connection's reading stands: one row per connection and stream (messages, contacts, cases, activity)."""

    __tablename__ = "progress"
    connection: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    cursor: str = Field(default="", sa_column=Column(Text, nullable=False))
    started_at: datetime | None = _time()
    last_ok_at: datetime | None = _time()
    last_message_at: datetime | None = _time()
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
    first_at: datetime | None = _time(nullable=False)
    last_at: datetime | None = _time(nullable=False)
    pause_seconds: int = 0
    late: int = 0
    late_since: datetime | None = _time()
    late_seconds: int = 0


class BudgetRow(Table, table=True):
    """Token bucket and pause of one system, shared by all processes."""

    __tablename__ = "budget"
    name: str = Field(primary_key=True)
    tokens: float = 0.0
    refilled_at: datetime | None = _time()
    pause_until: datetime | None = _time()


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
    at: datetime | None = _time(nullable=False)


class Lease(Table, table=True):
    """Who holds what until when."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    owner: str
    token: int = 0
    until: datetime | None = _time(nullable=False)


class VaultRow(Table, table=True):
    """What a connection signs in with, sealed."""

    __tablename__ = "vault"
    connection: str = Field(primary_key=True)
    sealed: str = Field(sa_column=Column(Text, nullable=False))
    expires_at: datetime | None = _time()
    lasts_until: datetime | None = _time()
    changed_at: datetime | None = _time(nullable=False)


class AlertRow(Table, table=True):
    """An alarm as long as it stands: what people were told of it, and when."""

    __tablename__ = "alert"
    id: int | None = _id()
    key: str
    kind: str
    subject: str
    severity: int
    words: str = Field(sa_column=Column(Text, nullable=False))
    raised_at: datetime | None = _time(nullable=False)
    told_at: datetime | None = _time()
    """When it was last sent; NULL: not yet."""
    acked_by: str = ""
    acked_at: datetime | None = _time()
    ended_at: datetime | None = _time()
    """When it was gone."""
    ended_told_at: datetime | None = _time()
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
    id: int | None = _id()
    command: str
    started_at: datetime | None = _time(nullable=False)
    ended_at: datetime | None = _time()
    exit_code: int | None = None
    counts: dict[str, Any] | None = _json()
    errors: list[str] | None = _json()


class ConfigVersion(Table, table=True):
    """The configuration as it was at a time, without secrets, for the audit."""

    __tablename__ = "config_version"
    id: int | None = _id()
    at: datetime | None = _time(nullable=False)
    hash: str
    files: dict[str, Any] | None = _json()
    """File name → text with secrets masked."""


class Setting(Table, table=True):
    """Facts about the store itself: organisation, environment, restored_at, allowances for brakes."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: Any = _json()

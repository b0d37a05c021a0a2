"""The two kinds of batches of resolving: what is dealt with, what is known by now, and what will be written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Row

    from bridge.app import App

Span: TypeAlias = "tuple[datetime, datetime]"


@dataclass(slots=True)
class Writes:
    """Rows to write, by table; each list has rows of equal columns."""

    mints: list[dict[str, Any]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)
    lost_members: list[str] = field(default_factory=list)
    customers: list[dict[str, Any]] = field(default_factory=list)
    suggestions: list[dict[str, Any]] = field(default_factory=list)
    solved_vertices: list[str] = field(default_factory=list)
    """Vertices whose earlier suggestions are replaced."""
    resolved: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    """New delivery rows."""
    delivery_changes: list[dict[str, Any]] = field(default_factory=list)
    """id, state, wanted_version, case_id of rows that stand already."""


@dataclass(slots=True)
class Work:
    """The state of one batch while it is computed; ``writes`` is all that the transaction will do."""

    app: App
    routes: Mapping[str, tuple[str, ...]]
    """Connection → targets that its messages go to."""
    touched: list[tuple[str, str]] = field(default_factory=list)
    """What this batch deals with, as it stands in the table."""
    authors: set[int] = field(default_factory=set)
    """Touched profiles."""
    authorless: set[int] = field(default_factory=set)
    """Touched messages without an author."""
    vertices: set[str] = field(default_factory=set)
    """Vertices of which something changed."""
    customers: set[int] = field(default_factory=set)
    """Customers whose cases are recomputed."""
    customer_of: dict[int, int] = field(default_factory=dict)
    """Profile id → customer, for every profile that this batch needs."""
    profiles_of: dict[int, set[int]] = field(default_factory=dict)
    """Customer → profile ids, for every customer whose cases are recomputed."""
    member_of: dict[str, int] = field(default_factory=dict)
    """Vertex → customer as of this batch, for every customer whose cases are recomputed."""
    whole: set[int] = field(default_factory=set)
    """Customers whose whole history is recomputed: who they are changed, or something about their cases was decided."""
    silence: timedelta = timedelta(days=90)
    """The silence after which nothing can depend on what was before: the longest ``hard_close`` of all policies."""
    read: dict[int, Sequence[Span]] = field(default_factory=dict)
    """Customers of whose long history only segments were read, and from when to when."""
    deleted: set[int] = field(default_factory=set)
    """Messages of these customers, and answers to them, that were deleted on their networks."""
    profile_keys: dict[int, str] = field(default_factory=dict)
    """Profile → its key, for every customer whose cases are recomputed."""
    customer_keys: dict[int, str] = field(default_factory=dict)
    """Customer → our key, for every customer whose cases are recomputed."""
    since: Mapping[str, int] = field(default_factory=dict)
    """Outbox → last message before it began; a case is made there once it has a later one."""
    next_mint: int = 1
    restored: bool = False
    """The store came from a backup not long ago: whatever is sent first is looked up first."""
    writes: Writes = field(default_factory=Writes)

    def mint(self, kind: str, anchor: str) -> int:
        """Mint the next number for an anchor."""
        number = self.next_mint
        self.next_mint += 1
        self.writes.mints.append({"id": number, "kind": kind, "anchor": anchor, "generation": 0})
        return number


@dataclass(slots=True)
class MessageBatch:
    """A batch while it is computed."""

    app: App
    routes: Mapping[str, tuple[str, ...]]
    """Connection → targets that its messages go to."""
    seqs: list[int]
    messages: dict[int, Row[Any]] = field(default_factory=dict)
    """Dirty messages by id."""
    known: dict[int, Row[Any]] = field(default_factory=dict)
    """What was resolved of them before."""
    conversation: dict[int, int] = field(default_factory=dict)
    """Message id → conversation."""
    answers: dict[int, int | None] = field(default_factory=dict)
    """Answer of ours → customer's message that it belongs to, where that is new."""
    triage: dict[int, dict[str, Any]] = field(default_factory=dict)
    relabel: list[tuple[int, int]] = field(default_factory=list)
    """(old, new) conversation labels."""
    stubs: list[dict[str, Any]] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)
    """Customers' messages beside the dirty ones that stand in another strand now, or got or lost an answer."""
    touched: set[tuple[str, str]] = field(default_factory=set)

    def touch(self, message_id: int, author_id: int | None) -> None:
        """Note whom a customer's message concerns."""
        self.touched.add(("message", str(message_id)) if author_id is None else ("profile", str(author_id)))

"""Contracts of sources and targets: abstract methods and what each returns and raises. No behaviour.

Every method may raise ``AuthError``, ``RateLimited``, ``BudgetSpent`` or ``Transient`` (bridge/errors.py) and no
vendor's own exception. Adapters do not retry by themselves: the engine has the one retry policy.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from bridge.meter import MemoryMeter, Meter
from bridge.nouns import Retention
from bridge.safe import MemorySafe, Safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from pydantic import BaseModel

    from bridge.clock import Clock
    from bridge.nouns import (
        Account,
        Action,
        ActivityPage,
        Amendment,
        Budget,
        CasePage,
        Cursor,
        Eligibility,
        Estimate,
        Found,
        KeyField,
        ObjectSchema,
        Outcome,
        Page,
        Record,
        Step,
        Thing,
    )


class Strategy(StrEnum):
    """How a repeated write of one key has the effect of one write."""

    UPSERT_BY_KEY = "upsert by our key"
    VENDOR_HEADER = "vendor header, time-limited"
    CALLER_CHOSEN_ID = "caller-chosen id"
    READ_BACK = "read back before retry"
    AT_MOST_ONCE = "at most once, then unknown"


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Strategy for one object, and how long "not found" proves nothing after a write."""

    strategy: Strategy
    settle_after: timedelta


def idempotency_of(target: Target, object_name: str) -> Idempotency:
    """Return what ``target`` declares for an object, its own or that of all others."""
    return target.idempotency.get(object_name) or target.idempotency["*"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an adapter gets beside its settings: its name in the project, the project folder, the clock."""

    name: str
    folder: Path
    clock: Clock
    objects: Mapping[Thing, tuple[KeyField, ...]] = field(default_factory=dict)
    """For a target: the objects of each thing, each with its field for our key (empty where it has none), by its mappings.
    Tells whom ``contacts`` and ``cases`` read, which of them carry our key, and what ``find`` and ``keys`` look for."""
    meter: Meter = field(default_factory=MemoryMeter)
    """Counts what the adapter does over all processes, for shares of a daily budget."""
    safe: Safe = field(default_factory=MemorySafe)
    """Keeps what the adapter signs in with and what changes by itself, encrypted, for all processes."""
    beside: tuple[BaseModel, ...] = ()
    """For a source: the settings of the project's other sources of its kind, whose accounts are ours as well."""


class Adapter(ABC):
    """One connected system."""

    settings_model: ClassVar[type[BaseModel]]
    """The typed settings; unknown keys are forbidden, secrets are ``SecretStr``, every field has a description."""

    @classmethod
    @abstractmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> Self:
        """Return an adapter; opens nothing and never fails for the far side's reasons."""

    @abstractmethod
    def check(self) -> Account:
        """Try credentials, rights, quota and required fields; problems come as findings with remedies."""

    @abstractmethod
    def close(self) -> None:
        """Release what was opened; may be called twice."""


class Source(Adapter):
    """The reading side of a network, a mailbox, an export or a CRM's people."""

    live: ClassVar[bool]
    """True: a first sync starts from now, history only on request. False: an export, read from its beginning."""
    retention: ClassVar[Retention] = Retention()
    """For how long the network lets what was said there be kept; the project file may say otherwise."""
    unseen: ClassVar[tuple[str, ...]] = ()
    """What happens there and is not read here, in a few words each: ``status`` says it."""
    accounts: frozenset[str] = frozenset()
    """Our accounts that answer here, as ``Message.account`` names them, in lower case; empty where only the far side knows."""

    @abstractmethod
    def head(self) -> Cursor:
        """Return the cursor for "from now"."""

    @abstractmethod
    def at(self, time: datetime) -> Cursor:
        """Return the cursor from which everything since ``time`` is read."""

    @abstractmethod
    def estimate(self, after: Cursor) -> Estimate:
        """Say how many messages and how much money reading on from ``after`` takes, or unknown."""

    @abstractmethod
    def pages(self, after: Cursor) -> Iterator[Page]:
        """Yield pages after the cursor, which moves with a complete window; resuming after any never skips. Bad rows are ``Broken``."""

    @abstractmethod
    def reread(self, fields: Mapping[str, str], where: str) -> Page:
        """Parse one repaired row as ``pages`` does; the cursor is ignored. Raises ``Unsupported`` where there are no rows."""


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A webhook call as it came in: the body is untouched bytes."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HookResponse:
    """What to answer to a handshake."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"


class Hook(ABC):
    """Where a system calls us. Computes only: it is asked while the system waits for the answer."""

    @abstractmethod
    def handshake(self, request: HookRequest) -> HookResponse | None:
        """Answer the vendor's subscription check, or None if this is no such check. Raises ``AuthError``."""

    @abstractmethod
    def verify(self, request: HookRequest) -> None:
        """Check the signature over the raw body and its time; raises ``AuthError``. See ``bridge/signatures.py``."""


class Receiver(Hook):
    """The push side of a source."""

    @classmethod
    @abstractmethod
    def beside(cls, source: Source) -> Self:
        """Return the receiver of what ``source`` would read, sharing its settings; opens nothing."""

    @abstractmethod
    def parse(self, request: HookRequest) -> Page:
        """Parse with the same functions as ``Source.pages``; the page's cursor is empty."""


class Publisher(ABC):
    """The answering side of a source."""

    publishing: ClassVar[Idempotency]

    @classmethod
    @abstractmethod
    def beside(cls, source: Source) -> Self:
        """Return the publisher that answers where ``source`` reads, sharing its settings and client; opens nothing."""

    @abstractmethod
    def eligibility(self, action: Action) -> Eligibility:
        """Say whether ``action`` can be done now, why not, what else could be done, and until when."""

    @abstractmethod
    def publish(self, action: Action) -> Outcome:
        """Do it at most once per ``action.key``. ``Written.ref`` is the native id of our post."""

    @abstractmethod
    def published(self, action: Action, not_before: datetime) -> Found:
        """Look whether ``action`` was done since ``not_before``; UNSURE for ever where the network cannot tell."""


class Target(Adapter):
    """A CRM or ticket tool that receives persons, cases and messages."""

    idempotency: ClassVar[Mapping[str, Idempotency]]
    """By object name: a message may be a comment without a key, or a record with one; ``*``: what an organisation made itself."""
    publish_gesture: ClassVar[str]
    """What an agent does there to answer the customer, in one sentence."""
    live_by_nature: ClassVar[bool]
    """False for the embedded desk and the memory target, which the brakes leave alone."""
    ordered_batches: ClassVar[bool] = False
    """True: ``write`` takes the messages of one parent in the order given and stops at the first of them that ends as
    ``Retry``, ``Unknown`` or ``Accepted``; the rest of that parent comes back as ``Retry(0)`` (a ``Refusal`` is a gap,
    and the next is written). Several messages of one case may then stand in one batch. False: one at a time."""
    past_after: timedelta | None = None
    """Set by a target that can write a case with messages at times of their own, but only while it makes the case: a case
    that was imported, is closed already or began longer ago is history, and brings its messages along (``Record.past``).
    Each of them is then looked up there before it is sent."""

    @abstractmethod
    def schema(self, object_name: str) -> ObjectSchema:
        """Describe an object; raises ``ConfigError`` for an unknown one, naming those that exist."""

    @abstractmethod
    def prepare(self, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:
        """Create missing key fields; with ``dry_run`` only say what would be done."""

    @abstractmethod
    def contacts(self, after: Cursor) -> Iterator[Page]:
        """Yield the target's own people (and merges, deletions) for identity."""

    @abstractmethod
    def cases(self, after: Cursor) -> Iterator[CasePage]:
        """Yield all open cases that we did not make, and those closed since, as dated snapshots."""

    @abstractmethod
    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Write a batch: one outcome per record, in order. Creates where ``ref`` is empty, else updates by id.

        A create under a key that exists there adopts it: ``Written(ref, created=False)``, nothing overwritten.
        Raises only what concerns the whole batch and is known not to have been written; after a lost response
        every record is ``Unknown``. What was deleted or merged there is a ``Refusal`` with a code of ``Ended``; an
        adapter may also follow a merge and answer ``Written`` with the survivor's id.
        """

    @abstractmethod
    def settle(self, jobs: Sequence[str]) -> list[Outcome]:
        """Ask for the outcome of accepted jobs: one per job, in order; ``Accepted`` again while it runs."""

    @abstractmethod
    def find(self, object_name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:
        """Look up any number of our keys, each with the id of the case that it stands in (empty: in none, or unknown).

        An object without a key field is read back in that case. ``not_before``: when the last write was tried; within
        ``settle_after`` of it, absent is UNSURE.
        """

    @abstractmethod
    def keys(self, object_name: str) -> Iterator[str]:
        """Yield every one of our keys that stands in the target, once per record (a doubled key twice)."""

    @abstractmethod
    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Do one-shot changes, one outcome each. A kind that cannot be done is a ``Refusal`` with the manual step."""

    @abstractmethod
    def activity(self, after: Cursor) -> Iterator[ActivityPage]:
        """Yield agents' answers and case events after the cursor, oldest first; overlaps are allowed."""

    @abstractmethod
    def activity_head(self) -> Cursor:
        """Return the activity cursor for "from now"."""

    @abstractmethod
    def budget(self) -> Budget:
        """Return what may still be done, and the batch size."""


class Listener(Hook):
    """The push side of a target: what happened there is told at once, and polled all the same."""

    @classmethod
    @abstractmethod
    def beside(cls, target: Target) -> Self:
        """Return the listener to what ``target`` would read as activity, sharing its settings; opens nothing."""

    @abstractmethod
    def parse(self, request: HookRequest) -> ActivityPage:
        """Parse with the same functions, to the same native ids, as ``Target.activity``; the page's cursor is empty.

        Asked by a sync, so it may read what the call left out.
        """

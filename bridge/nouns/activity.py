"""What changes in a target: what we amend, what agents say and do, which cases others made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.nouns.events import Broken, Cursor, PersonDeleted, PersonMerged
    from bridge.nouns.messages import Attachment, Shown
    from bridge.nouns.records import Thing


class AmendmentKind(StrEnum):
    """One-shot changes to something that stands in the target."""

    LINK = "link"
    TAG = "tag"
    NOTE = "note"
    REOPEN = "reopen"
    REDACT = "redact"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A one-shot change of a native record; doing it twice has the effect of once (``key``)."""

    kind: AmendmentKind
    thing: Thing
    ref: str
    key: str
    other_ref: str = ""
    text: str = ""


class Actor(StrEnum):
    """Who did something in the target."""

    AGENT = "agent"
    AUTOMATION = "automation"
    US = "us"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Something an agent wrote in a case; ``public`` = meant for the customer."""

    native_id: str
    case_ref: str
    at: datetime
    actor: Actor
    actor_name: str = ""
    """As colleagues know them; empty where the target tells an id alone."""
    actor_id: str = ""
    """Id in the target, the same one in answers and events; empty where it tells none."""
    public: bool = False
    text: str = ""
    deleted: bool = False
    """Deleted or made private since: cancels an Action that is still held."""
    files: tuple[Attachment, ...] = ()


class What(StrEnum):
    """Which aspect of a native case an event changed."""

    CREATED = "created"
    STATUS = "status"
    PRIORITY = "priority"
    OWNER = "owner"
    QUEUE = "queue"
    TIME_WORKED = "time_worked"
    MERGED = "merged"
    DELETED = "deleted"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """What happened to a native case, when, by whom. STATUS values are ``open``, ``waiting``, ``closed``.

    ``native`` is the target's own word for the new status, where it has one.
    """

    native_id: str
    case_ref: str
    at: datetime
    what: What
    value: str = ""
    before: str = ""
    native: str = ""
    actor: Actor = Actor.UNKNOWN
    actor_name: str = ""
    actor_id: str = ""
    """As in ``Answer``."""


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Answers and events of a target, oldest first, and where to resume. Persons merged or deleted ride along."""

    items: tuple[Answer | CaseEvent | PersonMerged | PersonDeleted, ...]
    cursor: Cursor
    more: bool = False
    broken: tuple[Broken, ...] = ()
    """What could not be read; it is set aside, and the cursor goes past it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSnapshot:
    """An open case that we did not make, as it was at ``read_at``."""

    ref: str
    read_at: datetime
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None = None
    subject: str = ""
    text: str = ""
    person_ref: str = ""
    shown: tuple[Shown, ...] = ()
    """Requester's identifiers where the case has no person record."""
    permalinks: tuple[str, ...] = ()
    """Posts that the case names, by address or by message key, for adoption of another connector's cases."""
    url: str = ""


@dataclass(frozen=True, slots=True)
class CasePage:
    """Snapshots of foreign cases and where to resume."""

    cases: tuple[CaseSnapshot, ...]
    cursor: Cursor
    more: bool = False
    broken: tuple[Broken, ...] = ()
    """What could not be read; it is set aside, and the cursor goes past it."""

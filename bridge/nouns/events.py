"""What sources hand over: events in pages, with the cursor to resume after each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bridge.nouns.json_values import Json
    from bridge.nouns.messages import Message, Person, Profile


@dataclass(frozen=True, slots=True)
class Said:
    """A message, new or seen again or edited: revisions are told apart by ``edited_at`` and content."""

    message: Message
    where: str = ""
    """Where it stands in the source (``file:line``, page and index), for people."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """The network says that a message is gone."""

    network: str
    native_id: str
    at: datetime
    scope: str = ""


@dataclass(frozen=True, slots=True)
class StatusSeen:
    """Delivery status of a message of ours: ``sent``, ``delivered``, ``read``, ``failed``."""

    network: str
    native_id: str
    status: str
    at: datetime
    scope: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProfileSeen:
    """A profile as of ``at`` (a renamed handle, a new reach)."""

    profile: Profile
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A CRM's own person, as it is now."""

    person: Person
    where: str = ""


@dataclass(frozen=True, slots=True)
class PersonMerged:
    """The CRM merged ``loser`` into ``winner`` (native ids)."""

    instance: str
    loser: str
    winner: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonDeleted:
    """The CRM deleted a person."""

    instance: str
    native_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UnknownKind:
    """Something the adapter does not know; counted and shown, never guessed."""

    kind: str
    raw: Json = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A row or payload that cannot be read; goes to quarantine with its reason."""

    where: str
    reason: str
    raw: str
    """The text as it was read (undecodable bytes backslash-escaped)."""
    fields: Mapping[str, str] | None = None
    """The row by column names where it got that far; what ``quarantine replay`` starts from."""


SourceEvent: TypeAlias = (
    Said | Deleted | StatusSeen | ProfileSeen | PersonSeen | PersonMerged | PersonDeleted | UnknownKind | Broken
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where to resume, opaque to the engine; the empty cursor is the beginning."""

    value: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a source hands over, and where to resume after it."""

    events: tuple[SourceEvent, ...]
    cursor: Cursor
    more: bool = False
    """True while the source claims that there is more right now."""

"""The nouns of Casebridge, as sources hand them over and targets receive them.

All times are aware UTC datetimes. All values are immutable. ``raw`` payloads ride along but are stored apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.model import Identifier, Relation

Json: TypeAlias = Any
"""A JSON value: null, bool, number, string, list or object."""


class Direction(StrEnum):
    """Who speaks: the customer (in) or the brand (out)."""

    IN = "in"
    OUT = "out"


class Kind(StrEnum):
    """What sort of message it is."""

    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    DIRECT = "direct"
    REVIEW = "review"
    MAIL = "mail"
    CALL = "call"
    SMS = "sms"
    FORM = "form"
    LETTER = "letter"


class Mode(StrEnum):
    """What a stored message may start: a live case, only history, or a closed case of an import."""

    LIVE = "live"
    HISTORY = "history"
    AS_CASE = "as_case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An identifier that a profile or a CRM row shows, already normalised, and in which relation."""

    identifier: Identifier
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person as one network shows them; ``id`` is stable within ``scope`` (app, page, business, server)."""

    network: str
    id: str
    scope: str = ""
    handle: str = ""
    name: str = ""
    reach: int | None = None
    verified: bool | None = None
    url: str = ""
    bio: str = ""
    shown: tuple[Shown, ...] = ()
    """Identifiers beyond its own id and handle: the phone of a WhatsApp user, a mail sender's address."""

    @property
    def key(self) -> str:
        """Return ``network/scope/id``."""
        return f"{self.network}/{self.scope}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a message; fetched later from ``url`` (or read from a local ``path``)."""

    url: str = ""
    path: str = ""
    name: str = ""
    mime: str = ""
    size: int | None = None
    """Bytes, where the source says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing somebody said, keyed by (network, scope, native id), whoever saw it."""

    network: str
    native_id: str
    scope: str = ""
    account: str = ""
    unit: str = ""
    author: Profile | None = None
    direction: Direction = Direction.IN
    kind: Kind = Kind.POST
    public: bool = True
    text: str = ""
    subject: str = ""
    lang: str = ""
    sent_at: datetime | None = None
    edited_at: datetime | None = None
    permalink: str = ""
    thread: str = ""
    """The network's thread id, within (network, scope); empty if it has none."""
    answers: tuple[str, ...] = ()
    """Native ids of the messages that this one answers."""
    answered_by: tuple[str, ...] = ()
    """Native ids of messages that answer this one."""
    attachments: tuple[Attachment, ...] = ()
    rating: float | None = None
    """Stars of a review on a scale of 1 to 5."""
    missed: bool = False
    """A call that nobody took."""
    automatic: bool = False
    """An auto-reply, a bounce, a survey: never opens a case."""
    extra: Mapping[str, Json] = field(default_factory=dict)
    """Further fields of the source, for mappings (``message.extra.NAME``) and rules."""
    raw: Json = None

    @property
    def key(self) -> str:
        """Return ``network/scope/native_id``."""
        return f"{self.network}/{self.scope}/{self.native_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A contact of a CRM; ``instance`` is the connection it was read from."""

    instance: str
    native_id: str
    name: str = ""
    shown: tuple[Shown, ...] = ()
    our_key: str = ""
    """Our own key if the row carries one: then the row is an echo of what we delivered."""
    updated_at: datetime | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)
    raw: Json = None


# --- events of a page ---------------------------------------------------------------------------------


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


# --- what targets get ---------------------------------------------------------------------------------


class Thing(StrEnum):
    """The objects that we deliver."""

    PERSON = "person"
    PROFILE = "profile"
    """The author of messages as one network shows them, where the target has an object for that."""
    CASE = "case"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Reference:
    """A field value that points to another record: our key, and the target's own id once known."""

    thing: Thing
    key: str
    ref: str


@dataclass(frozen=True, slots=True)
class FileContent:
    """An attachment ready to deliver, in the project's attachment folder."""

    key: str
    name: str
    mime: str
    size: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A person, profile, case or message rendered for one target, under our key."""

    thing: Thing
    object: str
    """The target's object name, from the mapping."""
    key: str
    key_field: str
    """The target's field that carries our key; empty where the object has none."""
    fields: Mapping[str, Json | Reference]
    ref: str = ""
    """The target's id: empty for a first delivery."""
    fill_if_empty: frozenset[str] = frozenset()
    """Names of fields to write only where the target's present value is empty."""
    parent: str = ""
    """The target's id of the case that a message is placed in."""
    files: tuple[FileContent, ...] = ()
    idempotency_key: str = ""
    """Frozen with the body: the same through all attempts of one version."""


# --- what targets answer: one outcome per record ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """The record stands in the target under ``ref``."""

    ref: str
    created: bool
    url: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The target took it and settles it later under ``job``."""

    job: str


class Ended(StrEnum):
    """Codes of a refusal from which something follows; any other code is the target's own word."""

    DELETED = "deleted"
    """What is written, or the case that it is to stand in, was there and was deleted: a tombstone, never written again."""
    MERGED = "merged"
    """It was merged into another record: written there once ``activity`` or ``contacts`` has told of the merge."""
    DUPLICATE = "duplicate"
    """The target takes a person for one of ``candidates``: referred to if our identity links it, else a person looks at it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The target will not take this record as it is; ``code`` is one of ``Ended`` where that is why."""

    reason: str
    field: str = ""
    code: str = ""
    candidates: tuple[str, ...] = ()
    """With ``Ended.DUPLICATE``: the target's ids of the persons that it means."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not written for sure; try again ``after`` seconds."""

    after: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it was written; settle by ``find`` before anything else."""

    reason: str = ""


Outcome: TypeAlias = Written | Accepted | Refusal | Retry | Unknown


class Presence(StrEnum):
    """Answer of a look-up by key."""

    FOUND = "found"
    ABSENT = "absent"
    UNSURE = "unsure"
    """Not there, but the target's index may lag: ask again later."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a target knows about one of our keys; ``refs`` has more than one entry for a doubled record."""

    presence: Presence
    ref: str = ""
    refs: tuple[str, ...] = ()
    deleted: bool = False
    merged_into: str = ""
    fields: Mapping[str, Json] = field(default_factory=dict)
    """Present values of the fields that the target reads back, by its field names."""
    parent: str = ""


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
    """What happened to a native case, when, by whom. STATUS values are ``open``, ``waiting``, ``closed``."""

    native_id: str
    case_ref: str
    at: datetime
    what: What
    value: str = ""
    before: str = ""
    actor: Actor = Actor.UNKNOWN
    actor_name: str = ""


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Answers and events of a target, oldest first, and where to resume. Persons merged or deleted ride along."""

    items: tuple[Answer | CaseEvent | PersonMerged | PersonDeleted, ...]
    cursor: Cursor
    more: bool = False


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


# --- actions ------------------------------------------------------------------------------------------


class ActionKind(StrEnum):
    """Something to do on a network."""

    REPLY = "reply"
    LIKE = "like"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE_OWN = "delete_own"
    ANSWERED_BY_HAND = "answered_by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do on a network, at most once per ``key``."""

    key: str
    kind: ActionKind
    connection: str
    network: str
    scope: str
    reply_to: str
    """Native id of the customer's message that is answered or acted upon."""
    recipient: str
    """Profile id of the customer there."""
    public: bool
    account: str = ""
    thread: str = ""
    text: str = ""
    files: tuple[FileContent, ...] = ()
    answered: Kind = Kind.POST
    """What sort of message it answers."""

    @property
    def posted(self) -> Kind:
        """Return what sort of message the answer is: mails and text messages are answered by their like."""
        if self.answered in (Kind.MAIL, Kind.SMS):
            return self.answered
        return Kind.REPLY if self.public else Kind.DIRECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Whether an action can be done now; each "cannot" says why and what could be done instead."""

    can: bool
    reason: str = ""
    alternatives: tuple[str, ...] = ()
    until: datetime | None = None
    """When a reply window closes."""
    max_length: int | None = None
    """In characters, for the text."""


# --- schemas, accounts, budgets -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSchema:
    """One field of a target's object."""

    name: str
    type: str = "string"
    """string, text, integer, number, boolean, datetime, picklist, reference, list."""
    length: int | None = None
    length_unit: str = "characters"
    """characters, utf16 or bytes: the unit that the target counts in."""
    picklist: tuple[str, ...] = ()
    required: bool = False
    createable: bool = True
    updateable: bool = True
    refers_to: str = ""


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """An object of a target with its fields by name."""

    name: str
    fields: Mapping[str, FieldSchema]


@dataclass(frozen=True, slots=True)
class KeyField:
    """A field that carries our key, wanted on an object."""

    object: str
    field: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of ``prepare``: a key field that is there by now (``done``) or is not; ``manual`` where the API cannot."""

    description: str
    done: bool
    manual: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a ``check``: what is right or wrong, and the remedy."""

    ok: bool
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whom we are connected as, and what ``check`` found."""

    name: str
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether every finding is fine."""
        return all(finding.ok for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How much a read would bring: None means unknown."""

    messages: int | None = None
    money: float | None = None
    currency: str = ""


class Share(StrEnum):
    """Whose part of a daily budget a call comes out of; what is spent rests alone."""

    ALL = "all"
    DELIVER = "deliver"
    """Persons, cases and messages."""
    READ = "read"
    """Contacts and foreign cases: imports and crawls."""
    ANSWER = "answer"
    """Agents' answers and events, links, redactions and withdrawals: what is kept in reserve is for these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a system still lets us do; None = no limit known."""

    per_second: float | None = None
    daily_left: int | None = None
    """Calls that deliveries may still make."""
    daily_limit: int | None = None
    resets_at: datetime | None = None
    batch: int = 100
    """Largest number of records in one ``write``."""

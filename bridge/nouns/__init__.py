"""The nouns of Casebridge, as sources hand them over and targets receive them.

All times are aware UTC datetimes. All values are immutable. ``raw`` payloads ride along but are stored apart.
"""

from bridge.nouns.actions import Action, ActionKind, Eligibility
from bridge.nouns.activity import (
    ActivityPage,
    Actor,
    Amendment,
    AmendmentKind,
    Answer,
    CaseEvent,
    CasePage,
    CaseSnapshot,
    What,
)
from bridge.nouns.events import (
    Broken,
    Cursor,
    Deleted,
    Page,
    PersonDeleted,
    PersonMerged,
    PersonSeen,
    ProfileSeen,
    Said,
    SourceEvent,
    StatusSeen,
    UnknownKind,
)
from bridge.nouns.json_values import Json
from bridge.nouns.messages import Attachment, Direction, Kind, Message, Mode, Person, Profile, Shown
from bridge.nouns.outcomes import Accepted, Ended, Found, Outcome, Presence, Refusal, Retry, Unknown, Written
from bridge.nouns.records import FileContent, Record, Reference, Thing
from bridge.nouns.systems import Account, Budget, Estimate, FieldSchema, Finding, KeyField, ObjectSchema, Share, Step

__all__ = [
    "Accepted",
    "Account",
    "Action",
    "ActionKind",
    "ActivityPage",
    "Actor",
    "Amendment",
    "AmendmentKind",
    "Answer",
    "Attachment",
    "Broken",
    "Budget",
    "CaseEvent",
    "CasePage",
    "CaseSnapshot",
    "Cursor",
    "Deleted",
    "Direction",
    "Eligibility",
    "Ended",
    "Estimate",
    "FieldSchema",
    "FileContent",
    "Finding",
    "Found",
    "Json",
    "KeyField",
    "Kind",
    "Message",
    "Mode",
    "ObjectSchema",
    "Outcome",
    "Page",
    "Person",
    "PersonDeleted",
    "PersonMerged",
    "PersonSeen",
    "Presence",
    "Profile",
    "ProfileSeen",
    "Record",
    "Reference",
    "Refusal",
    "Retry",
    "Said",
    "Share",
    "Shown",
    "SourceEvent",
    "StatusSeen",
    "Step",
    "Thing",
    "Unknown",
    "UnknownKind",
    "What",
    "Written",
]

"""All tables. FACTS are append-only (corrections are new facts); DERIVED tables can be emptied and rebuilt.

Hot paths write with Core inserts; nothing here validates, data from outside is typed before it comes here.
Text and raw payloads stand in tables of their own, deletable without touching what the functions need.
"""

from bridge.store.tables.columns import Table
from bridge.store.tables.derived import CaseRow, CustomerRow, Member, Resolved, Stub, Suggestion, Touched
from bridge.store.tables.happened import CaseEventRow, Dirty, ForeignCase, Mint, Placement, Policy, Quarantine
from bridge.store.tables.messages import AttachmentRow, MessageRaw, MessageRow, MessageText, Revision, Tombstone
from bridge.store.tables.outbox import ActionRow, Delivery, Frozen, ReplyWindow
from bridge.store.tables.people import DecisionRow, EvidenceRow, PersonRow, ProfileRow
from bridge.store.tables.running import (
    AlertRow,
    BudgetRow,
    CallCount,
    ConfigVersion,
    Heard,
    Lease,
    Pause,
    Progress,
    Run,
    Setting,
    VaultRow,
)

__all__ = [
    "ActionRow",
    "AlertRow",
    "AttachmentRow",
    "BudgetRow",
    "CallCount",
    "CaseEventRow",
    "CaseRow",
    "ConfigVersion",
    "CustomerRow",
    "DecisionRow",
    "Delivery",
    "Dirty",
    "EvidenceRow",
    "ForeignCase",
    "Frozen",
    "Heard",
    "Lease",
    "Member",
    "MessageRaw",
    "MessageRow",
    "MessageText",
    "Mint",
    "Pause",
    "PersonRow",
    "Placement",
    "Policy",
    "ProfileRow",
    "Progress",
    "Quarantine",
    "ReplyWindow",
    "Resolved",
    "Revision",
    "Run",
    "Setting",
    "Stub",
    "Suggestion",
    "Table",
    "Tombstone",
    "Touched",
    "VaultRow",
]

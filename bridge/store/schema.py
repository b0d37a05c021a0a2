"""The tables as Core objects, for bulk statements and selects."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bridge.store import tables

if TYPE_CHECKING:
    from sqlalchemy import Table


def _core(model: type[tables.Table]) -> Table:
    return cast("Table", model.__table__)  # type: ignore[attr-defined] # SQLModel sets it for table=True


message = _core(tables.MessageRow)
message_text = _core(tables.MessageText)
message_raw = _core(tables.MessageRaw)
revision = _core(tables.Revision)
tombstone = _core(tables.Tombstone)
attachment = _core(tables.AttachmentRow)
profile = _core(tables.ProfileRow)
person = _core(tables.PersonRow)
evidence = _core(tables.EvidenceRow)
decision = _core(tables.DecisionRow)
case_event = _core(tables.CaseEventRow)
foreign_case = _core(tables.ForeignCase)
placement = _core(tables.Placement)
policy = _core(tables.Policy)
mint = _core(tables.Mint)
dirty = _core(tables.Dirty)
quarantine = _core(tables.Quarantine)
resolved = _core(tables.Resolved)
touched = _core(tables.Touched)
stub = _core(tables.Stub)
member = _core(tables.Member)
customer = _core(tables.CustomerRow)
case = _core(tables.CaseRow)
suggestion = _core(tables.Suggestion)
delivery = _core(tables.Delivery)
frozen = _core(tables.Frozen)
action = _core(tables.ActionRow)
reply_window = _core(tables.ReplyWindow)
progress = _core(tables.Progress)
heard = _core(tables.Heard)
budget = _core(tables.BudgetRow)
call_count = _core(tables.CallCount)
vault = _core(tables.VaultRow)
alert = _core(tables.AlertRow)
pause = _core(tables.Pause)
lease = _core(tables.Lease)
run = _core(tables.Run)
config_version = _core(tables.ConfigVersion)
setting = _core(tables.Setting)

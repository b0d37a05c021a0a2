"""Write a batch, one call a record: what stands under our key is adopted, later deliveries go by number."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.django_helpdesk.errors import LATER, Declined
from adapters.django_helpdesk.names import COMMENT, FOLLOWUP, OPEN, PATHS, STATUS, TICKET
from adapters.django_helpdesk.texts import mark_of, marked, plain, verbatim
from bridge.errors import AuthError, ConfigError, RateLimited, Transient, Uncertain
from bridge.nouns import Ended, Refusal, Retry, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.django_helpdesk.client import Row
    from adapters.django_helpdesk.helpdesk import Helpdesk
    from bridge.nouns import Found, Outcome, Record

_LOST = 3
"""So many answers may be lost in a batch before the rest is left for later."""


@dataclass(slots=True)
class Batch:
    """One batch on its way."""

    desk: Helpdesk
    known: Mapping[str, Found]
    cases: Mapping[str, Row]
    """Tickets that new messages of this batch go into, as they stood before it."""
    first: dict[str, Outcome] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    """Cases in which nothing more may be written now, because an earlier message may not stand."""
    lost: int = 0

    def write(self, record: Record) -> Outcome:
        """Write one record."""
        values = self.desk.schemas.checked(record)
        if isinstance(values, Refusal):
            return values
        if record.object == TICKET:
            return self._update_ticket(record, values) if record.ref else self._ticket(record, values)
        return self._edit(record, values) if record.ref else self._followup(record, values)

    def _ticket(self, record: Record, values: dict[str, Any]) -> Outcome:
        found = self.known.get(record.key)
        if found is not None:
            return _ended(found) or Written(found.ref, created=False, url=self.desk.url(found.ref))
        status = values.pop(STATUS, OPEN)
        row = self.desk.client.write("POST", PATHS[TICKET], {**values, self.desk.finder.key_field: record.key})
        ref = str(row["id"])
        self.desk.finder.add(record.key, ref)
        if row.get(self.desk.finder.key_field) != record.key:
            reason = f"Ticket {ref} was created without our key: give it the custom field {self.desk.finder.key_field}, and delete the ticket."
            return Refusal(reason, field=self.desk.finder.key_field, code="dropped")
        if status != row[STATUS]:  # every ticket begins as open, whatever was sent
            self.desk.client.write("PATCH", f"{PATHS[TICKET]}{ref}/", {STATUS: status})
        return Written(ref, created=True, url=self.desk.url(ref))

    def _update_ticket(self, record: Record, values: Mapping[str, Any]) -> Outcome:
        row = self.desk.finder.ticket(record.ref)
        if row is None:
            return _gone(record.ref)
        if row["merged_to"]:
            return Refusal(f"Ticket {record.ref} was merged into {row['merged_to']}.", code=Ended.MERGED)
        changes = _changes(record, values, row)
        if changes:
            self.desk.client.write("PATCH", f"{PATHS[TICKET]}{record.ref}/", changes)
        return Written(record.ref, created=False, url=self.desk.url(record.ref))

    def _followup(self, record: Record, values: Mapping[str, Any]) -> Outcome:
        if record.parent in self.stopped:
            return Retry(0, "after the message before")
        case = self.cases.get(record.parent)
        if case is None:
            return _gone(record.parent)
        url = self.desk.url(record.parent)
        for each in case["followup_set"]:
            if mark_of(each[COMMENT]) == record.key:
                return Written(str(each["id"]), created=False, url=url)
        if case["merged_to"]:
            return Refusal(f"Ticket {record.parent} was merged into {case['merged_to']}.", code=Ended.MERGED)
        said = {**values, "ticket": case["id"], COMMENT: verbatim(marked(str(values[COMMENT]), record.key))}
        said.setdefault("public", False)
        return Written(str(self._said(record, said)["id"]), created=True, url=url)

    def _said(self, record: Record, said: Mapping[str, Any]) -> Row:
        if not record.files:
            return dict(self.desk.client.write("POST", PATHS[FOLLOWUP], said))
        files = [(each.name or each.key, Path(each.path).read_bytes(), each.mime) for each in record.files]
        form = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in said.items()}
        return dict(self.desk.client.upload(PATHS[FOLLOWUP], form, files))

    def _edit(self, record: Record, values: Mapping[str, Any]) -> Outcome:
        """Change a follow-up in place; edits are not rendered as templates, so they go as they are."""
        row = self.desk.finder.followup(record.ref)
        if row is None:
            return _gone(record.ref)
        now = {**row, COMMENT: plain(row[COMMENT])}
        changes = _changes(record, values, now)
        if COMMENT in changes:
            changes[COMMENT] = marked(str(changes[COMMENT]), record.key)
        if changes:
            self.desk.client.write("PATCH", f"{PATHS[FOLLOWUP]}{record.ref}/", changes)
        return Written(record.ref, created=False, url=self.desk.url(str(row["ticket"])))


def write(desk: Helpdesk, name: str, records: Sequence[Record]) -> list[Outcome]:
    """Write records of one object. Raises only where nothing was written."""
    desk.schemas.of(name)
    new = {record.key for record in records if not record.ref}
    known = desk.finder.tickets(new) if name == TICKET and new else {}
    batch = Batch(desk, known, desk.finder.several({record.parent for record in records if not record.ref}))
    outcomes: list[Outcome] = []
    for record in records:
        outcomes.append(_one(batch, record, outcomes))
    return outcomes


def _one(batch: Batch, record: Record, before: Sequence[Outcome]) -> Outcome:
    if not record.ref and record.key in batch.first:
        again = batch.first[record.key]
        return replace(again, created=False) if isinstance(again, Written) else again
    if batch.lost >= _LOST:
        return Retry(LATER, "answers are lost; the rest of the batch waits")
    try:
        outcome = batch.write(record)
    except Declined as declined:
        outcome = declined.refusal
    except Uncertain as lost:
        batch.lost += 1
        outcome = Unknown(str(lost))
    except (AuthError, ConfigError, Transient) as stop:
        if not any(isinstance(each, (Written, Unknown)) for each in before):
            raise
        outcome = Retry(stop.retry_after if isinstance(stop, RateLimited) else LATER, str(stop))
    if isinstance(outcome, (Unknown, Retry)) and record.parent:
        batch.stopped.add(record.parent)
    if not record.ref:
        batch.first[record.key] = outcome
    return outcome


def _changes(record: Record, values: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if value != now.get(name) and not (name in record.fill_if_empty and now.get(name) not in (None, ""))
    }


def _ended(found: Found) -> Refusal | None:
    if found.deleted:
        return Refusal(f"Ticket {found.ref} was deleted in django-helpdesk.", code=Ended.DELETED)
    if found.merged_into:
        return Refusal(f"Ticket {found.ref} was merged into {found.merged_into}.", code=Ended.MERGED)
    return None


def _gone(ref: str) -> Refusal:
    """Say that it was deleted: a number that was given once is not used again."""
    if ref.isdecimal():
        return Refusal(f"{ref} was deleted in django-helpdesk.", code=Ended.DELETED)
    return Refusal(f"django-helpdesk has nothing under {ref!r}.", code="not_found")

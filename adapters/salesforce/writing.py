"""Write a batch: look first, insert under the unique key, update by id; one outcome for each record."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapters.salesforce import bulk, collections, cutover, files
from adapters.salesforce.errors import ASK_AGAIN
from adapters.salesforce.looking import find, find_beside, is_id, standing, survivors
from adapters.salesforce.org import CASE, MERGEABLE
from adapters.salesforce.rows import accounts_of, changed_row, new_row
from adapters.salesforce.wording import FULL
from bridge.errors import BudgetSpent, CasebridgeError
from bridge.nouns import Ended, Presence, Refusal, Retry, Share, Thing, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.salesforce.org import Org
    from bridge.nouns import Found, Outcome, Record

GONE = Refusal("It was deleted in Salesforce.", code=Ended.DELETED)
CASE_GONE = Refusal("The case that it belongs to was deleted in Salesforce.", "parent", Ended.DELETED)


def write(org: Org, records: Sequence[Record]) -> list[Outcome]:
    """Write records of one object. Raises what is known to have left no trace."""
    creates = {record.key: record for record in records if not record.ref}
    updates = [record for record in records if record.ref]
    contacts = contacts_of(org, accounts_of(records))
    sending = collections.Sending()
    creating, updating = _creates(org, list(creates.values())), _updates(org, updates)
    created = _create(org, creating, contacts, sending)
    updated = _update(org, updating, contacts, sending)
    seen: set[str] = set()
    outcomes = []
    for record in records:
        outcome = updated[record.ref] if record.ref else created[record.key]
        outcomes.append(_again(outcome) if not record.ref and record.key in seen else outcome)
        seen |= set() if record.ref else {record.key}
    return files.attach(org, records, _unless_full(org, outcomes))


def _unless_full(org: Org, outcomes: list[Outcome]) -> list[Outcome]:
    """Stop deliveries where the org's storage is full, instead of setting each record aside; deletions go on."""
    full = [each for each in outcomes if isinstance(each, Refusal) and each.code == FULL]
    if not full:
        return outcomes
    if len(full) == len(outcomes):
        raise BudgetSpent(full[0].reason, until=org.client.clock.now() + ASK_AGAIN, share=Share.DELIVER)
    wait = Retry(ASK_AGAIN.total_seconds(), full[0].reason)
    return [wait if each in full else each for each in outcomes]


@dataclass(slots=True)
class _Plan:
    """Records to send, and the outcomes of those that need no sending, by key or id."""

    going: list[Record] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    present: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def adopted(org: Org, object_name: str, found: Found) -> Outcome:
    """Return what a key that stands there already means; nothing is overwritten."""
    if found.deleted:
        return GONE
    if found.merged_into:
        return Written(found.merged_into, created=False)
    return Written(found.ref, created=False, url=org.client.link(object_name, found.ref))


def contacts_of(org: Org, accounts: set[str]) -> dict[str, str]:
    """Return the contact of each person account: what a case refers to."""
    rows = standing(org, "Account", accounts, ["PersonContactId"]) if accounts else {}
    return {account: row["PersonContactId"] for account, row in rows.items() if row.get("PersonContactId")}


def _again(outcome: Outcome) -> Outcome:
    return replace(outcome, created=False) if isinstance(outcome, Written) else outcome


def _creates(org: Org, records: Sequence[Record]) -> _Plan:
    """Look up what stands there already, and what its case has become."""
    if not records:
        return _Plan()
    name = records[0].object
    cases = {record.parent for record in records if record.thing is Thing.MESSAGE and is_id(record.parent)}
    there, rows = find_beside(org, name, [record.key for record in records], cases)
    placed, outcomes = _placed(org, records, rows)
    for record in placed:
        if there[record.key].presence is Presence.FOUND:
            outcomes[record.key] = adopted(org, name, there[record.key])
    return _Plan(sorted((each for each in placed if each.key not in outcomes), key=_parent), outcomes)


def _create(org: Org, plan: _Plan, contacts: Mapping[str, str], sending: collections.Sending) -> dict[str, Outcome]:
    if not plan.going:
        return plan.outcomes
    name = plan.going[0].object
    plan.outcomes |= cutover.adopt(org, name, plan.going, sending)
    plan.going = [record for record in plan.going if record.key not in plan.outcomes]
    rows = [new_row(org, record, contacts) for record in plan.going]
    if org.settings.bulk_from and len(rows) >= org.settings.bulk_from:
        sent = bulk.submit(org, plan.going, rows, sending)
    else:
        sent = collections.insert(org, name, rows, sending)
        sent = _adopt_duplicates(org, name, plan.going, sent)
    return plan.outcomes | {record.key: outcome for record, outcome in zip(plan.going, sent, strict=True)}


def _placed(
    org: Org, records: Sequence[Record], rows: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Record], dict[str, Outcome]]:
    """Return messages with the case that stands in place of a merged one, and refuse those whose case is gone."""
    ends = survivors(org, CASE, [row for row in rows.values() if row["MasterRecordId"]])
    placed: list[Record] = []
    refused: dict[str, Outcome] = {}
    for record in records:
        row = rows.get(record.parent)
        if row is None:
            placed.append(record)
        elif end := ends.get(row["Id"], "" if row["IsDeleted"] else record.parent):
            placed.append(replace(record, parent=end))
        else:
            refused[record.key] = CASE_GONE
    return placed, refused


def _parent(record: Record) -> str:
    """Return what rows lock together: rows of one parent stand side by side."""
    account = record.fields.get("AccountId") or record.fields.get("ContactId") or ""
    return record.parent or str(getattr(account, "ref", account))


def _adopt_duplicates(org: Org, name: str, records: Sequence[Record], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Somebody was faster with the same key: what stands there is adopted."""
    taken = [record.key for record, outcome in zip(records, outcomes, strict=True) if _is_taken(outcome)]
    try:
        there = find(org, name, taken)
    except CasebridgeError as error:
        wait = Retry(1, str(error))
        return [wait if _is_taken(outcome) else outcome for outcome in outcomes]
    return [
        adopted(org, name, there[record.key])
        if record.key in there and there[record.key].presence is Presence.FOUND
        else outcome
        for record, outcome in zip(records, outcomes, strict=True)
    ]


def _is_taken(outcome: Outcome) -> bool:
    return isinstance(outcome, Refusal) and outcome.code == "DUPLICATE_VALUE"


def _updates(org: Org, records: Sequence[Record]) -> _Plan:
    """Read what is to be filled only if empty, and what was merged or deleted meanwhile."""
    if not records:
        return _Plan()
    name = records[0].object
    fills = sorted({each for record in records for each in record.fill_if_empty})
    present = standing(org, name, {record.ref for record in records}, fills) if fills or name in MERGEABLE else {}
    plan = _Plan(present=present)
    for record in records:
        row = present.get(record.ref, {})
        if row.get("MasterRecordId"):
            plan.outcomes[record.ref] = Refusal(f"It was merged into {row['MasterRecordId']}.", code=Ended.MERGED)
        elif row.get("IsDeleted"):
            plan.outcomes[record.ref] = GONE
        else:
            plan.going.append(record)
    plan.going.sort(key=_parent)
    return plan


def _update(org: Org, plan: _Plan, contacts: Mapping[str, str], sending: collections.Sending) -> dict[str, Outcome]:
    if not plan.going:
        return plan.outcomes
    rows = [changed_row(org, record, contacts, plan.present.get(record.ref, {})) for record in plan.going]
    sent = collections.update(org, plan.going[0].object, rows, sending)
    return plan.outcomes | {record.ref: outcome for record, outcome in zip(plan.going, sent, strict=True)}

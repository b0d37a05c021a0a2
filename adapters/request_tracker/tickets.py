"""Write cases as tickets: created in bulk and read back, because a 201 tells nothing of what was dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.request_tracker.errors import Declined
from adapters.request_tracker.names import (
    CONTENT,
    DELETED,
    OWNER,
    QUEUE,
    REQUESTOR,
    STATUS,
    TICKET,
    custom_name,
)
from adapters.request_tracker.values import custom_values, is_empty, own_values, present, same
from adapters.request_tracker.wording import INITIAL, refusal
from bridge.errors import Uncertain
from bridge.nouns import Ended, Refusal, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.request_tracker.looking import Row
    from adapters.request_tracker.tracker import Tracker
    from bridge.nouns import Found, Outcome, Record

_ALONE = (STATUS, QUEUE, OWNER)
"""Changes that Request Tracker may refuse for reasons that only it knows: each is tried before the rest."""
_UNREAD = (CONTENT,)
_STAYS_DROPPED = (OWNER, REQUESTOR)
"""Whom a ticket may do without: an owner without rights leaves it to its queue."""

Wanted = tuple["Record", dict[str, Any]]


def create(tracker: Tracker, wanted: Mapping[int, Wanted], done: dict[int, Outcome]) -> None:
    """Create tickets in one call; whatever stands under our key is adopted as it is."""
    known = tracker.finder.tickets_by_key([record.key for record, _ in wanted.values()])
    safe = _requestors(tracker, wanted)
    new: dict[int, dict[str, Any]] = {}
    for place, (record, values) in wanted.items():
        person = values.get(REQUESTOR, "")
        if record.key in known:
            done[place] = _adopted(tracker, known[record.key])
        elif person and person not in safe:
            reason = f"Request Tracker has no user {person}, or he is disabled."
            done[place] = Refusal(reason, field=REQUESTOR, code="not_found")
        else:
            mailed = person and not safe[person]
            told = {name: value for name, value in values.items() if not (mailed and name == REQUESTOR)}
            new[place] = {**told, record.key_field: record.key}
    made = _made(tracker, new, done)
    # Some statuses can be reached and not begun with: such a ticket begins as the lifecycle wants, and goes there.
    late = {place: values for place, values in new.items() if _code(done[place]) == INITIAL}
    begun = {place: {name: values[name] for name in values if name != STATUS} for place, values in late.items()}
    made |= _made(tracker, begun, done)
    rows = tracker.finder.tickets(list(made.values()))
    for place, ref in made.items():
        record = wanted[place][0]
        done[place] = _complete(tracker, record, ref, rows.get(ref), begun.get(place, new[place]))
        if place in late and isinstance(done[place], Written):
            wrong = _changed(tracker, ref, {STATUS: late[place][STATUS]})
            if wrong:
                _take_back(tracker, ref, record.key_field)
                done[place] = wrong


def _made(tracker: Tracker, new: Mapping[int, dict[str, Any]], done: dict[int, Outcome]) -> dict[int, str]:
    """Create tickets in one call; return their numbers, and note who was refused."""
    if not new:
        return {}
    answers = tracker.client.write("POST", "tickets/bulk", [_body(values) for values in new.values()]).json()
    if len(answers) != len(new):
        message = "Request Tracker answered for another number of tickets; they are looked up by key."
        raise Uncertain(message)
    made: dict[int, str] = {}
    for place, answer in zip(new, answers, strict=True):
        if answer.get("id"):
            made[place] = str(answer["id"])
            done[place] = Unknown("it was created and not read back")
        else:
            done[place] = refusal(str(answer.get("message") or ""))
    return made


def _code(outcome: Outcome) -> str:
    return outcome.code if isinstance(outcome, Refusal) else ""


def update(tracker: Tracker, wanted: Mapping[int, Wanted], done: dict[int, Outcome]) -> None:
    """Change tickets by number; what did not change there, whatever the status said, is refused."""
    rows = tracker.finder.tickets([record.ref for record, _ in wanted.values()])
    for place, (record, values) in wanted.items():
        ended = gone(record.ref, rows.get(record.ref))
        done[place] = ended or _updated(tracker, record, rows[record.ref], values)


def gone(ref: str, row: Row | None) -> Refusal | None:
    """Return why nothing is written to a ticket any more."""
    if row is None:
        return Refusal(f"Request Tracker has no ticket {ref}.", code="not_found")
    if row["Status"] == DELETED:
        return Refusal(f"Ticket {ref} was deleted in Request Tracker.", code=Ended.DELETED)
    if str(row["EffectiveId"]) != ref:
        return Refusal(f"Ticket {ref} was merged into {row['EffectiveId']}.", code=Ended.MERGED)
    return None


def _adopted(tracker: Tracker, found: Found) -> Outcome:
    if found.deleted:
        return Refusal(f"Ticket {found.ref} was deleted in Request Tracker.", code=Ended.DELETED)
    if found.merged_into:
        return Refusal(f"Ticket {found.ref} was merged into {found.merged_into}.", code=Ended.MERGED)
    return Written(found.ref, created=False, url=tracker.url(found.ref))


def _requestors(tracker: Tracker, wanted: Mapping[int, Wanted]) -> dict[str, bool]:
    """Return the persons who are there; True: scrips that mail requestors do not reach them, or may."""
    asked = {values[REQUESTOR] for _, values in wanted.values() if values.get(REQUESTOR)}
    rows = tracker.finder.users("id", asked) if asked else {}
    may = tracker.settings.mail_requestors
    return {ref: may or not row.get("EmailAddress") for ref, row in rows.items() if not row["Disabled"]}


def _body(values: Mapping[str, Any]) -> dict[str, Any]:
    body = {**own_values(values), "CustomFields": custom_values(values)}
    if REQUESTOR in body:
        body[REQUESTOR] = [body[REQUESTOR]]
    return body


def _complete(tracker: Tracker, record: Record, ref: str, row: Row | None, values: Mapping[str, Any]) -> Outcome:
    """Read a new ticket back; one that lost a field is taken back, so that the next attempt is the first."""
    schema = tracker.schemas.of(TICKET).fields
    if row is None:
        return Unknown("it was created and cannot be read: give our user ShowTicket in the queue")
    found = present(row)
    for name in (record.key_field, *values):
        if name in _UNREAD or name in _STAYS_DROPPED or same(schema[name], values[name], found.get(name)):
            continue
        _take_back(tracker, ref, record.key_field)
        what = custom_name(name) or name
        rights = "SetInitialCustomField and ModifyCustomField" if custom_name(name) else "ModifyTicket"
        reason = f"Request Tracker dropped {what} without a word: give our user {rights} in the queue, or take it out of the mapping."
        return Refusal(reason, field=name, code="dropped")
    return Written(ref, created=True, url=tracker.url(ref))


def _take_back(tracker: Tracker, ref: str, key_field: str) -> None:
    """Delete a ticket that nobody has seen, its key first: a key in a deleted ticket would be a tombstone."""
    try:
        tracker.client.write("PUT", f"ticket/{ref}", {"CustomFields": {custom_name(key_field): ""}})
        tracker.client.write("DELETE", f"ticket/{ref}")
    except Declined:  # it stays, without its fields; the refusal says which right is missing
        return


def _updated(tracker: Tracker, record: Record, row: Row, values: Mapping[str, Any]) -> Outcome:
    schema, now = tracker.schemas.of(TICKET).fields, present(row)
    changes = {
        name: value
        for name, value in values.items()
        if name not in _UNREAD
        and name != record.key_field
        and not same(schema[name], value, now.get(name))
        and not (name in record.fill_if_empty and not _nobody(now.get(name)))
    }
    changes = _without_mail(tracker, changes)
    if REQUESTOR in changes and changes[REQUESTOR] is None:
        return Refusal(f"Request Tracker has no user {values[REQUESTOR]}.", field=REQUESTOR, code="not_found")
    for step in (*({name: changes[name]} for name in _ALONE if name in changes), _rest(changes)):
        wrong = _changed(tracker, record.ref, step) if step else None
        if wrong:
            return wrong
    return Written(record.ref, created=False, url=tracker.url(record.ref))


def _without_mail(tracker: Tracker, changes: dict[str, Any]) -> dict[str, Any]:
    """Leave out a requestor whom scrips would mail; None stands for one who is not there."""
    if REQUESTOR not in changes:
        return changes
    rows = tracker.finder.users("id", [changes[REQUESTOR]])
    row = rows.get(str(changes[REQUESTOR]))
    if row is None or row["Disabled"]:
        return {**changes, REQUESTOR: None}
    if row.get("EmailAddress") and not tracker.settings.mail_requestors:
        return {name: value for name, value in changes.items() if name != REQUESTOR}
    return changes


def _rest(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if name not in _ALONE}


def _changed(tracker: Tracker, ref: str, changes: Mapping[str, Any]) -> Refusal | None:
    try:
        said = tracker.client.write("PUT", f"ticket/{ref}", _body(changes)).json()
    except Declined as declined:
        return declined.refusal
    row = tracker.finder.ticket(ref)
    now, schema = present(row or {}), tracker.schemas.of(TICKET).fields
    for name, value in changes.items():
        if not same(schema[name], value, now.get(name)):
            return refusal("; ".join(str(each) for each in said if each), field=name)
    return None


def _nobody(value: Any) -> bool:  # noqa: ANN401 - values of any field
    return is_empty(value) or value in ("Nobody", 0)

"""One-shot changes of what stands: each takes effect once, however often it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.request_tracker.errors import LATER, Declined
from adapters.request_tracker.looking import of_custom
from adapters.request_tracker.messages import comment
from adapters.request_tracker.names import DELETED, NAME, PERSONAL, TICKET, custom_name
from adapters.request_tracker.tickets import gone
from adapters.request_tracker.wording import refusal
from bridge.errors import RateLimited, Transient, Uncertain
from bridge.nouns import AmendmentKind, Ended, Outcome, Refusal, Retry, Thing, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.request_tracker.looking import Row
    from adapters.request_tracker.tracker import Tracker
    from bridge.nouns import Amendment

REDACTED = "[redacted]"
REOPENED = "Reopened by Casebridge: the customer wrote again."
_LINKED = ("Link already exists", " refers to ")
_SHREDDER = (
    "By hand: an administrator removes it under Admin > Tools > Shredder (Attachments, or Tickets as a whole); "
    "no interface of Request Tracker 5 changes what was said."
)


class Declining(Exception):
    """An amendment cannot be done; carries the refusal."""

    def __init__(self, why: Refusal) -> None:
        """Say why and, where it can be, how a person does it."""
        self.refusal = why
        super().__init__(why.reason)


def amend(tracker: Tracker, amendments: Sequence[Amendment]) -> list[Outcome]:
    """Do amendments one by one. Raises only where none was done."""
    outcomes: list[Outcome] = []
    for each in amendments:
        try:
            outcomes.append(_done(tracker, each))
        except (RateLimited, Transient) as stop:
            if not outcomes and not isinstance(stop, Uncertain):
                raise
            outcomes.append(_stopped(stop))
    return outcomes


def _done(tracker: Tracker, amendment: Amendment) -> Outcome:
    try:
        _DOING[amendment.kind](tracker, amendment)
    except Declining as declining:
        return declining.refusal
    except Declined as declined:
        return declined.refusal
    return Written(amendment.ref, created=True)


def _stopped(stop: Transient) -> Outcome:
    if isinstance(stop, Uncertain):
        return Unknown(str(stop))
    return Retry(stop.retry_after if isinstance(stop, RateLimited) else LATER, str(stop))


def _ticket(tracker: Tracker, ref: str) -> Row:
    """Return a ticket that stands, or the one that it was merged into."""
    row = tracker.finder.ticket(ref) if ref.isdecimal() else None
    why = gone(str(row["id"]) if row else ref, row)
    if why is not None or row is None:
        raise Declining(why or Refusal(f"Request Tracker has no ticket {ref}.", code="not_found"))
    return row


def _link(tracker: Tracker, amendment: Amendment) -> None:
    here, there = _ticket(tracker, amendment.ref), _ticket(tracker, amendment.other_ref)
    if here["id"] == there["id"]:
        return
    said = tracker.client.write("PUT", f"ticket/{here['id']}", {"AddRefersTo": there["id"]}).json()
    if not any(word in str(each) for each in said for word in _LINKED):
        why = refusal("; ".join(map(str, said)))
        by_hand = f"By hand: ticket {here['id']} > Links > Refers to: {there['id']}."
        raise Declining(Refusal(f"{why.reason} {by_hand}", code=why.code or "not_linked"))


def _tag(tracker: Tracker, amendment: Amendment) -> None:
    row, name = _ticket(tracker, amendment.ref), tracker.settings.tags_field
    tags = of_custom(row, name)
    if amendment.text in tags:
        return
    body = {"CustomFields": {name: [*tags, amendment.text]}}
    tracker.client.write("PUT", f"ticket/{row['id']}", body, etag=row["_etag"])
    if amendment.text not in of_custom(_ticket(tracker, amendment.ref), name):
        reason = (
            f"The tag was dropped: create the custom field {name} for tickets (Enter multiple values) under Admin > "
            f"Custom Fields and let our user modify it. By hand: write {amendment.text!r} into ticket {row['id']}."
        )
        raise Declining(Refusal(reason, field=name, code="dropped"))


def _note(tracker: Tracker, amendment: Amendment) -> None:
    _has_change_field(tracker)
    row = _ticket(tracker, amendment.ref)
    comment(tracker, str(row["id"]), amendment.text, amendment.key)


def _reopen(tracker: Tracker, amendment: Amendment) -> None:
    """Take the first way out of a closed status that the lifecycle offers; a note remembers that it was done."""
    _has_change_field(tracker)
    row = _ticket(tracker, amendment.ref)
    ref = str(row["id"])
    if ref in tracker.finder.active([ref]) or amendment.key in tracker.finder.changes({amendment.key: ref}):
        return
    # Only transitions with a button of their own are told.
    ways = [each["to"] for each in row["_hyperlinks"] if each.get("ref") == "lifecycle"]
    way = next((each for each in ways if each not in tracker.settings.closed), tracker.settings.reopen_to)
    tracker.client.write("PUT", f"ticket/{ref}", {"Status": way})
    if ref not in tracker.finder.active([ref]):
        reason = (
            f"The lifecycle takes ticket {ref} from {row['Status']} to no open status that we know: name one as "
            f"reopen_to in the settings. By hand: open ticket {ref} and choose another status."
        )
        raise Declining(Refusal(reason, field="Status", code="transition"))
    comment(tracker, ref, REOPENED, amendment.key)


def _redact(tracker: Tracker, amendment: Amendment) -> None:
    if amendment.thing is not Thing.PERSON:
        raise Declining(Refusal(f"What was said stays in Request Tracker. {_SHREDDER}", code="unsupported"))
    row = _user(tracker, amendment.ref)
    emptied = {name: "" for name in PERSONAL if row.get(name)}
    tracker.client.write("PUT", f"user/{amendment.ref}", {**emptied, "RealName": REDACTED})
    now = _user(tracker, amendment.ref)
    left = [name for name in emptied if now.get(name)]
    if left:
        reason = f"{', '.join(left)} could not be emptied: do it by hand under Admin > Users > {now[NAME]}."
        raise Declining(Refusal(reason, field=left[0], code="dropped"))


def _withdraw(tracker: Tracker, amendment: Amendment) -> None:
    if amendment.thing is Thing.PERSON:
        row = _user(tracker, amendment.ref)
        _is_ours(bool(str(row[NAME]).startswith("cb1-")), f"User {amendment.ref}", "disable it under Admin > Users")
        if str(row.get("Disabled")) != "1":  # to disable somebody twice ends in a 500
            tracker.client.write("DELETE", f"user/{amendment.ref}")
    elif amendment.thing is Thing.CASE:
        _delete(tracker, amendment.ref)
    else:
        raise Declining(Refusal(f"A message cannot be taken out of a ticket. {_SHREDDER}", code="unsupported"))


def _delete(tracker: Tracker, ref: str) -> None:
    row = tracker.finder.ticket(ref) if ref.isdecimal() else None
    if row is not None and row["Status"] == DELETED:
        return
    row = _ticket(tracker, ref)
    if str(row["id"]) != ref:
        raise Declining(Refusal(f"Ticket {ref} was merged into {row['id']}.", code=Ended.MERGED))
    ours = of_custom(row, custom_name(tracker.finder.key_field(TICKET)))
    _is_ours(bool(ours), f"Ticket {ref}", "delete it in Request Tracker")
    tracker.client.write("DELETE", f"ticket/{ref}")


def _is_ours(ours: bool, what: str, by_hand: str) -> None:  # noqa: FBT001 - a finding
    if not ours:
        raise Declining(Refusal(f"{what} was not made by us. By hand: {by_hand}.", code="foreign"))


def _user(tracker: Tracker, ref: str) -> Row:
    row: Row | None = tracker.client.found(f"user/{ref}") if ref.isdecimal() else None
    if row is None:
        raise Declining(Refusal(f"Request Tracker has no user {ref}.", code="not_found"))
    return row


def _has_change_field(tracker: Tracker) -> None:
    """Refuse what could be done twice: without the field it is not known that it was done."""
    name = tracker.settings.change_field
    if f"CF.{{{name}}}" not in tracker.schemas.of("Transaction").fields:
        reason = f"There is no custom field {name} of transactions: casebridge check says how to create it."
        raise Declining(Refusal(reason, field=name, code="unknown_field"))


_DOING: Mapping[AmendmentKind, Callable[[Tracker, Amendment], None]] = {
    AmendmentKind.LINK: _link,
    AmendmentKind.TAG: _tag,
    AmendmentKind.NOTE: _note,
    AmendmentKind.REOPEN: _reopen,
    AmendmentKind.REDACT: _redact,
    AmendmentKind.WITHDRAW: _withdraw,
}

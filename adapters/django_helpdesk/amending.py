"""One-shot changes of what stands: each takes effect once, however often it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.django_helpdesk.errors import LATER, Declined
from adapters.django_helpdesk.names import COMMENT, FOLLOWUP, PATHS, REOPENED, STATUS, TICKET
from adapters.django_helpdesk.texts import change_marked, change_of, mark_of, marked, verbatim
from bridge.errors import RateLimited, Transient, Uncertain
from bridge.nouns import AmendmentKind, Ended, Outcome, Refusal, Retry, Thing, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.django_helpdesk.client import Row
    from adapters.django_helpdesk.helpdesk import Helpdesk
    from bridge.nouns import Amendment

REDACTED = "[redacted]"
RELATED = "Related: ticket {ref}, {url}"
REOPENED_TEXT = "Reopened by Casebridge: the customer wrote again."


class Declining(Exception):
    """An amendment cannot be done; carries the refusal."""

    def __init__(self, reason: str, code: str, field: str = "") -> None:
        """Say why and, where it can be, how a person does it."""
        self.refusal = Refusal(reason, field=field, code=code)
        super().__init__(reason)


def amend(desk: Helpdesk, amendments: Sequence[Amendment]) -> list[Outcome]:
    """Do amendments one by one. Raises only where none was done."""
    outcomes: list[Outcome] = []
    for each in amendments:
        try:
            outcomes.append(_done(desk, each))
        except Uncertain as lost:
            outcomes.append(Unknown(str(lost)))
        except Transient as stop:
            if not outcomes:
                raise
            outcomes.append(Retry(stop.retry_after if isinstance(stop, RateLimited) else LATER, str(stop)))
    return outcomes


def _done(desk: Helpdesk, amendment: Amendment) -> Outcome:
    try:
        _DOING[amendment.kind](desk, amendment)
    except Declining as declining:
        return declining.refusal
    except Declined as declined:
        return declined.refusal
    return Written(amendment.ref, created=True)


def _ticket(desk: Helpdesk, ref: str) -> Row:
    row = desk.finder.ticket(ref)
    if row is None:
        code = Ended.DELETED if ref.isdecimal() else "not_found"
        raise Declining(f"django-helpdesk has no ticket {ref}.", code)
    if row["merged_to"]:
        raise Declining(f"Ticket {ref} was merged into {row['merged_to']}.", Ended.MERGED)
    return row


def _link(desk: Helpdesk, amendment: Amendment) -> None:
    """Name the other ticket in a private follow-up: the interface makes no dependencies."""
    row, other = _ticket(desk, amendment.ref), _ticket(desk, amendment.other_ref)
    if not _was_done(row, amendment.key):
        _say(desk, row, RELATED.format(ref=other["id"], url=desk.url(str(other["id"]))), amendment.key)


def _tag(desk: Helpdesk, amendment: Amendment) -> None:
    row, name = _ticket(desk, amendment.ref), desk.settings.tags_field
    if name not in row:
        by_hand = f"Create the custom field {name.removeprefix('custom_')} (text) under Admin > Helpdesk. By hand: note {amendment.text!r}."
        raise Declining(f"There is no field for tags. {by_hand}", "unknown_field", name)
    tags = [each for each in str(row[name] or "").splitlines() if each]
    if amendment.text not in tags:
        _patch(desk, TICKET, amendment.ref, {name: "\n".join([*tags, amendment.text])})


def _note(desk: Helpdesk, amendment: Amendment) -> None:
    row = _ticket(desk, amendment.ref)
    if not _was_done(row, amendment.key):
        _say(desk, row, amendment.text, amendment.key)


def _reopen(desk: Helpdesk, amendment: Amendment) -> None:
    """Say in one follow-up that it is open again: the follow-up sets the status, and remembers that it was done."""
    row = _ticket(desk, amendment.ref)
    if row[STATUS] not in desk.settings.open and not _was_done(row, amendment.key):
        _say(desk, row, REOPENED_TEXT, amendment.key, new_status=REOPENED)


def _redact(desk: Helpdesk, amendment: Amendment) -> None:
    if amendment.thing is Thing.MESSAGE:
        row = _followup(desk, amendment.ref)
        key = mark_of(row[COMMENT])
        for file in row["followupattachment_set"]:
            desk.client.write("DELETE", f"followups-attachments/{file['id']}/")
        _patch(desk, FOLLOWUP, amendment.ref, {COMMENT: marked(REDACTED, key) if key else REDACTED})
        return
    row = _ticket(desk, amendment.ref)
    first = min(row["followup_set"], key=lambda each: int(each["id"]), default=None)
    if first is not None and first[COMMENT]:  # it repeats the description
        _patch(desk, FOLLOWUP, str(first["id"]), {COMMENT: REDACTED})
    # A custom field that is not required may be left out but never emptied.
    personal = {name: REDACTED for name in desk.settings.personal_fields if row.get(name)}
    values = {"title": REDACTED, "description": REDACTED, **personal}
    if row["resolution"]:
        values["resolution"] = REDACTED
    _patch(desk, TICKET, amendment.ref, values)


def _withdraw(desk: Helpdesk, amendment: Amendment) -> None:
    message = amendment.thing is Thing.MESSAGE
    name = FOLLOWUP if message else TICKET
    row = desk.finder.followup(amendment.ref) if message else desk.finder.ticket(amendment.ref)
    if row is None:
        if amendment.ref.isdecimal():
            return
        raise Declining(f"django-helpdesk has no {name} {amendment.ref}.", "not_found")
    ours = mark_of(row[COMMENT]) if message else row.get(desk.finder.key_field)
    if not ours:
        raise Declining(f"{name} {amendment.ref} was not made by us. By hand: delete it there.", "foreign")
    desk.client.write("DELETE", f"{PATHS[name]}{amendment.ref}/")


def _followup(desk: Helpdesk, ref: str) -> Row:
    row = desk.finder.followup(ref)
    if row is None:
        raise Declining(f"django-helpdesk has no follow-up {ref}.", "not_found")
    return row


def _was_done(row: Row, key: str) -> bool:
    return any(change_of(each[COMMENT]) == key for each in row["followup_set"])


def _say(desk: Helpdesk, row: Row, text: str, key: str, **more: int) -> None:
    body = {"ticket": row["id"], COMMENT: verbatim(change_marked(text, key)), "public": False, **more}
    desk.client.write("POST", PATHS[FOLLOWUP], body)


def _patch(desk: Helpdesk, name: str, ref: str, values: Mapping[str, object]) -> None:
    desk.client.write("PATCH", f"{PATHS[name]}{ref}/", dict(values))


_DOING: Mapping[AmendmentKind, Callable[[Helpdesk, Amendment], None]] = {
    AmendmentKind.LINK: _link,
    AmendmentKind.TAG: _tag,
    AmendmentKind.NOTE: _note,
    AmendmentKind.REOPEN: _reopen,
    AmendmentKind.REDACT: _redact,
    AmendmentKind.WITHDRAW: _withdraw,
}

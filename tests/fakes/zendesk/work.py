"""Tickets: what is taken, audits of each change, comments, triggers that mail, merges and deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.zendesk.errors import Declined, invalid, not_found
from tests.fakes.zendesk.state import ME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.fakes.zendesk.state import Row, State

PLAIN = (
    "subject",
    "status",
    "priority",
    "type",
    "external_id",
    "assignee_id",
    "group_id",
    "brand_id",
    "requester_id",
    "due_at",
)
CHOICES: Mapping[str, tuple[str, ...]] = {
    "status": ("new", "open", "pending", "hold", "solved"),
    "priority": ("low", "normal", "high", "urgent"),
    "type": ("problem", "incident", "question", "task"),
}
_LONGEST_SUBJECT = 255
API, WEB = (
    {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
    {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
)


def create(state: State, given: Row, *, by: int = ME, via: Row = API, quiet: bool = False) -> Row:
    """Make a ticket; whoever makes it without naming a requester is the requester. ``quiet``: no trigger runs."""
    comment = given.get("comment")
    if not isinstance(comment, dict) or not (comment.get("body") or comment.get("html_body")):
        raise invalid("base", "Description: cannot be blank", "BlankValue")
    check(state, given)
    source = given.get("via_followup_source_id")
    if source and standing(state, int(source))["status"] != "closed":
        raise invalid("via_followup_source_id", "Via followup source: is not a closed ticket")
    ticket: Row = {
        **dict.fromkeys(PLAIN),
        "id": state.next_id(),
        "status": "new",
        "requester_id": by,
        "submitter_id": by,
        "is_public": bool(comment.get("public", True)),
        "description": comment.get("body") or "",
        "via": via,
        "tags": [],
        "custom_fields": [],
    }
    ticket.update(_values(given))
    ticket["subject"] = ticket["subject"] or ticket["description"][:80]
    state.tickets[ticket["id"]] = state.touched(ticket)
    events = [_event(state, "Create", field_name=name, value=ticket[name]) for name in PLAIN if ticket[name]]
    audit = _audit(state, ticket, [_comment(state, ticket, comment, by, via), *events], by, via)
    if not quiet:
        _trigger(state, ticket, audit, "Create")
    return ticket


def change(state: State, ticket_id: int, given: Row, *, by: int = ME, via: Row = API, quiet: bool = False) -> Row:
    """Change a ticket: fields, tags, and a further comment. ``quiet``: no trigger runs."""
    ticket = standing(state, ticket_id)
    if ticket["status"] == "closed":
        raise invalid("status", "Status: closed prevents ticket update", "InvalidValue")
    check(state, given)
    wanted = _values(given)
    if given.get("additional_tags"):
        wanted["tags"] = [*dict.fromkeys([*ticket["tags"], *given["additional_tags"]])]
    if given.get("remove_tags"):
        wanted["tags"] = [tag for tag in ticket["tags"] if tag not in given["remove_tags"]]
    if "custom_fields" in wanted:
        changed = {one["id"]: one for one in (*ticket["custom_fields"], *wanted["custom_fields"])}
        wanted["custom_fields"] = list(changed.values())
    events = [
        _event(state, "Change", field_name=name, value=value, previous_value=ticket[name])
        for name, value in wanted.items()
        if ticket[name] != value and name != "custom_fields"
    ]
    before = {one["id"]: one["value"] for one in ticket["custom_fields"]}
    events += [
        _event(
            state,
            "Change",
            field_name=str(one["id"]),
            value=one["value"],
            previous_value=before.get(one["id"]),
            own=True,
        )
        for one in wanted.get("custom_fields", ())
        if before.get(one["id"]) != one["value"]
    ]
    if given.get("comment"):
        events.insert(0, _comment(state, ticket, given["comment"], by, via))
        ticket["is_public"] = ticket["is_public"] or events[0]["public"]
    ticket.update(wanted)
    state.touched(ticket)
    if events:
        audit = _audit(state, ticket, events, by, via)
        if not quiet:
            _trigger(state, ticket, audit, "Change")
    return ticket


def standing(state: State, ticket_id: int) -> Row:
    """Return a ticket that was not deleted."""
    ticket = state.tickets.get(ticket_id)
    if ticket is None or ticket["status"] == "deleted":
        raise not_found()
    return ticket


def delete(state: State, ticket_id: int, *, by: int) -> None:
    """Put a ticket into the bin."""
    ticket = standing(state, ticket_id)
    ticket["previous_state"], ticket["status"], ticket["deleted_at"] = ticket["status"], "deleted", state.now()
    ticket["deleted_by"] = by
    state.touched(ticket)


def merge(state: State, loser_ids: Sequence[int], winner_id: int, *, by: int) -> None:
    """Merge tickets into another: the losers are closed and tagged, both sides get a comment that says so."""
    winner = standing(state, winner_id)
    for loser_id in loser_ids:
        loser = standing(state, loser_id)
        before, loser["status"] = loser["status"], "closed"
        loser["tags"] = [*loser["tags"], "closed_by_merge"]
        via = {"channel": "web", "source": {"from": {"ticket_id": winner_id}, "to": {}, "rel": "merge"}}
        text = f'This request was closed and merged into request #{winner_id} "{winner["subject"]}".'
        status = _event(state, "Change", field_name="status", value="closed", previous_value=before)
        _audit(
            state,
            state.touched(loser),
            [_comment(state, loser, {"body": text, "public": False}, by, via), status],
            by,
            via,
        )
        via = {"channel": "web", "source": {"from": {"ticket_ids": [loser_id]}, "to": {}, "rel": "merge"}}
        text = f'Request #{loser_id} "{loser["subject"]}" was closed and merged into this request.'
        _audit(
            state, state.touched(winner), [_comment(state, winner, {"body": text, "public": False}, by, via)], by, via
        )


def move_requester(state: State, loser_id: int, winner_id: int, *, by: int) -> None:
    """Let a merged user's tickets be the survivor's."""
    for ticket in state.tickets.values():
        if ticket["requester_id"] == loser_id:
            ticket["requester_id"] = winner_id
            event = _event(state, "Change", field_name="requester_id", value=winner_id, previous_value=loser_id)
            _audit(state, state.touched(ticket), [event], by, {"channel": "system", "source": {}})


def hide(state: State, comment_id: int, *, by: int) -> Row:
    """Make a public comment an internal one."""
    audit, comment = state.comment(comment_id)
    comment["public"] = False
    ticket = state.touched(standing(state, audit["ticket_id"]))
    event = _event(state, "CommentPrivacyChange", comment_id=comment_id, public=False)
    _audit(state, ticket, [event], by, WEB)
    return comment


def redact(state: State, comment_id: int, text: str, *, by: int) -> Row:
    """Black out a text within a comment; one that does not stand there is an error."""
    audit, comment = state.comment(comment_id)
    if not text or text not in comment["body"]:
        raise invalid("text", "Text: not found in the comment")
    for name in ("body", "plain_body", "html_body"):
        comment[name] = comment[name].replace(text, "▇" * len(text))
    ticket = state.touched(standing(state, audit["ticket_id"]))
    first = state.comments_of(ticket["id"])[0]
    ticket["description"] = first["body"]
    _audit(state, ticket, [_event(state, "CommentRedactionEvent", comment_id=comment_id)], by, API)
    return comment


def _values(given: Row) -> Row:
    found = {name: given[name] for name in (*PLAIN, "tags", "custom_fields") if name in given}
    for name in ("requester_id", "assignee_id", "group_id", "brand_id"):
        if found.get(name):
            found[name] = int(found[name])
    return found


def check(state: State, given: Row) -> None:
    """Refuse what a ticket does not take."""
    for name, allowed in CHOICES.items():
        if given.get(name) is not None and given[name] not in allowed:
            raise invalid(name, f"{name.capitalize()}: {given[name]} is not one of the allowed values")
    subject = given.get("subject")
    if subject is not None and (not isinstance(subject, str) or len(subject) > _LONGEST_SUBJECT):
        raise invalid("subject", f"Subject: is too long (maximum is {_LONGEST_SUBJECT} characters)", "ValueTooLong")
    comment = given.get("comment") or {}
    if len(comment.get("body") or "") > state.org.longest_comment:
        raise invalid(
            "comment", f"Comment: is too long (maximum is {state.org.longest_comment} characters)", "ValueTooLong"
        )
    _check_people(state, given)
    _check_custom(state, given.get("custom_fields") or ())


def _check_people(state: State, given: Row) -> None:
    if given.get("requester_id"):
        user = state.users.get(int(given["requester_id"]))
        if user is None or not user["active"]:
            raise invalid("requester_id", "Requester: is invalid or was deleted", "InvalidValue")
        if user["suspended"]:
            raise invalid("requester_id", f"Requester: {user['name']} is suspended.", "InvalidValue")
    if given.get("assignee_id"):
        user = state.users.get(int(given["assignee_id"]))
        if user is None or user["role"] == "end-user" or not user["active"]:
            raise invalid("assignee_id", "Assignee: is not an agent who can be assigned", "InvalidValue")
    if given.get("group_id") and int(given["group_id"]) not in state.groups:
        raise invalid("group_id", "Group: is invalid", "InvalidValue")


def _check_custom(state: State, given: Sequence[Mapping[str, Any]]) -> None:
    fields = {field.id: field for field in state.org.fields}
    for one in given:
        field = fields.get(int(one["id"]))
        if field is None:
            raise Declined(422, "InvalidCustomField", f"Custom field {one['id']} does not exist or is not active")
        if field.options and one["value"] not in field.options:
            raise invalid("base", f"{field.title}: {one['value']} is not a valid option")


def _event(state: State, kind: str, **more: Any) -> Row:  # noqa: ANN401 - parts of an event
    return {"id": state.next_id(), "type": kind, **more}


def _comment(state: State, ticket: Row, given: Row, by: int, via: Row) -> Row:
    body = given.get("body") or given.get("html_body") or ""
    files = [state.uploads[token] for token in given.get("uploads") or () if token in state.uploads]
    return _event(
        state,
        "Comment",
        author_id=int(given.get("author_id") or by),
        body=body,
        plain_body=body,
        html_body=f'<div class="zd-comment">{body}</div>',
        public=bool(given.get("public", True)),
        attachments=files,
        created_at=state.now(),
        ticket_id=ticket["id"],
        via=via,
    )


def _audit(state: State, ticket: Row, events: list[Row], by: int, via: Row) -> Row:
    audit = {
        "id": state.next_id(),
        "ticket_id": ticket["id"],
        "created_at": state.now(),
        "timestamp": state.clock.now().timestamp(),
        "author_id": by,
        "via": via,
        "events": events,
    }
    state.audits.append(audit)
    return audit


def _trigger(state: State, ticket: Row, audit: Row, update_type: str) -> None:
    """Mail the requester where a trigger's conditions hold and there is an address."""
    comment = next((event for event in audit["events"] if event["type"] == "Comment"), None)
    requester = state.users.get(ticket["requester_id"]) or {}
    for trigger in state.org.triggers:
        public = comment is not None and comment["public"]
        fits = trigger.on == update_type and comment is not None and (public or not trigger.only_public)
        if not fits or set(trigger.spares) & set(ticket["tags"]) or not requester.get("email"):
            continue
        subject = trigger.subject.replace("{{ticket.title}}", ticket["subject"])
        to = {"email_address": requester["email"], "user_id": requester["id"]}
        state.mails.append({"id": state.next_id(), "ticket_id": ticket["id"], "subject": subject, "recipients": [to]})
        state.notices.send(requester["email"], subject, automation=trigger.title, about=str(ticket["id"]))

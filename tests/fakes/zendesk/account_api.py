"""Calls about the account itself: files, jobs, exports, triggers, fields, mails."""

from __future__ import annotations

from urllib.parse import unquote

from tests.fakes.zendesk import exports, identities
from tests.fakes.zendesk.asked import Answer, Asked, Way, page_of
from tests.fakes.zendesk.errors import Declined, forbidden


def upload(asked: Asked) -> Answer:
    """Take a file; it belongs to the comment that names its token."""
    token = f"upload{len(asked.state.uploads) + 1:08d}"
    name = unquote(asked.query.get("filename", "file"))
    asked.state.contents[token] = asked.raw
    asked.state.uploads[token] = {
        "id": asked.state.next_id(),
        "file_name": name,
        "size": len(asked.raw),
        "content_type": asked.headers.get("content-type", ""),
        "content_url": f"https://acme.zendesk.example/attachments/token/{token}/?name={name}",
    }
    return 201, {"upload": {"token": token, "attachment": asked.state.uploads[token]}}


def jobs(asked: Asked) -> Answer:
    """Show jobs."""
    return 200, {"job_statuses": asked.house.jobs.shown(asked.many("ids"))}


def export(asked: Asked) -> Answer:
    """Export by cursor."""
    if not asked.state.org.admin:
        raise forbidden()
    asked.house.access.count_export()
    page = exports.by_cursor(asked.state, asked.path["name"], asked.query)
    if asked.query.get("include") == "identities":
        page["identities"] = [row for user in page["users"] for row in identities.of(asked.state, user["id"])]
    return 200, page


def export_events(asked: Asked) -> Answer:
    """Export ticket events."""
    if not asked.state.org.admin:
        raise forbidden()
    asked.house.access.count_export()
    return 200, exports.ticket_events(asked.state, asked.query)


def triggers(asked: Asked) -> Answer:
    """List triggers."""
    return 200, page_of(asked, "triggers", [trigger.described() for trigger in asked.state.org.triggers])


def ticket_fields(asked: Asked) -> Answer:
    """List the custom fields of tickets; the built-in ones are left to the sheet."""
    return 200, page_of(asked, "ticket_fields", [field.described() for field in asked.state.org.fields])


def groups(asked: Asked) -> Answer:
    """List groups."""
    return 200, page_of(asked, "groups", [{"id": id_, "name": name} for id_, name in asked.state.groups.items()])


def notifications(asked: Asked) -> Answer:
    """List the mails about a ticket."""
    wanted = asked.query.get("filter[ticket_id]", "")
    if not wanted:
        raise Declined(400, "FilterRequired", "filter is required")
    found = [mail for mail in asked.state.mails if str(mail["ticket_id"]) == wanted]
    return 200, {"email_notifications": found[::-1], "meta": {"has_more": False}}


WAYS: tuple[Way, ...] = (
    ("POST", "/uploads", upload),
    ("GET", "/job_statuses/show_many", jobs),
    ("GET", "/incremental/ticket_events", export_events),
    ("GET", "/incremental/{name}/cursor", export),
    ("GET", "/triggers/active", triggers),
    ("GET", "/ticket_fields", ticket_fields),
    ("GET", "/groups", groups),
    ("GET", "/email_notifications", notifications),
)

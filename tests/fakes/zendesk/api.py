"""The calls of the API: each takes what was asked and returns status and body."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.fakes.zendesk import exports, people, work
from tests.fakes.zendesk.errors import Declined, forbidden, not_found
from tests.fakes.zendesk.state import ME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tests.fakes.zendesk.access import Access
    from tests.fakes.zendesk.jobs import Jobs
    from tests.fakes.zendesk.state import Row, State

Answer = tuple[int, Any]
MANY = 100


@dataclass(frozen=True, slots=True)
class House:
    """The parts of the account that calls reach."""

    state: State
    access: Access
    jobs: Jobs
    replays: dict[str, tuple[bytes, Row, datetime]] = field(default_factory=dict)
    """Idempotency key → body, answer, time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call."""

    house: House
    path: Mapping[str, str]
    query: dict[str, str]
    raw: bytes
    headers: Mapping[str, str]
    answered: dict[str, str]
    """Headers of the answer."""

    @property
    def state(self) -> State:
        """Return what is stored."""
        return self.house.state

    def part(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        """Return what stands under a name in the body."""
        try:
            given = json.loads(self.raw)[name]
        except (ValueError, KeyError, TypeError) as error:
            raise Declined(400, "InvalidRequest", f"{name} is missing from the request") from error
        return given

    def number(self) -> int:
        """Return the id of the address."""
        if not self.path["id"].isdecimal():
            raise not_found()
        return int(self.path["id"])

    def many(self, name: str) -> list[str]:
        """Return the values of a parameter, by commas."""
        found = [each for each in self.query.get(name, "").split(",") if each]
        if len(found) > MANY:
            raise Declined(400, "TooManyValues", f"{MANY} values at most")
        return found


def me(asked: Asked) -> Answer:
    """Tell who calls."""
    return 200, {"user": asked.state.users[ME]}


def create_user(asked: Asked) -> Answer:
    """Make a user."""
    return 201, {"user": people.create(asked.state, asked.part("user"))}


def upsert_user(asked: Asked) -> Answer:
    """Make or overwrite a user."""
    user, created = people.upsert(asked.state, asked.part("user"))
    return (201 if created else 200), {"user": user}


def create_users(asked: Asked) -> Answer:
    """Make many users, where Support has enabled it."""
    if not asked.state.org.data_imports:
        raise forbidden("Bulk user imports are disabled for this account; contact Zendesk Support")
    done = lambda item: {"id": people.create(asked.state, item)["id"], "status": "Created"}  # noqa: E731 - one line a job
    return 200, asked.house.jobs.start(asked.part("users"), done)


def update_users(asked: Asked) -> Answer:
    """Change many users."""
    done = lambda item: {"id": people.change(asked.state, int(item["id"]), item)["id"], "status": "Updated"}  # noqa: E731 - the same
    return 200, asked.house.jobs.start(asked.part("users"), done)


def show_user(asked: Asked) -> Answer:
    """Show a user, also one who was deleted."""
    user = asked.state.users.get(asked.number())
    if user is None:
        raise not_found()
    return 200, {"user": user}


def show_users(asked: Asked) -> Answer:
    """Show users by id, or by external id, whose case is folded and rewritten; the deleted are shown by id alone."""
    state = asked.state
    if "external_ids" in asked.query:
        found = []
        for wanted in asked.many("external_ids"):
            for user in state.by_external_id([each for each in state.users.values() if each["active"]], wanted):
                user["external_id"] = wanted
                found.append(user)
        return 200, {"users": found}
    return 200, {"users": [state.users[int(id_)] for id_ in asked.many("ids") if int(id_) in state.users]}


def search_users(asked: Asked) -> Answer:
    """Find users by address, some time after it was set."""
    wanted = asked.query.get("query", "").removeprefix("email:").strip('"').casefold()
    until = (asked.state.clock.now() - asked.state.org.search_lag).timestamp()
    users = [user for user in asked.state.users.values() if user["active"] and user["generated_timestamp"] <= until]
    return 200, {"users": [user for user in users if (user["email"] or "").casefold() == wanted], "next_page": None}


def update_user(asked: Asked) -> Answer:
    """Change a user."""
    return 200, {"user": people.change(asked.state, asked.number(), asked.part("user"))}


def delete_user(asked: Asked) -> Answer:
    """Delete a user."""
    return 200, {"user": people.delete(asked.state, asked.number())}


def create_ticket(asked: Asked) -> Answer:
    """Make a ticket, once for each idempotency key within two hours."""
    key, replays = asked.headers.get("idempotency-key", ""), asked.house.replays
    now = asked.state.clock.now()
    if key in replays and (now - replays[key][2]).total_seconds() < 7_200:
        body, answer, _ = replays[key]
        if body != asked.raw:
            raise Declined(400, "IdempotentRequestError", "The same idempotency key came with another body")
        asked.answered["x-idempotency-lookup"] = "hit"
        return 201, answer
    ticket = work.create(asked.state, asked.part("ticket"))
    answer = {"ticket": dict(ticket), "audit": asked.state.audits_of(ticket["id"])[0]}
    if key:
        replays[key] = (asked.raw, answer, now)
        asked.answered["x-idempotency-lookup"] = "miss"
    return 201, answer


def create_tickets(asked: Asked) -> Answer:
    """Make many tickets; triggers fire."""
    done = lambda item: {"id": work.create(asked.state, item)["id"], "status": "Created"}  # noqa: E731 - one line a job
    return 200, asked.house.jobs.start(asked.part("tickets"), done)


def list_tickets(asked: Asked) -> Answer:
    """List tickets by external id, which is not unique, or those that changed last."""
    wanted = asked.query.get("external_id", "")
    standing = [ticket for ticket in asked.state.tickets.values() if ticket["status"] != "deleted"]
    latest = sorted(standing, key=lambda ticket: (str(ticket["updated_at"]), int(ticket["id"])), reverse=True)
    found = asked.state.by_external_id(standing, wanted) if wanted else latest[:MANY]
    return 200, {"tickets": found, "next_page": None, "count": len(found)}


def show_tickets(asked: Asked) -> Answer:
    """Show tickets by id; the deleted are left out."""
    tickets = asked.state.tickets
    found = [tickets[int(id_)] for id_ in asked.many("ids") if int(id_) in tickets]
    return 200, {"tickets": [ticket for ticket in found if ticket["status"] != "deleted"]}


def show_ticket(asked: Asked) -> Answer:
    """Show a ticket."""
    return 200, {"ticket": work.standing(asked.state, asked.number())}


def update_ticket(asked: Asked) -> Answer:
    """Change a ticket."""
    asked.house.access.count_update(asked.number())
    _conflict(asked.state)
    ticket = work.change(asked.state, asked.number(), asked.part("ticket"))
    return 200, {"ticket": ticket, "audit": (asked.state.audits_of(ticket["id"]) or [None])[-1]}


def update_tickets(asked: Asked) -> Answer:
    """Change many tickets, each in its own way."""

    def one(item: Row) -> Row:
        asked.house.access.count_ticket(int(item["id"]))
        return {"id": work.change(asked.state, int(item["id"]), item)["id"], "action": "update", "status": "Updated"}

    return 200, asked.house.jobs.start(asked.part("tickets"), one)


def merge_user(asked: Asked) -> Answer:
    """Merge this user into another; the tickets go along."""
    winner = int(asked.part("user")["id"])
    user = people.merge(asked.state, asked.number(), winner)
    work.move_requester(asked.state, asked.number(), winner, by=ME)
    return 200, {"user": user}


def tag_ticket(asked: Asked) -> Answer:
    """Add tags to a ticket."""
    ticket = work.change(asked.state, asked.number(), {"additional_tags": asked.part("tags")})
    return 200, {"tags": ticket["tags"]}


def user_fields(asked: Asked) -> Answer:
    """List the fields of users that the account has added: none."""
    return 200, _page(asked, "user_fields", [])


def delete_ticket(asked: Asked) -> Answer:
    """Put a ticket into the bin."""
    work.delete(asked.state, asked.number(), by=ME)
    return 204, None


def merge_tickets(asked: Asked) -> Answer:
    """Merge tickets into this one."""
    winner = asked.number()
    done = lambda item: work.merge(asked.state, [item["id"]], winner, by=ME) or {"id": winner}  # type: ignore[func-returns-value]  # noqa: E731 - one line a job
    return 200, asked.house.jobs.start([{"id": each} for each in asked.part("ids")], done)


def deleted_tickets(asked: Asked) -> Answer:
    """List the bin, the latest first; without external ids."""
    gone = [ticket for ticket in asked.state.tickets.values() if ticket["status"] == "deleted"]
    gone.sort(key=lambda ticket: ticket["deleted_at"], reverse=True)
    names = ("id", "subject", "deleted_at", "previous_state")
    rows = [{**{name: one[name] for name in names}, "actor": {"id": one["deleted_by"]}} for one in gone]
    return 200, _page(asked, "deleted_tickets", rows)


def comments(asked: Asked) -> Answer:
    """List the comments of a ticket, oldest first."""
    ticket = work.standing(asked.state, asked.number())
    return 200, _page(asked, "comments", asked.state.comments_of(ticket["id"]))


def hide_comment(asked: Asked) -> Answer:
    """Make a comment internal."""
    work.hide(asked.state, int(asked.path["comment"]), by=ME)
    return 200, {}


def redact_comment(asked: Asked) -> Answer:
    """Black out a text."""
    given = json.loads(asked.raw)
    return 200, {"comment": work.redact(asked.state, int(asked.path["comment"]), given.get("text", ""), by=ME)}


def upload(asked: Asked) -> Answer:
    """Take a file; it belongs to the comment that names its token."""
    token = f"upload{len(asked.state.uploads) + 1:08d}"
    name = unquote(asked.query.get("filename", "file"))
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
    return 200, exports.by_cursor(asked.state, asked.path["name"], asked.query)


def export_events(asked: Asked) -> Answer:
    """Export ticket events."""
    if not asked.state.org.admin:
        raise forbidden()
    asked.house.access.count_export()
    return 200, exports.ticket_events(asked.state, asked.query)


def triggers(asked: Asked) -> Answer:
    """List triggers."""
    return 200, _page(asked, "triggers", [trigger.described() for trigger in asked.state.org.triggers])


def ticket_fields(asked: Asked) -> Answer:
    """List the custom fields of tickets; the built-in ones are left to the sheet."""
    return 200, _page(asked, "ticket_fields", [field.described() for field in asked.state.org.fields])


def groups(asked: Asked) -> Answer:
    """List groups."""
    return 200, _page(asked, "groups", [{"id": id_, "name": name} for id_, name in asked.state.groups.items()])


def notifications(asked: Asked) -> Answer:
    """List the mails about a ticket."""
    wanted = asked.query.get("filter[ticket_id]", "")
    if not wanted:
        raise Declined(400, "FilterRequired", "filter is required")
    found = [mail for mail in asked.state.mails if str(mail["ticket_id"]) == wanted]
    return 200, {"email_notifications": found[::-1], "meta": {"has_more": False}}


def _conflict(state: State) -> None:
    """Let another writer come first, now and then."""
    state.updates += 1
    every = state.org.conflict_every
    if every and state.updates % every == 0:
        raise Declined(409, "Conflict", "The ticket was updated by somebody else at the same time")


def _page(asked: Asked, name: str, rows: list[Row]) -> Row:
    size, after = int(asked.query.get("page[size]", MANY)), int(asked.query.get("page[after]") or 0)
    following = after + min(size, MANY)
    return {name: rows[after:following], "meta": {"has_more": following < len(rows), "after_cursor": str(following)}}


WAYS: tuple[tuple[str, str, Callable[[Asked], Answer]], ...] = (
    ("GET", "/users/me", me),
    ("POST", "/users/create_or_update", upsert_user),
    ("POST", "/users/create_many", create_users),
    ("PUT", "/users/update_many", update_users),
    ("GET", "/users/show_many", show_users),
    ("GET", "/users/search", search_users),
    ("POST", "/users", create_user),
    ("GET", "/users/{id}", show_user),
    ("PUT", "/users/{id}", update_user),
    ("DELETE", "/users/{id}", delete_user),
    ("POST", "/tickets/create_many", create_tickets),
    ("PUT", "/tickets/update_many", update_tickets),
    ("GET", "/tickets/show_many", show_tickets),
    ("POST", "/tickets", create_ticket),
    ("GET", "/tickets", list_tickets),
    ("POST", "/tickets/{id}/merge", merge_tickets),
    ("GET", "/tickets/{id}/comments", comments),
    ("PUT", "/tickets/{id}/comments/{comment}/make_private", hide_comment),
    ("PUT", "/tickets/{id}/comments/{comment}/redact", redact_comment),
    ("GET", "/tickets/{id}", show_ticket),
    ("PUT", "/tickets/{id}", update_ticket),
    ("DELETE", "/tickets/{id}", delete_ticket),
    ("GET", "/deleted_tickets", deleted_tickets),
    ("POST", "/uploads", upload),
    ("GET", "/job_statuses/show_many", jobs),
    ("GET", "/incremental/ticket_events", export_events),
    ("GET", "/incremental/{name}/cursor", export),
    ("GET", "/triggers/active", triggers),
    ("GET", "/ticket_fields", ticket_fields),
    ("GET", "/user_fields", user_fields),
    ("PUT", "/users/{id}/merge", merge_user),
    ("PUT", "/tickets/{id}/tags", tag_ticket),
    ("GET", "/groups", groups),
    ("GET", "/email_notifications", notifications),
)

"""Calls about tickets and their comments: each takes what was asked and returns status and body."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.fakes.zendesk import work
from tests.fakes.zendesk.asked import MANY, Answer, Asked, Way, page_of
from tests.fakes.zendesk.errors import Declined
from tests.fakes.zendesk.state import ME

if TYPE_CHECKING:
    from tests.fakes.zendesk.state import Row, State


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


def tag_ticket(asked: Asked) -> Answer:
    """Add tags to a ticket."""
    ticket = work.change(asked.state, asked.number(), {"additional_tags": asked.part("tags")})
    return 200, {"tags": ticket["tags"]}


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
    return 200, page_of(asked, "deleted_tickets", rows)


def comments(asked: Asked) -> Answer:
    """List the comments of a ticket, oldest first."""
    ticket = work.standing(asked.state, asked.number())
    return 200, page_of(asked, "comments", asked.state.comments_of(ticket["id"]))


def hide_comment(asked: Asked) -> Answer:
    """Make a comment internal."""
    work.hide(asked.state, int(asked.path["comment"]), by=ME)
    return 200, {}


def redact_comment(asked: Asked) -> Answer:
    """Black out a text."""
    given = json.loads(asked.raw)
    return 200, {"comment": work.redact(asked.state, int(asked.path["comment"]), given.get("text", ""), by=ME)}


def _conflict(state: State) -> None:
    """Let another writer come first, now and then."""
    state.updates += 1
    every = state.org.conflict_every
    if every and state.updates % every == 0:
        raise Declined(409, "Conflict", "The ticket was updated by somebody else at the same time")


WAYS: tuple[Way, ...] = (
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
    ("PUT", "/tickets/{id}/tags", tag_ticket),
)

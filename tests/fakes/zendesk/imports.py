"""Imports: tickets of the past with all their comments, each at its own time; no trigger runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.zendesk import work
from tests.fakes.zendesk.errors import forbidden, invalid
from tests.fakes.zendesk.state import iso

if TYPE_CHECKING:
    from tests.fakes.zendesk.asked import Answer, Asked, Way
    from tests.fakes.zendesk.state import Row, State

TIMES = ("created_at", "updated_at", "solved_at")


def import_ticket(asked: Asked) -> Answer:
    """Take a ticket of the past."""
    _admin(asked)
    return 201, {"ticket": _brought_in(asked.state, asked.part("ticket"))}


def import_tickets(asked: Asked) -> Answer:
    """Take many."""
    _admin(asked)
    done = lambda item: {"id": _brought_in(asked.state, item)["id"], "status": "Created"}  # noqa: E731 - one line a job
    return 200, asked.house.jobs.start(asked.part("tickets"), done)


def _brought_in(state: State, given: Row) -> Row:
    comments = given.get("comments") or [given.get("comment") or {}]
    for one in (given, *comments):
        if any((one.get(name) or "") > iso(state.clock.now()) for name in TIMES):
            raise invalid("created_at", "Created at: cannot be in the future")
    for comment in comments:
        work.check(state, {"comment": comment})
    status = given.get("status") or "new"
    kept = {name: value for name, value in given.items() if name not in ("comments", "status")}
    ticket = work.create(state, {**kept, "comment": comments[0]} | _open(status), quiet=True)
    for comment in comments[1:]:
        work.change(state, ticket["id"], {"comment": comment}, quiet=True)
    for row, comment in zip(state.comments_of(ticket["id"]), comments, strict=True):
        row["created_at"] = comment.get("created_at") or row["created_at"]
    ticket["status"] = status
    ticket |= {name: given[name] for name in TIMES if given.get(name)}
    return ticket


def _open(status: str) -> Row:
    """Return what is checked of a status: closed is one that imports alone may set."""
    return {} if status == "closed" else {"status": status}


def _admin(asked: Asked) -> None:
    if not asked.state.org.admin:
        raise forbidden()


WAYS: tuple[Way, ...] = (
    ("POST", "/imports/tickets/create_many", import_tickets),
    ("POST", "/imports/tickets", import_ticket),
)

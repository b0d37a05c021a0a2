"""Identities of users: what is taken, whom a value belongs to, and who is mailed to verify it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.zendesk.asked import Answer, page_of
from tests.fakes.zendesk.errors import invalid, not_found
from tests.fakes.zendesk.people import active

if TYPE_CHECKING:
    from tests.fakes.zendesk.asked import Asked, Way
    from tests.fakes.zendesk.state import Row, State

TYPES = ("email", "twitter", "facebook", "google", "agent_forwarding", "phone_number")


def of(state: State, user_id: int) -> list[Row]:
    """Return the identities of a user: the own address first."""
    user = state.users[user_id]
    own = {"id": user_id + 1_000_000, "user_id": user_id, "type": "email", "value": user["email"], "primary": True}
    return [*([own] if user["email"] else []), *(row for row in state.identities.values() if row["user_id"] == user_id)]


def show(asked: Asked) -> Answer:
    """List the identities of a user."""
    return 200, page_of(asked, "identities", of(asked.state, active(asked.state, asked.number())["id"]))


def add(asked: Asked) -> Answer:
    """Add an identity; of an address that nobody verified its owner is mailed, unless that is forbidden."""
    state, given = asked.state, asked.part("identity")
    user = active(state, asked.number())
    kind, value = given.get("type"), given.get("value")
    if kind not in TYPES:
        raise invalid("type", f"Type: {kind} is not valid")
    if not isinstance(value, str) or not value or (kind == "email" and "@" not in value):
        raise invalid("value", f"Value: {value} is not properly formatted")
    if any(row["type"] == kind and row["value"].casefold() == value.casefold() for row in _held_by(state, value)):
        raise invalid("value", f"Value: {value} is already being used by another user", "DuplicateValue")
    row = {"id": state.next_id(), "user_id": user["id"], "type": kind, "value": value, "primary": False}
    state.identities[row["id"]] = {**row, "verified": bool(given.get("verified"))}
    state.called[value.casefold()].add(user["id"])
    state.touched(user)
    if kind == "email" and not (given.get("verified") or given.get("skip_verify_email")):
        state.notices.send(value, "Verify your email", automation="Verification", about=str(user["id"]))
    return 201, {"identity": state.identities[row["id"]]}


def remove(asked: Asked) -> Answer:
    """Take an identity away; of the own address the user is left without."""
    state = asked.state
    user, number = active(state, asked.number()), int(asked.path["identity"])
    if number == user["id"] + 1_000_000:
        user["email"] = None
    elif state.identities.pop(number, None) is None:
        raise not_found()
    state.touched(user)
    return 204, None


def _held_by(state: State, value: str) -> list[Row]:
    holders = [id_ for id_ in state.called[value.casefold()] if id_ in state.users]
    return [row for id_ in holders if state.users[id_]["active"] for row in of(state, id_)]


WAYS: tuple[Way, ...] = (
    ("GET", "/users/{id}/identities", show),
    ("POST", "/users/{id}/identities", add),
    ("DELETE", "/users/{id}/identities/{identity}", remove),
)

"""Users: what is taken, whom an address belongs to, merges and deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.zendesk.errors import Declined, invalid, not_found
from tests.fakes.zendesk.state import blank_user

if TYPE_CHECKING:
    from bridge.nouns import Json
    from tests.fakes.zendesk.state import Row, State

TEXTS = ("name", "email", "phone", "details", "notes", "external_id", "locale", "time_zone")
ROLES = ("end-user", "agent", "admin")
_LONGEST = {"name": 255, "external_id": 255, "phone": 50, "email": 254, "details": 65_535, "notes": 65_535}
_SILENT = "skip_verify_email"
_OPEN = ("new", "open", "pending", "hold")


def create(state: State, given: Row) -> Row:
    """Make a user; who has an address and is not to be left alone gets a mail to verify it."""
    _check(state, given, None)
    user = {**blank_user(), **_known(given), "id": state.next_id()}
    state.users[user["id"]] = state.touched(user)
    if user["email"] and not given.get(_SILENT):
        state.notices.send(user["email"], "Verify your email", automation="Welcome email", about=str(user["id"]))
    return user


def upsert(state: State, given: Row) -> tuple[Row, bool]:
    """Update whom external id or address name, whatever stood there before, or make somebody; tell whether that was new."""
    standing = [user for user in _candidates(state, given) if user["active"] and _same(user, given)]
    if not standing:
        return create(state, given), True
    return change(state, standing[0]["id"], given), False


def change(state: State, user_id: int, given: Row) -> Row:
    """Change a user's fields."""
    user = active(state, user_id)
    _check(state, given, user)
    user.update(_known(given))
    return state.touched(user)


def active(state: State, user_id: int) -> Row:
    """Return a user who was not deleted."""
    user = state.users.get(user_id)
    if user is None or not user["active"]:
        raise not_found()
    return user


def delete(state: State, user_id: int) -> Row:
    """Delete a user who requests nothing that is not done."""
    user = active(state, user_id)
    busy = [row for row in state.tickets.values() if row["requester_id"] == user_id and row["status"] in _OPEN]
    if busy:
        raise invalid("base", f"{user['name']} is the requester of {len(busy)} ticket(s) that are not closed.")
    user["active"] = False
    return state.touched(user)


def merge(state: State, loser_id: int, winner_id: int) -> Row:
    """Merge one user into another, who gets the tickets; the loser is deleted and nothing of it names the winner."""
    loser, winner = active(state, loser_id), active(state, winner_id)
    if loser["role"] != "end-user" or winner["role"] != "end-user":
        raise Declined(422, "MergeError", "Only end users can be merged")
    for name in ("email", "phone", "details", "notes"):
        winner[name] = winner[name] or loser[name]
    for row in state.identities.values():
        if row["user_id"] == loser_id:
            row["user_id"] = winner_id
            state.called[row["value"].casefold()].add(winner_id)
    loser["active"], loser["email"] = False, None
    state.touched(loser)
    return state.touched(winner)


def _same(user: Row, given: Row) -> bool:
    return any(
        given.get(name) and (user[name] or "").casefold() == given[name].casefold() for name in ("external_id", "email")
    )


def _known(given: Row) -> Row:
    """Return what is stored; keys that Zendesk does not know are passed over without a word."""
    return {name: value for name, value in given.items() if name in blank_user()}


def _check(state: State, given: Row, user: Row | None) -> None:
    for name in TEXTS:
        value = given.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid(name, f"{_label(name)}: is invalid")
        if value and len(value) > _LONGEST.get(name, 255):
            raise invalid(name, f"{_label(name)}: is too long (maximum is {_LONGEST[name]} characters)", "ValueTooLong")
    _check_identity(state, given, user)
    if given.get("role", "end-user") not in ROLES:
        raise invalid("role", f"Role: {given['role']} is not a valid role")
    name: Json = given.get("name") if user is None or "name" in given else user["name"]
    if not name:
        raise invalid("name", "Name: is too short (minimum one character)", "BlankValue")
    if state.org.requires_email and user is None and not given.get("email"):
        raise invalid("email", "Email: is required in this account", "BlankValue")


def _check_identity(state: State, given: Row, user: Row | None) -> None:
    email = given.get("email")
    if email and "@" not in email:
        raise invalid("email", f"Email: {email} is not properly formatted")
    for other in _candidates(state, given):
        if other is user or not other["active"]:
            continue
        if email and email.casefold() in _addresses(state, other):
            raise invalid("email", f"Email: {email} is already being used by another user", "DuplicateValue")
        external_id = given.get("external_id")
        if external_id and (other["external_id"] or "").casefold() == external_id.casefold():
            raise invalid("external_id", "External: has already been taken", "DuplicateValue")


def _candidates(state: State, given: Row) -> list[Row]:
    """Return the users who had this address or external id at any time, oldest first."""
    names = [given[name].casefold() for name in ("external_id", "email") if given.get(name)]
    ids = sorted({id_ for name in names for id_ in state.called[name]})
    return [state.users[id_] for id_ in ids if id_ in state.users]


def _addresses(state: State, user: Row) -> set[str]:
    further = [row for row in state.identities.values() if row["user_id"] == user["id"] and row["type"] == "email"]
    return {user["email"].casefold() if user["email"] else "", *(row["value"].casefold() for row in further)}


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()

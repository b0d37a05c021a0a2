"""Calls about users: each takes what was asked and returns status and body."""

from __future__ import annotations

from tests.fakes.zendesk import people, work
from tests.fakes.zendesk.asked import Answer, Asked, Way, page_of
from tests.fakes.zendesk.errors import forbidden, not_found
from tests.fakes.zendesk.state import ME


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


def merge_user(asked: Asked) -> Answer:
    """Merge this user into another; the tickets go along."""
    winner = int(asked.part("user")["id"])
    user = people.merge(asked.state, asked.number(), winner)
    work.move_requester(asked.state, asked.number(), winner, by=ME)
    return 200, {"user": user}


def delete_user(asked: Asked) -> Answer:
    """Delete a user."""
    return 200, {"user": people.delete(asked.state, asked.number())}


def user_fields(asked: Asked) -> Answer:
    """List the fields of users that the account has added."""
    rows = [{"key": key, "title": key.title(), "type": "text", "active": True} for key in asked.state.org.user_fields]
    return 200, page_of(asked, "user_fields", rows)


WAYS: tuple[Way, ...] = (
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
    ("GET", "/user_fields", user_fields),
    ("PUT", "/users/{id}/merge", merge_user),
)

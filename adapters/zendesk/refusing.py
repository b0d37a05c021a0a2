"""What Zendesk's objection to one record means: adopted, merged, deleted, somebody's double, or set aside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.zendesk.following import follow_up
from adapters.zendesk.limits import Purpose
from adapters.zendesk.names import COMMENTS, KEY, TICKETS, USERS
from bridge.nouns import Ended, Presence, Refusal, Retry, Written

if TYPE_CHECKING:
    from adapters.zendesk.account import Account
    from adapters.zendesk.errors import Problem
    from bridge.nouns import Outcome


def refused(account: Account, name: str, key: str, ref: str, problem: Problem) -> Outcome:
    """Return the outcome for a record under ``key``; ``ref`` is what was to be changed, empty for a first delivery."""
    if problem.missing and ref:
        return Refusal(f"{_word(name)} {ref} was deleted in Zendesk", code=Ended.DELETED)
    if problem.closed and ref:
        return _closed(account, name, ref, problem)
    if name == TICKETS and not ref and (otherwise := _otherwise(account, key, problem)):
        return Retry(0, otherwise)
    if name == USERS and not ref:
        if problem.taken(KEY):
            return _adopted(account, key, problem)
        if problem.taken("email"):
            return _double(account, problem)
    outcome = problem.outcome()
    return _set_aside(account, name, problem, outcome) if isinstance(outcome, Refusal) else outcome


def _otherwise(account: Account, key: str, problem: Problem) -> str:
    """Note that a new ticket is to go another way, and say why; empty if there is none."""
    if problem.requester_gone and key not in account.alone:
        account.alone.add(key)
        return "the requester was merged or deleted in Zendesk; the ticket goes by itself"
    if problem.field == "assignee_id" and key not in account.unowned:
        account.unowned.add(key)
        return "the assignee is no agent any more; the ticket goes without"
    if problem.field == "description" and key not in account.bare:
        account.bare.add(key)
        return "a text was refused; the ticket goes without the messages that came along"
    return ""


def _set_aside(account: Account, name: str, problem: Problem, outcome: Refusal) -> Refusal:
    """Return a refusal with the field as our mappings call it."""
    if "custom field" in problem.said.casefold():
        account.schemas.forget(name)
        field = _custom(problem.said)
        outcome = replace(outcome, field=field, reason=f"{field}: {outcome.reason}")
    if name == COMMENTS and outcome.field == "description":
        outcome = replace(outcome, field="body", reason=outcome.reason.replace("description", "body"))
    return outcome


def _closed(account: Account, name: str, ref: str, problem: Problem) -> Outcome:
    """Tell a ticket that was merged from one that is closed for good, of which a message makes a follow-up."""
    row = account.finder.rows(TICKETS, [ref]).get(ref)
    winner = account.finder.merged_into(row) if row else ""
    if row and not winner and name == COMMENTS:
        winner = follow_up(account, row)
    if winner:
        return Refusal(f"ticket {ref} is closed, and continued in {winner} in Zendesk", code=Ended.MERGED)
    return replace(problem.refusal(), code="closed")


def _adopted(account: Account, key: str, problem: Problem) -> Outcome:
    found = account.finder.find(USERS, {key: ""}).get(key)
    if found is None or found.presence is not Presence.FOUND:
        return problem.refusal()
    return Written(found.ref, created=False)


def _double(account: Account, problem: Problem) -> Outcome:
    """Say whom Zendesk takes the person for: whoever has the address."""
    said = problem.said.partition("Email: ")[2] or problem.said
    address = next((word for word in said.split() if "@" in word), "")
    users = (
        account.client.get("/users/search", query=f"email:{address}", purpose=Purpose.DELIVER)["users"]
        if address
        else []
    )
    candidates = tuple(str(user["id"]) for user in users)
    return replace(problem.refusal(), code=Ended.DUPLICATE if candidates else "duplicate", candidates=candidates)


def _custom(said: str) -> str:
    number = next((word for word in said.split() if word.isdecimal()), "")
    return f"custom_fields.{number}" if number else ""


def _word(name: str) -> str:
    return "user" if name == USERS else "ticket"

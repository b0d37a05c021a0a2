"""HubSpot's errors become ours: what ends a call, and what one record of a batch is refused for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from adapters.hubspot.wording import BY_CATEGORY, KEYS, OTHERWISE, SENTENCES
from bridge.errors import (
    AuthError,
    BudgetSpent,
    CasebridgeError,
    ConfigError,
    RateLimited,
    Refused,
    Transient,
    Uncertain,
)
from bridge.nouns import Refusal, Retry, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

WAITS: Mapping[str, float] = {"TEN_SECONDLY_ROLLING": 10, "SECONDLY": 1}
"""Policy of a 429 → seconds to wait; HubSpot sends no Retry-After."""
DAILY = "DAILY"
_LOCKED, _MIGRATING = 423, 477
_NEVER_ARRIVED = frozenset({521, 522, 523, 525, 526})
"""Answers of the network in front of HubSpot that never reached it; after any other 5xx a write may have been done."""
_DEFAULT_WAIT = 10.0
_MAYBE = "HubSpot is in trouble ({}); what was asked for may have been done."


class Declined(Refused):
    """HubSpot refused a whole call; ``problem`` is what it said."""

    def __init__(self, problem: Problem) -> None:
        """Say it in plain words."""
        self.problem = problem
        refusal = problem.refusal()
        super().__init__(refusal.reason, field=refusal.field or None)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error body of HubSpot, of a whole call or of one record in a batch."""

    status: int
    category: str = ""
    message: str = ""
    correlation: str = ""
    policy: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Mapping[str, Any], ...] = ()

    @property
    def trace(self) -> str:
        """Return the trace id of the record that is meant, empty if it is not told."""
        return _one(self.context.get("objectWriteTraceId"))

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids that it names."""
        found = self.context.get("ids") or self.context.get("id") or ()
        return (str(found),) if isinstance(found, (str, int)) else tuple(str(each) for each in found)

    @property
    def missing(self) -> bool:
        """Tell whether something that was named is not there."""
        return self.category == "OBJECT_NOT_FOUND" or self.status == 404

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return the scopes that the credentials lack, as far as they are told."""
        contexts = [self.context, *(each.get("context") or {} for each in self.parts)]
        found = [scope for each in contexts for name in _LACKING for scope in each.get(name) or ()]
        return tuple(dict.fromkeys(map(str, found)))

    @property
    def holder(self) -> str:
        """Return the id of the record that has the unique value, empty if it is not told."""
        found = _HOLDER.search(self.message)
        return (found[1] or found[2]) if found else ""

    @property
    def conflict(self) -> bool:
        """Tell whether a value that must be unique stands elsewhere."""
        return self.category == "CONFLICT" or self.status == 409 or self._fault()[0] in _CONFLICTS

    def refusal(self) -> Refusal:
        """Return why the record cannot be written, in plain words with the remedy."""
        code, name, said = self._fault()
        template = SENTENCES.get(code) or BY_CATEGORY.get(self.category, OTHERWISE)
        trace = f" (HubSpot's correlation id {self.correlation})" if self.correlation else ""
        shown = name or "a property"
        return Refusal(template.format(name=shown, said=said.rstrip(".") or "no reason given") + trace, name, code)

    def outcome(self) -> Refusal | Retry | Unknown:
        """Return what became of one record of a batch."""
        if self.category in _PASSING or self.status in (429, _LOCKED):
            return Retry(WAITS.get(self.policy, _DEFAULT_WAIT), self.message)
        if self.category in _TROUBLE or self.status >= 500:
            return Unknown(self.message)
        return self.refusal()

    def _fault(self) -> tuple[str, str, str]:
        """Return HubSpot's code, the property that is to blame, and its words."""
        for each in (*_embedded(self.message), *self.parts):
            code = str(each.get("error") or each.get("code") or "")
            context = each.get("context") or {}
            name = str(each.get("name") or _one(context.get("propertyName")) or each.get("in") or "")
            if code or name:
                return code, name, str(each.get("message") or self.message)
        if self.context.get("properties"):
            return "REQUIRED_PROPERTY", _one(self.context["properties"]), self.message
        named = _NAMED.search(self.message)
        name = _one(self.context.get("propertyName")) or (named[1] if named else "")
        return self.category, name, self.message


_PASSING = frozenset({"RATE_LIMITS", "LOCKED", "MIGRATION_IN_PROGRESS"})
_TROUBLE = frozenset({"INTERNAL_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})
_CONFLICTS = frozenset({"CONFLICTING_UNIQUE_VALUE", "OBJECT_ALREADY_EXISTS"})
_LACKING = ("requiredGranularScopes", "requiredScopes", "missingScopes")
_HOLDER = re.compile(r"Existing ID: (\d+)|\b(\d+) already has that value")
_NAMED = re.compile(r"[Pp]roperty \"([a-z][a-z0-9_]*)\"")


def problem_of(status: int, body: object) -> Problem:
    """Read an error body; what is none is carried as its text."""
    if not isinstance(body, dict):
        return Problem(status, message=str(body or "")[:200])
    context = {**(body.get("context") or {})}
    if body.get("objectWriteTraceId"):
        context["objectWriteTraceId"] = body["objectWriteTraceId"]
    parts = tuple(each for each in body.get("errors") or () if isinstance(each, dict))
    return Problem(
        status=status,
        category=str(body.get("category") or body.get("errorType") or ""),
        message=str(body.get("message") or ""),
        correlation=str(body.get("correlationId") or ""),
        policy=str(body.get("policyName") or ""),
        context=context,
        parts=parts,
    )


def translated(error: Exception, *, writing: bool, midnight: datetime) -> CasebridgeError:
    """Return our error for one of the client's; ``midnight`` is when the account's daily limit ends.

    Every sub-package of the client has an ``ApiException`` of its own, so it is known by what it carries.
    """
    status = getattr(error, "status", None)
    if isinstance(status, int) and hasattr(error, "body"):
        problem = problem_of(status, _parsed(error.body))
        if status in (429, _LOCKED, _MIGRATING):
            return _later(problem, midnight, _seconds(getattr(error, "headers", None)))
        return _answered(problem, writing=writing)
    if not isinstance(error, HTTPError):
        raise error
    cause = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    if isinstance(cause, (NewConnectionError, ConnectTimeoutError)):
        return Transient("HubSpot cannot be reached; it is tried again later.")
    kind = Uncertain if writing else Transient
    return kind(f"HubSpot's answer got lost ({type(cause).__name__}).")


def _answered(problem: Problem, *, writing: bool) -> CasebridgeError:
    said = (problem.message or problem.category or "no reason given").rstrip(".")
    status = problem.status
    if status == 401:
        return AuthError(
            f"HubSpot does not take the credentials: renew the key under {KEYS}, or install the OAuth app again."
        )
    if status == 403:
        missing = " and ".join(problem.scopes) or "what is missing"
        return AuthError(f"HubSpot refuses this: {said}. Add {missing} under {KEYS}, then run casebridge check.")
    if status == 0 or status >= 500:
        done = writing and status not in _NEVER_ARRIVED
        return Uncertain(_MAYBE.format(status)) if done else Transient(f"HubSpot is in trouble ({status}).")
    if 300 <= status < 400:
        return ConfigError(f"HubSpot's address answers with a redirection ({status}); correct base_url.")
    return Declined(problem)


def _later(problem: Problem, midnight: datetime, asked: float) -> CasebridgeError:
    if problem.policy == DAILY:
        return BudgetSpent("The account's daily limit of HubSpot calls is used up.", until=midnight)
    if problem.status == 429:
        wait = WAITS.get(problem.policy, _DEFAULT_WAIT)
        return RateLimited("HubSpot asks to wait.", retry_after=wait)
    return RateLimited("HubSpot is busy with these records.", retry_after=max(asked, _DEFAULT_WAIT))


def _seconds(headers: Mapping[str, str] | None) -> float:
    """Return what Retry-After says, which HubSpot sends while it moves an account to another data centre."""
    told = str((headers or {}).get("Retry-After") or "")
    return float(told) if told.isdecimal() else 0


def _parsed(body: object) -> object:
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return text


def _embedded(message: str) -> list[Mapping[str, Any]]:
    """Return the list of faults that HubSpot puts as JSON into some of its messages."""
    _, bracket, rest = message.partition("[{")
    if not bracket:
        return []
    try:
        found, _ = json.JSONDecoder().raw_decode(bracket + rest)
    except ValueError:
        return []
    return [each for each in found if isinstance(each, dict)]


def _one(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value or "")

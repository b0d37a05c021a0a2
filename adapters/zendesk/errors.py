"""Zendesk's errors become ours: what ends a call, and what one record is refused for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adapters.zendesk.wording import TOKENS, field_of, sentence
from bridge.errors import AuthError, CasebridgeError, ConfigError, RateLimited, Refused, Transient, Uncertain
from bridge.nouns import Refusal, Retry

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

_WAIT = 30.0
_CONFLICT_WAIT = 2.0
_PASSING = frozenset(
    {"TooManyRequests", "TooManyJobs", "Conflict", "DatabaseConflict", "ServiceUnavailable", "JobExpired"}
)
_MAYBE = "Zendesk is in trouble ({}); what was asked for may have been done."


class Denied(AuthError):
    """The credentials are known and may not do this."""


class Declined(Refused):
    """Zendesk refused a whole call; ``problem`` is what it said."""

    def __init__(self, problem: Problem) -> None:
        """Say it in plain words."""
        self.problem = problem
        refusal = problem.refusal()
        super().__init__(refusal.reason, field=refusal.field or None)


@dataclass(frozen=True, slots=True)
class Problem:
    """What Zendesk says against a call, or against one item of a job."""

    status: int
    error: str = ""
    said: str = ""
    name: str = ""
    """The field that the answer names, in Zendesk's words."""

    @property
    def missing(self) -> bool:
        """Tell whether the record is not there."""
        return self.status == 404 or self.error == "RecordNotFound"

    @property
    def closed(self) -> bool:
        """Tell whether the ticket is closed for good."""
        return "closed prevents" in self.said

    @property
    def field(self) -> str:
        """Return the field to blame, empty for none."""
        return field_of(self.name, self.said)

    @property
    def requester_gone(self) -> bool:
        """Tell whether the requester of a ticket is not there any more."""
        return self.field == "requester_id" and "suspended" not in self.said

    def taken(self, field: str) -> bool:
        """Tell whether the value of a field stands elsewhere already."""
        return self.field == field and ("already" in self.said or "taken" in self.said)

    def refusal(self) -> Refusal:
        """Return why the record cannot be written, in plain words with the remedy."""
        return Refusal(sentence(self.error, self.field, self.said), self.field, self.error)

    @property
    def passing(self) -> bool:
        """Tell whether it is no fault of what was sent, and may be gone in a moment."""
        return self.status in (409, 429) or self.error in _PASSING

    def outcome(self) -> Refusal | Retry:
        """Return what became of the record."""
        if self.passing:
            return Retry(_CONFLICT_WAIT if "Conflict" in self.error else _WAIT, self.said or self.error)
        return self.refusal()


def problem_of(status: int, body: object) -> Problem:
    """Read an error body."""
    if not isinstance(body, dict):
        return Problem(status, said=str(body or "")[:200])
    error = body.get("error")
    if isinstance(error, dict):  # some endpoints answer {"error": {"title": …, "message": …}}
        return Problem(status, str(error.get("title") or ""), str(error.get("message") or ""))
    details = body.get("details")
    if isinstance(details, dict):
        for name, several in details.items():
            first = several[0] if isinstance(several, list) and several else several
            told = first if isinstance(first, dict) else {"description": first}
            code = str(told.get("error") or error or "")
            return Problem(status, code, str(told.get("description") or body.get("description") or ""), str(name))
    return Problem(status, str(error or ""), str(body.get("description") or body.get("message") or details or ""))


def problem_of_item(row: Mapping[str, Any]) -> Problem:
    """Read the result of an item of a job that failed."""
    errors = row.get("errors")
    said = row.get("details") or row.get("description") or (str(errors) if errors else "")
    return Problem(422, str(row.get("error") or ""), str(said))


def answered(response: httpx.Response, *, writing: bool) -> dict[str, Any]:
    """Return the body of an answer, or raise what it means."""
    status = response.status_code
    if 200 <= status < 300:
        return response.json() if response.content else {}
    raise _meaning(response, problem_of(status, _parsed(response)), writing=writing)


def _meaning(response: httpx.Response, problem: Problem, *, writing: bool) -> CasebridgeError:
    status = response.status_code
    if status == 401:
        return AuthError(f"Zendesk does not take the credentials: make or renew the API token under {TOKENS}.")
    if status == 403:
        return Denied(f"Zendesk refuses this: {problem.said or problem.error}. The token must be an admin's: {TOKENS}.")
    if status == 429:
        return RateLimited(f"Zendesk asks to wait: {problem.error}.", retry_after=_retry_after(response))
    if status >= 500 or (problem.passing and not writing):
        return Uncertain(_MAYBE.format(status)) if writing else Transient(f"Zendesk is in trouble ({status}).")
    if 300 <= status < 400:
        return ConfigError(f"Zendesk's address answers with a redirection ({status}); correct url.")
    return Declined(replace(problem, error=problem.error or f"status {status}"))


def _retry_after(response: httpx.Response) -> float:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() else _WAIT


def _parsed(response: httpx.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return response.text

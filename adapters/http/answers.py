"""What answers mean: the one place where a tool's words become ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from adapters.http import taking
from adapters.http.answer_model import Means, Rule
from bridge.errors import AuthError, RateLimited, Transient
from bridge.nouns import Ended, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge.errors import CasebridgeError

USUAL: Mapping[int, Means] = {
    401: Means.UNAUTHORISED,
    403: Means.FORBIDDEN,
    404: Means.ABSENT,
    408: Means.UNKNOWN,
    410: Means.DELETED,
    412: Means.STALE,
    425: Means.LATER,
    429: Means.LIMITED,
    500: Means.UNKNOWN,
    502: Means.UNKNOWN,
    503: Means.LATER,
    504: Means.UNKNOWN,
}
"""What a status means where no rule of the manifest says otherwise."""
_CODES: Mapping[Means, str] = {
    Means.DUPLICATE: Ended.DUPLICATE,
    Means.DELETED: Ended.DELETED,
    Means.MERGED: Ended.MERGED,
    Means.ABSENT: "not_found",
    Means.STALE: "stale",
}
_SENTENCES: Mapping[Means, str] = {
    Means.ABSENT: "there is no such record, or we may not see it",
    Means.DELETED: "it was deleted there",
    Means.MERGED: "it was merged into another record there",
    Means.DUPLICATE: "it stands there already",
    Means.STALE: "somebody has changed it meanwhile",
}
_WORDS = ("message", "error.message", "error", "detail", "title", "description", "errors[0].message", "errors[0]")
"""Where tools usually say what is wrong, for those whose manifest does not name the place."""
_PAUSE, _LATER = 60.0, 10.0
_EXCERPT = 200
_SPAN = re.compile(r"(?<![\d:.-])(\d+(?:\.\d+)?)\s*(ms|millisecond|s|min|h)(?:econd|ec|ute|our)?s?\b", re.IGNORECASE)
_SPANS = {"ms": 0.001, "millisecond": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
"""Spans of time as tools write them in sentences, in seconds."""


class Declined(Exception):
    """A request was answered, and not with what it asked for; nothing was done."""

    def __init__(self, problem: Problem) -> None:
        """Carry the problem."""
        self.problem = problem
        super().__init__(problem.sentence)


class Uncertain(Exception):
    """Nobody knows whether a change was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What an answer other than "done" says."""

    means: Means
    sentence: str
    field: str = ""
    code: str = ""
    survivor: str = ""
    candidates: tuple[str, ...] = ()

    def refusal(self) -> Refusal:
        """Return it as the outcome of one record."""
        code = _CODES.get(self.means) or self.code
        return Refusal(self.sentence, self.field, code, self.candidates)


def meaning(rules: Sequence[Rule], status: int, headers: Mapping[str, str], body: Any) -> Rule:  # noqa: ANN401 - any JSON
    """Return the rule that fits, or what the status means by itself."""
    for rule in rules:
        if _fits(rule, status, headers, body):
            return rule
    if 200 <= status < 300:
        return Rule(means=Means.DONE)
    return Rule(means=USUAL.get(status, Means.UNKNOWN if status >= 500 else Means.REFUSED))


def raised(tool: str, rule: Rule, status: int, headers: Mapping[str, str], body: Any, *, writing: bool) -> Exception:  # noqa: ANN401 - an answer and its surroundings
    """Return what is raised for an answer that is not "done"."""
    said = _said(rule, status, body)
    advice = f" {rule.remedy}" if rule.remedy else ""
    match rule.means:
        case Means.UNAUTHORISED:
            remedy = advice or " Make a new key there and put it into the project's environment."
            return AuthError(f"{tool} does not accept our credentials: {said}.{remedy}")
        case Means.FORBIDDEN:
            remedy = advice or " Give the login the right to do this there."
            return AuthError(f"{tool} does not let us: {said}.{remedy}")
        case Means.LIMITED:
            wait = _wait(rule, headers, body)
            return RateLimited(f"{tool} asks to wait {wait:.0f} seconds: {said}.{advice}", retry_after=wait)
        case Means.LATER:
            return Transient(f"{tool} is not available: {said}.{advice}")
        case Means.UNKNOWN:
            sentence = f"{tool} failed: {said}.{advice}"
            return Uncertain(sentence) if writing else Transient(sentence)
        case _:
            return Declined(_problem(tool, rule, said, body))


def seconds(told: str, date: str, otherwise: float) -> float:
    """Return how long to wait, from seconds or a time; ``date`` is the tool's own clock."""
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(told)
        now = parsedate_to_datetime(date) if date else datetime.now(UTC)
    except (TypeError, ValueError):
        return otherwise
    return max(0.0, (until - now).total_seconds())


def _wait(rule: Rule, headers: Mapping[str, str], body: Any) -> float:  # noqa: ANN401 - any JSON
    """Return for how many seconds the tool asks, in the header or in its own words."""
    told = taking.text(rule.wait, body) if rule.wait else ""
    found = _SPAN.search(told)
    if found:
        return float(found[1]) * _SPANS[found[2].lower()]
    return seconds(told or headers.get(rule.after, ""), headers.get("Date", ""), _PAUSE)


def later(error: CasebridgeError) -> float:
    """Return after how many seconds to try again."""
    return error.retry_after if isinstance(error, RateLimited) else _LATER


def _fits(rule: Rule, status: int, headers: Mapping[str, str], body: Any) -> bool:  # noqa: ANN401 - any JSON
    wanted = [rule.status] if isinstance(rule.status, int) else rule.status
    if wanted is not None and status not in wanted:
        return False
    if wanted is None and rule.path is None and not rule.header:
        return False
    if rule.header and rule.header not in headers:
        return False
    if rule.path is None:
        return True
    found = taking.at(rule.path, body)
    return found == rule.value if rule.value is not None else bool(found)


def _said(rule: Rule, status: int, body: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the tool's own words."""
    words = taking.text(rule.reason, body) if rule.reason else ""
    if not words and rule.means in _SENTENCES:
        return _SENTENCES[rule.means]
    words = words or _usual(body)[0]
    words = " ".join(words.split())[:_EXCERPT].rstrip(".")
    return f"{words} ({status})" if words else f"status {status}"


def _usual(body: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON
    """Return what most tools say in the same places, and the field that they name by listing its faults under it."""
    if isinstance(body, str):
        return ("", "") if body.lstrip().startswith("<") else (body, "")
    found = next((each for path in _WORDS if isinstance(each := taking.at(path, body), str) and each), "")
    if found or not isinstance(body, dict):
        return found, ""
    faults = ((name, each[0]) for name, each in body.items() if isinstance(each, list) and each)
    name, said = next(((name, each) for name, each in faults if isinstance(each, str)), ("", ""))
    return (f"{name}: {said}", name) if name else ("", "")


def _problem(tool: str, rule: Rule, said: str, body: Any) -> Problem:  # noqa: ANN401 - any JSON
    return Problem(
        means=rule.means,
        sentence=f"{tool}: {said}.{f' {rule.remedy}' if rule.remedy else ''}",
        field=taking.text(rule.field, body) if rule.field else "" if rule.reason else _usual(body)[1],
        code=taking.text(rule.code, body) if rule.code else "",
        survivor=taking.text(rule.survivor, body) if rule.survivor else "",
        candidates=tuple(taking.texts(rule.candidates, body)) if rule.candidates else (),
    )

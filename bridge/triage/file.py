"""The triage file as people write it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Priority: TypeAlias = Literal["low", "normal", "high", "urgent"]
Wanted: TypeAlias = Literal["yes", "no", "check"]
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
"""From the least to the most urgent."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(m|min|h|d|w)\Z")
_SECONDS = {"m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}


def duration(text: str) -> timedelta:
    """Return ``30m``, ``4h``, ``2d`` or ``1w`` as a duration. Raises ``ValueError`` for anything else."""
    match = _DURATION.match(text.strip())
    if match is None:
        message = "a duration is a number and m, h, d or w, such as 30m, 4h or 2d"
        raise ValueError(message)
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])


def _is_duration(text: str) -> str:
    duration(text)
    return text


Duration: TypeAlias = Annotated[str, AfterValidator(_is_duration)]
Words: TypeAlias = list[str] | dict[str, list[str]]
"""Patterns, or patterns by language (all languages are looked for in every text); ``$name`` takes a list of ``words``."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sla(_Part):
    """When something is due, counted from the network's time of the first message."""

    first_reply: Duration | None = Field(default=None, description="Until the first answer: 30m, 4h, 2d.")
    resolve: Duration | None = Field(default=None, description="Until the case is solved.")


class Decided(_Part):
    """What a rule says; what it leaves out, a later rule may say."""

    reason: str | None = Field(default=None, description="Contact reason, one of those under reasons.")
    priority: Priority | None = Field(default=None, description="low, normal, high or urgent.")
    queue: str | None = Field(default=None, description="Queue of the target.")
    sla: Sla = Field(default_factory=Sla)
    case: Wanted | None = Field(
        default=None, description="yes, no, or check: a case in the queue of those that somebody should look at."
    )


class Reason(_Part):
    """A contact reason."""

    title: str = Field(default="", description="What people call it.")
    joinable: bool = Field(
        default=True,
        description="Whether two messages with this reason are probably about one matter; false for catch-alls.",
    )


class Rule(_Part):
    """When something holds, something is said. All conditions of a rule must hold."""

    name: str = Field(min_length=1, description="Named by every decision that it makes; unique.")
    any_words: Words = Field(default_factory=list, description="At least one of these is in subject or text.")
    all_words: list[str] = Field(default_factory=list, description="Each of these is in it.")
    not_words: Words = Field(default_factory=list, description="None of these is in it.")
    when: str = Field(default="", description="A CEL condition.")
    units: list[str] = Field(default_factory=list, description="Only messages of these units.")
    sources: list[str] = Field(default_factory=list, description="Only messages of these sources.")
    targets: list[str] = Field(default_factory=list, description="Only messages that go to one of these targets.")
    set: Decided = Field(default_factory=Decided, description="What it says.")
    stop: bool = Field(default=False, description="Look at no further rule.")


class TriageFile(_Part):
    """Ordered rules: for each thing that can be said, the first rule that says it wins."""

    reasons: dict[str, Reason] = Field(default_factory=dict, description="All contact reasons.")
    words: dict[str, Words] = Field(default_factory=dict, description="Named word lists, for $name in rules.")
    reach: dict[Annotated[str, Field(pattern=r"^\d+$")], Priority] = Field(
        default_factory=dict, description="Reach of the author → the least priority from there on; it never lowers."
    )
    defaults: Decided = Field(
        default_factory=lambda: Decided(priority="normal", case="check"), description="Where no rule says anything."
    )
    automatic: Literal["no", "rules"] = Field(
        default="no",
        description="Whether what a machine wrote (an auto-reply, a bounce, a notice) may open a case: no, whatever the rules say, or as the rules say.",
    )
    rules: list[Rule] = Field(default_factory=list, description="Looked at in this order.")

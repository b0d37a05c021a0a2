"""What a run counted, in words; ``--json`` keeps the names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WORDS: Mapping[str, str] = {
    "seen": "seen",
    "new": "new",
    "repeated": "repeated",
    "quarantined": "quarantined",
    "other": "people and other events",
    "sent": "answers sent",
    "not_there": "answers that had not arrived and go again",
    "changed_meanwhile": "answers changed at the last moment",
    "messages": "messages",
    "created": "created",
    "updated": "updated",
    "adopted": "found there and adopted",
    "linked": "people linked who were there",
    "unchanged": "unchanged",
    "not_needed": "not to be delivered",
    "accepted": "taken, their outcome comes later",
    "waiting": "waiting for something before them",
    "retried": "to be tried again",
    "refused": "refused",
    "gone": "deleted there",
    "unknown": "of unknown outcome",
    "contacts": "people read",
    "foreign_cases": "cases of others read",
    "events": "events in cases",
    "answers_held": "answers held for a moment",
    "answers_review": "answers waiting for you",
    "answers_refused": "answers that cannot go out",
    "answers_edited": "held answers edited",
    "answers_cancelled": "held answers taken back",
    "answers_taken_back_too_late": "answers taken back after they were sent",
    "answers_known": "answers known already",
    "notes": "internal notes",
    "answers_elsewhere": "answers in cases that are not ours",
    "answers_while_off": "answers not published, as publishing is off",
    "answers_before": "answers not published, older than publishing",
    "answers_of_automation": "answers not published, by automations",
    "answers_of_customer": "answers not published, by customers",
    "answers_of_unknown": "answers not published, by nobody knows whom",
    "fetched": "files fetched",
    "wanted": "files to be tried again",
    "too_large": "files too large",
    "bad_type": "files of a type that is not kept",
    "failed": "files that could not be fetched",
}
"""Name of a count → what is said of so many."""


_PLURAL = re.compile(r"\b(answer|file|message|note|case|event)s\b")


def told(counts: Mapping[str, int]) -> str:
    """Return the counts that are not 0 in words, in the order in which things happen."""
    order = list(WORDS)
    known = sorted((name for name in counts if name in WORDS), key=order.index)
    names = [*known, *(name for name in counts if name not in WORDS)]
    return ", ".join(_so_many(counts[name], WORDS.get(name, name)) for name in names if counts[name])


def _so_many(count: int, words: str) -> str:
    said = _PLURAL.sub(r"\1", words, count=1) if count == 1 else words
    return f"{count} {said}"


def in_order(counted: Iterable[str], sources: Iterable[str], targets: Iterable[str]) -> list[str]:
    """Return the parts of a run in the order of a message's journey."""
    journey = [*sources, "attachments", "resolve", *targets]
    return sorted(counted, key=lambda name: journey.index(name) if name in journey else len(journey))

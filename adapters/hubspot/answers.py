"""Agents' answers, wherever the settings say that agents answer; and which of them were taken back since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.hubspot import mails, notes, objects, threads
from adapters.hubspot.limits import Purpose
from adapters.hubspot.names import EMAILS, NOTES
from adapters.hubspot.values import moment
from bridge.nouns import Actor, Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.hubspot.account import Account
    from adapters.hubspot.heard import Heard

PLACES: Mapping[str, Callable[[Account, datetime], Iterator[Heard]]] = {
    "notes": notes.pages,
    "emails": mails.pages,
    "threads": threads.pages,
}
"""Where agents answer → what reads it."""
HEARD_FOR, TALKED_FOR = timedelta(hours=6), timedelta(minutes=10)
"""For so long an answer is watched for being deleted: later it is said. Each message of a thread takes a call of its own."""


def places(account: Account) -> tuple[str, ...]:
    """Return where agents answer."""
    named = account.settings.answers
    in_channel = account.settings.channel and threads.THREADS not in named
    return (*named, threads.THREADS) if in_channel else named


def taken_back(
    account: Account, heard: Mapping[str, tuple[str, str]], now: datetime
) -> tuple[Sequence[Answer], dict[str, tuple[str, str]]]:
    """Return the answers that were deleted since they were heard, and those that are still watched."""
    watched = {answer: told for answer, told in heard.items() if now - moment(told[1]) < _watch(answer)}
    gone = _gone(account, list(watched))
    items = [
        Answer(native_id=answer, case_ref=case, at=now, actor=Actor.AGENT, deleted=True)
        for answer, (case, _) in watched.items()
        if answer in gone
    ]
    return items, {answer: told for answer, told in watched.items() if answer not in gone}


def _watch(answer: str) -> timedelta:
    return TALKED_FOR if answer.startswith(threads.BEFORE) else HEARD_FOR


def _gone(account: Account, watched: Sequence[str]) -> set[str]:
    talked = [answer for answer in watched if answer.startswith(threads.BEFORE)]
    mailed = [answer for answer in watched if answer.startswith(mails.BEFORE)]
    noted = [answer for answer in watched if answer.isdecimal()]
    return {
        *(answer for answer in talked if threads.gone(account, answer)),
        *_missing(account, EMAILS, mailed, mails.BEFORE),
        *_missing(account, NOTES, noted, ""),
    }


def _missing(account: Account, name: str, watched: Sequence[str], before: str) -> set[str]:
    if not watched:
        return set()
    refs = [answer.removeprefix(before) for answer in watched]
    there = objects.read(account.client, name, refs, ["hs_lastmodifieddate"], purpose=Purpose.ANSWER)
    return set(watched) - {before + row["id"] for row in there}

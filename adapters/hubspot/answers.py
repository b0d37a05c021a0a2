"""Agents' notes on tickets: one that begins with the agreed word answers the customer, all others stay internal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.hubspot import objects
from adapters.hubspot.limits import Purpose
from adapters.hubspot.looking import AMENDMENT, MARK
from adapters.hubspot.names import NOTES, TICKETS
from adapters.hubspot.values import as_text, instant, moment
from bridge.nouns import Actor, Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.hubspot.account import Account
    from adapters.hubspot.objects import Row

HEARD_FOR = timedelta(hours=6)
"""For so long an answer is watched for being deleted: later it is said."""
_BODY = "hs_note_body"
_PERSON = frozenset({"CRM_UI", "MOBILE_IOS", "MOBILE_ANDROID", "CONVERSATIONS"})
_READ = (_BODY, "hs_timestamp", "hs_createdate", "hs_created_by_user_id", "hs_object_source", "hs_lastmodifieddate")


@dataclass(frozen=True, slots=True)
class Heard:
    """Some notes: what they say, how new they are, and the public ones, of which more may be heard."""

    items: tuple[Answer, ...]
    newest: datetime
    open: dict[str, tuple[str, str]]


def pages(account: Account, since: datetime) -> Iterator[Heard]:
    """Yield the notes that changed since a time."""
    key = account.key_field(NOTES)
    wanted = [*_READ, *filter(None, [key])]
    for rows in objects.changed(account.client, NOTES, since, wanted, purpose=Purpose.ANSWER):
        tickets = account.associations.of(NOTES, TICKETS, [row["id"] for row in rows], Purpose.ANSWER)
        items = [_answer(account, row, tickets[row["id"]][0], key) for row in rows if tickets.get(row["id"])]
        public = {item.native_id: (item.case_ref, instant(item.at)) for item in items if item.public}
        yield Heard(tuple(items), moment(rows[-1]["properties"]["hs_lastmodifieddate"]), public)


def taken_back(
    account: Account, heard: Mapping[str, tuple[str, str]], now: datetime
) -> tuple[Sequence[Answer], dict[str, tuple[str, str]]]:
    """Return the answers that were deleted since they were heard, and those that are still watched."""
    watched = {note: told for note, told in heard.items() if now - moment(told[1]) < HEARD_FOR}
    if not watched:
        return (), {}
    rows = objects.read(account.client, NOTES, watched, [_BODY], purpose=Purpose.ANSWER)
    there = {row["id"] for row in rows}
    gone = [
        Answer(native_id=note, case_ref=case, at=now, actor=Actor.AGENT, deleted=True)
        for note, (case, _) in watched.items()
        if note not in there
    ]
    return gone, {note: told for note, told in watched.items() if note in there}


def _answer(account: Account, row: Row, case: str, key: str) -> Answer:
    properties = row["properties"]
    text = as_text(properties.get(_BODY) or "").strip()
    author = _author(properties, text, key)
    prefix = account.settings.answer_prefix
    word, _, said = text.partition(prefix)
    public = author is Actor.AGENT and not word and bool(said.strip())
    return Answer(
        native_id=row["id"],
        case_ref=case,
        at=moment(properties.get("hs_createdate") or row["createdAt"]),
        actor=author,
        actor_name=str(properties.get("hs_created_by_user_id") or ""),
        public=public,
        text=said.strip() if public else text,
    )


def _author(properties: Mapping[str, Any], text: str, key: str) -> Actor:
    if (key and properties.get(key)) or MARK.search(text) or AMENDMENT.search(text):
        return Actor.US
    source = str(properties.get("hs_object_source") or "")
    return Actor.AGENT if source in _PERSON and properties.get("hs_created_by_user_id") else Actor.AUTOMATION

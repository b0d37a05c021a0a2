"""Agents' notes on tickets: one that begins with the agreed word answers the customer, all others stay internal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from adapters.hubspot import objects
from adapters.hubspot.attaching import described
from adapters.hubspot.heard import PERSON, on_tickets
from adapters.hubspot.limits import Purpose
from adapters.hubspot.looking import AMENDMENT, MARK
from adapters.hubspot.names import FILES, NOTES
from adapters.hubspot.values import as_text, moment
from bridge.nouns import Actor, Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.hubspot.account import Account
    from adapters.hubspot.heard import Heard
    from adapters.hubspot.objects import Row

_BODY = "hs_note_body"
_READ = (
    *(_BODY, FILES, "hs_timestamp", "hs_createdate", "hs_created_by_user_id"),
    *("hs_object_source", "hs_lastmodifieddate"),
)


def pages(account: Account, since: datetime) -> Iterator[Heard]:
    """Yield the notes that changed since a time."""
    key = account.key_field(NOTES)
    wanted = [*_READ, *filter(None, [key])]
    for rows in objects.changed(account.client, NOTES, since, wanted, purpose=Purpose.ANSWER):
        yield on_tickets(account, NOTES, rows, since, partial(_answer, account, key))


def _answer(account: Account, key: str, row: Row, case: str) -> Answer:
    properties = row["properties"]
    text = as_text(properties.get(_BODY) or "").strip()
    author = _author(properties, text, key)
    word, _, said = text.partition(account.settings.answer_prefix)
    user = str(properties.get("hs_created_by_user_id") or "")
    public = author is Actor.AGENT and not word and bool(said.strip())
    return Answer(
        native_id=row["id"],
        case_ref=case,
        at=moment(properties.get("hs_createdate") or row["createdAt"]),
        actor=author,
        actor_name=account.owners.name(user) if public else "",
        actor_id=user,
        public=public,
        text=said.strip() if public else text,
        files=described(account.client, properties.get(FILES)) if public else (),
    )


def _author(properties: Mapping[str, Any], text: str, key: str) -> Actor:
    if (key and properties.get(key)) or MARK.search(text) or AMENDMENT.search(text):
        return Actor.US
    source = str(properties.get("hs_object_source") or "")
    return Actor.AGENT if source in PERSON and properties.get("hs_created_by_user_id") else Actor.AUTOMATION

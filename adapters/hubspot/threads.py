"""Conversations of the inbox: messages that agents send there reach the customer, comments stay internal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.hubspot import paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.heard import Heard
from adapters.hubspot.limits import Purpose
from adapters.hubspot.values import as_text, instant, moment
from bridge.nouns import Actor, Answer, Attachment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.hubspot.account import Account
    from bridge.nouns import Json

_PAGE = 100
_SAID, _COMMENT, _INTEGRATION = "MESSAGE", "COMMENT", "INTEGRATION"
_AUTHORS: Mapping[str, Actor] = {"A": Actor.AGENT, "V": Actor.CUSTOMER, "E": Actor.CUSTOMER}
"""Kinds of actors, by the letter before their number; all others are bots, integrations and HubSpot itself."""
BEFORE = "threads:"
"""Stands before thread and message, to tell them from a note's id."""


def pages(account: Account, since: datetime) -> Iterator[Heard]:
    """Yield what was said since a time, thread by thread, in those that belong to a ticket."""
    after = ""
    while True:
        query: dict[str, str | int] = {
            "latestMessageTimestampAfter": instant(since),
            "sort": "latestMessageTimestamp",
            "limit": _PAGE,
        }
        if after:
            query["after"] = after
        reply = account.client.get(paths.THREADS, purpose=Purpose.ANSWER, **query)
        for thread in reply.results:
            yield _heard(account, thread, since)
        after = reply.after
        if not after:
            return


def gone(account: Account, native_id: str) -> bool:
    """Tell whether a message that was heard was deleted since."""
    thread, _, message = native_id.removeprefix(BEFORE).partition(":")
    try:
        found = account.client.get(_messages(thread, message), purpose=Purpose.ANSWER).body
    except Declined as declined:
        return declined.problem.missing
    return bool(found.get("archived"))


def _heard(account: Account, thread: Mapping[str, Json], since: datetime) -> Heard:
    messages, after = list[dict[str, Any]](), ""
    while True:
        query: dict[str, Any] = {"limit": _PAGE, **({"after": after} if after else {})}
        reply = account.client.get(_messages(thread["id"]), purpose=Purpose.ANSWER, **query)
        messages += reply.results
        after = reply.after
        if not after:
            break
    ticket = str((thread.get("threadAssociations") or {}).get("associatedTicketId") or "")
    fresh = [each for each in messages if moment(each["createdAt"]) >= since and each["type"] in (_SAID, _COMMENT)]
    items = [_answer(account, each, ticket) for each in fresh] if ticket else []
    return Heard.of(items, moment(thread["latestMessageTimestamp"]))


def _answer(account: Account, message: Mapping[str, Json], ticket: str) -> Answer:
    author = _author(message)
    outgoing = message["type"] == _SAID and message.get("direction") == "OUTGOING"
    return Answer(
        native_id=f"{BEFORE}{message['conversationsThreadId']}:{message['id']}",
        case_ref=ticket,
        at=moment(message["createdAt"]),
        actor=author,
        actor_name=str(message.get("createdBy") or ""),
        public=outgoing and author is Actor.AGENT,
        text=_text(account, message),
        deleted=bool(message.get("archived")),
        files=tuple(_file(each) for each in message.get("attachments") or () if each.get("type") == "FILE"),
    )


def _author(message: Mapping[str, Json]) -> Actor:
    if message.get("direction") == "INCOMING":
        return Actor.CUSTOMER
    if (message.get("client") or {}).get("clientType") == _INTEGRATION:
        return Actor.AUTOMATION
    return _AUTHORS.get(str(message.get("createdBy") or "").partition("-")[0], Actor.AUTOMATION)


def _text(account: Account, message: Mapping[str, Json]) -> str:
    """Return the whole text, of which a list may show the beginning only."""
    whole = message
    if message.get("truncationStatus") not in (None, "NOT_TRUNCATED"):
        path = _messages(message["conversationsThreadId"], message["id"], "original-content")
        whole = account.client.get(path, purpose=Purpose.ANSWER).body
    return str(whole.get("text") or as_text(whole.get("richText") or "")).strip()


def _file(attached: Mapping[str, Json]) -> Attachment:
    return Attachment(
        url=str(attached.get("url") or ""), name=str(attached.get("name") or attached.get("fileId") or "")
    )


def _messages(thread: str, *steps: str) -> str:
    return "/".join((paths.THREADS, thread, "messages", *steps))

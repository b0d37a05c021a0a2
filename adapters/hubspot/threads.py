"""Conversations of the inbox: messages that agents send there reach the customer, comments stay internal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.hubspot import inbox, paths
from adapters.hubspot.heard import Heard
from adapters.hubspot.values import moment
from bridge.nouns import Actor, Answer, Attachment
from bridge.rows import each

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.hubspot.account import Account
    from bridge.nouns import Broken, Json

THREADS = "threads"
BEFORE = f"{THREADS}:"
"""Stands before thread and message, to tell them from a note's id."""
_SAID, _COMMENT, _INTEGRATION = "MESSAGE", "COMMENT", "INTEGRATION"
_AUTHORS: Mapping[str, Actor] = {"A": Actor.AGENT, "V": Actor.CUSTOMER, "E": Actor.CUSTOMER}
"""Kinds of actors, by the letter before their number; all others are bots, integrations and HubSpot itself."""


def pages(account: Account, since: datetime) -> Iterator[Heard]:
    """Yield what was said since a time, thread by thread: in our channel, and elsewhere if agents answer there, too."""
    everywhere = THREADS in account.settings.answers
    for thread in account.inbox.threads(since=since):
        newest = moment(thread["latestMessageTimestamp"])
        ours = _ours(account, thread)
        found, broken = _answers(account, thread, since) if ours or everywhere else ((), ())
        yield Heard.of(found, newest, broken)


def gone(account: Account, native_id: str) -> bool:
    """Tell whether a message that was heard was deleted since."""
    thread, _, message = native_id.removeprefix(BEFORE).partition(":")
    return account.inbox.message(thread, message) is None


def _ours(account: Account, thread: Mapping[str, Json]) -> bool:
    return bool(account.settings.channel) and str(thread.get("originalChannelId")) == account.settings.channel


def _answers(
    account: Account, thread: Mapping[str, Json], since: datetime
) -> tuple[tuple[Answer, ...], tuple[Broken, ...]]:
    messages = account.inbox.messages(thread["id"])
    theirs = str((thread.get("threadAssociations") or {}).get("associatedTicketId") or "")
    ticket = inbox.ticket_of(messages) if _ours(account, thread) else theirs

    def read(message: Mapping[str, Json]) -> Iterator[Answer]:
        if ticket and message["type"] in (_SAID, _COMMENT) and moment(message["createdAt"]) >= since:
            yield _answer(account, message, ticket)

    return each(messages, read, f"{account.surroundings.name} {THREADS}")


def _answer(account: Account, message: Mapping[str, Json], ticket: str) -> Answer:
    author = _author(account, message)
    outgoing = message["type"] == _SAID and message.get("direction") == "OUTGOING"
    public = outgoing and author is Actor.AGENT
    # An agent's is A- and the number of the user.
    user = str(message.get("createdBy") or "").removeprefix("A-")
    return Answer(
        native_id=f"{BEFORE}{message['conversationsThreadId']}:{message['id']}",
        case_ref=ticket,
        at=moment(message["createdAt"]),
        actor=author,
        actor_name=account.owners.name(user) if public else "",
        actor_id=user,
        public=public,
        text=account.inbox.text(message),
        deleted=bool(message.get("archived")),
        files=tuple(_file(account, one) for one in message.get("attachments") or () if one.get("type") == "FILE"),
    )


def _author(account: Account, message: Mapping[str, Json]) -> Actor:
    integration = (message.get("client") or {}).get("clientType") == _INTEGRATION
    if integration and account.settings.channel and str(message.get("channelId")) == account.settings.channel:
        return Actor.US
    if message.get("direction") == "INCOMING":
        return Actor.CUSTOMER
    if integration:
        return Actor.AUTOMATION
    return _AUTHORS.get(str(message.get("createdBy") or "").partition("-")[0], Actor.AUTOMATION)


def _file(account: Account, attached: Mapping[str, Json]) -> Attachment:
    number = str(attached.get("fileId") or "")
    url = account.client.address(f"{paths.FILES}/{number}") if number else ""
    return Attachment(url=url, name=str(attached.get("name") or number))

"""``/conversations/v3/conversations/threads``: the inbox as it can be read, and written into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.hubspot.asked import Asked, Reply, Way, always, page
from tests.fakes.hubspot.errors import invalid
from tests.fakes.hubspot.inbox import INBOX
from tests.fakes.hubspot.times import moment

if TYPE_CHECKING:
    from bridge.nouns import Json
    from tests.fakes.hubspot.inbox import Thread


def _threads(asked: Asked) -> Reply:
    """List threads, the one with the oldest last message first."""
    query = asked.query
    after = moment(query["latestMessageTimestampAfter"]) if "latestMessageTimestampAfter" in query else None
    rows = [
        _thread(one)
        for one in asked.house.inbox.threads.values()
        if query.get("associatedContactId", one.contact) == one.contact
        and query.get("associatedTicketId", one.ticket) == one.ticket
        and query.get("inboxId", INBOX) == INBOX
    ]
    rows = [one for one in rows if after is None or moment(one["latestMessageTimestamp"]) > after]
    rows.sort(key=lambda one: (one["latestMessageTimestamp"], one["id"]))
    return 200, page(rows, query.get("after", ""), asked.limit(500, 100))


def _thread(one: Thread) -> dict[str, Json]:
    associated = {"threadAssociations": {"associatedTicketId": one.ticket}} if one.ticket else {}
    return {
        "id": one.id,
        "createdAt": one.messages[0]["createdAt"],
        "status": "CLOSED" if one.closed else "OPEN",
        "originalChannelId": one.channel,
        "originalChannelAccountId": one.account,
        "latestMessageTimestamp": max(message["createdAt"] for message in one.messages),
        "spam": False,
        "archived": False,
        "inboxId": INBOX,
        "associatedContactId": one.contact or None,
        **associated,
    }


def _one_thread(asked: Asked) -> Reply:
    return 200, _thread(asked.house.inbox.thread(asked.path["thread"]))


def _status(asked: Asked) -> Reply:
    thread, status = asked.house.inbox.thread(asked.path["thread"]), asked.mapping().get("status")
    if status not in {"OPEN", "CLOSED"}:
        raise invalid("status must be OPEN or CLOSED")
    thread.closed = status == "CLOSED"
    return 200, _thread(thread)


def _messages(asked: Asked) -> Reply:
    rows = asked.house.inbox.thread(asked.path["thread"]).messages
    shown = [asked.house.inbox.shortened(one) for one in rows]
    return 200, page(shown, asked.query.get("after", ""), asked.limit(500, 100))


def _message(asked: Asked) -> Reply:
    asked.house.inbox.thread(asked.path["thread"])
    return 200, asked.house.inbox.message(asked.path["message"])


def _whole(asked: Asked) -> Reply:
    found = asked.house.inbox.message(asked.path["message"])
    return 200, {"text": found["text"], "richText": found.get("richText")}


def _write(asked: Asked) -> Reply:
    """Write an internal comment, or a message, which an agent's name stands under."""
    thread, body = asked.house.inbox.thread(asked.path["thread"]), asked.mapping()
    owner = _owner(asked, str(body.get("senderActorId") or ""))
    if not body.get("text"):
        raise invalid("text must not be empty")
    if body.get("type") == "COMMENT":
        return 201, asked.house.inbox.message(asked.house.inbox.comment(thread.id, str(body["text"]), owner=owner))
    missing = [name for name in ("channelId", "channelAccountId", "recipients") if not body.get(name)]
    if body.get("type") != "MESSAGE" or missing:
        raise invalid(f"A message needs type MESSAGE and {missing}", properties=missing)
    return 201, asked.house.inbox.message(asked.house.inbox.answer(thread.id, str(body["text"]), owner=owner))


def _owner(asked: Asked, actor: str) -> str:
    for owner in asked.portal.owners.values():
        if actor == f"A-{owner.user_id}" and not owner.archived:
            return owner.id
    raise invalid(f"senderActorId {actor} is not an agent of this account")


READ, WRITE = always("conversations.read"), always("conversations.write")
ALL = "/conversations/v3/conversations/threads"
ONE = ALL + "/{thread}"
WAYS = (
    Way("GET", ALL, _threads, READ),
    Way("GET", ONE, _one_thread, READ),
    Way("PATCH", ONE, _status, WRITE),
    Way("GET", ONE + "/messages", _messages, READ),
    Way("GET", ONE + "/messages/{message}", _message, READ),
    Way("GET", ONE + "/messages/{message}/original-content", _whole, READ),
    Way("POST", ONE + "/messages", _write, WRITE),
)

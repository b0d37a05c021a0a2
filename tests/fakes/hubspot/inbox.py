"""The inbox: threads, their messages, and custom channels that bring them in and carry answers out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.hubspot.errors import not_found
from tests.fakes.hubspot.hooks import signed
from tests.fakes.hubspot.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.nouns import Json
    from tests.fakes.hubspot.hooks import Hook
    from tests.fakes.hubspot.portal import Portal

INBOX = "61001"
"""The id of the account's inbox."""


@dataclass(slots=True, kw_only=True)
class Thread:
    """A conversation in the inbox."""

    id: str
    channel: str
    account: str
    contact: str = ""
    ticket: str = ""
    integration: str = ""
    """The channel's own id of the thread."""
    closed: bool = False
    messages: list[dict[str, Json]] = field(default_factory=list)


@dataclass(slots=True)
class Inbox:
    """Channels with their accounts, threads, and the calls that HubSpot made to channels."""

    portal: Portal
    channels: dict[str, dict[str, Json]] = field(default_factory=dict)
    accounts: dict[str, dict[str, Json]] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    sent: list[Hook] = field(default_factory=list)
    repeated: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)
    """Messages by channel and idempotency id."""
    longest: int = 10_000
    """Characters of a message that a list of them shows."""

    def channel(self, channel_id: str) -> dict[str, Json]:
        """Return a channel; raises ``Declined``."""
        if channel_id not in self.channels:
            raise not_found(f"Channel {channel_id} does not exist")
        return self.channels[channel_id]

    def thread(self, thread_id: str) -> Thread:
        """Return a thread; raises ``Declined``."""
        if thread_id not in self.threads:
            raise not_found(f"Thread {thread_id} does not exist")
        return self.threads[thread_id]

    def message(self, message_id: str) -> dict[str, Json]:
        """Return a message of any thread; raises ``Declined``."""
        for thread in self.threads.values():
            for one in thread.messages:
                if one["id"] == message_id:
                    return one
        raise not_found(f"Message {message_id} does not exist")

    def shortened(self, message: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return a message as a list shows it: a long one by its beginning."""
        if len(message["text"]) <= self.longest:
            return message
        return {
            **message,
            "text": message["text"][: self.longest],
            "truncationStatus": "TRUNCATED_TO_MOST_RECENT_REPLY",
        }

    def delete(self, message_id: str) -> None:
        """Let an agent delete a message."""
        self.message(message_id)["archived"] = True

    def publish(self, channel_id: str, body: Mapping[str, Json]) -> dict[str, Json]:
        """Take a message from a channel, once per idempotency id."""
        key = (channel_id, str(body.get("integrationIdempotencyId") or ""))
        if key[1] and key in self.repeated:
            return self.repeated[key]
        thread = self._thread(channel_id, body)
        client = {"clientType": "INTEGRATION", "integrationAppId": 1_160_452}
        made = self._say(thread, body, str(body["messageDirection"]), client, f"I-{channel_id}")
        if key[1]:
            self.repeated[key] = made
        return made

    def answer(self, thread_id: str, text: str, *, owner: str = "81001") -> str:
        """Let an agent answer in a thread; HubSpot calls the channel. Returns the message's id."""
        thread, user = self.thread(thread_id), self.portal.owners[owner].user_id
        account = self.accounts[thread.account]
        first = next(one for one in thread.messages if one["direction"] == "INCOMING")
        body: dict[str, Json] = {
            "text": text,
            "richText": f"<div>{text}</div>",
            "senders": [{"actorId": f"A-{user}", "deliveryIdentifier": account["deliveryIdentifier"]}],
            "recipients": [{"deliveryIdentifier": one["deliveryIdentifier"]} for one in first["senders"]],
        }
        made = self._say(thread, body, "OUTGOING", {"clientType": "HUBSPOT"}, f"A-{user}")
        self._call_channel(thread, made)
        return str(made["id"])

    def comment(self, thread_id: str, text: str, *, owner: str = "81001") -> str:
        """Write an internal comment in a thread; returns its id."""
        thread, user = self.thread(thread_id), self.portal.owners[owner].user_id
        now = iso(self.portal.clock.now())
        made: dict[str, Json] = {
            "id": self.portal.number(),
            "type": "COMMENT",
            "conversationsThreadId": thread.id,
            "createdAt": now,
            "createdBy": f"A-{user}",
            "client": {"clientType": "HUBSPOT"},
            "text": text,
            "attachments": [],
            "recipients": [],
            "senders": [{"actorId": f"A-{user}"}],
            "archived": False,
        }
        thread.messages.append(made)
        return str(made["id"])

    def _thread(self, channel_id: str, body: Mapping[str, Json]) -> Thread:
        """Return the thread of the channel's own thread id, or the open one with the same sender, or a new one."""
        native = str(body.get("integrationThreadId") or "")
        for thread in self.threads.values():
            if native and (thread.channel, thread.integration) == (channel_id, native):
                return thread
        made = Thread(
            id=self.portal.number(), channel=channel_id, account=str(body["channelAccountId"]), integration=native
        )
        made.contact = str(body.get("associateWithContactId") or self._known(body))
        self.threads[made.id] = made
        return made

    def _known(self, body: Mapping[str, Json]) -> str:
        """Return the contact whose e-mail or phone the sender has."""
        names = {"HS_EMAIL_ADDRESS": "email", "HS_PHONE_NUMBER": "phone"}
        for one in body.get("senders") or ():
            given = one["deliveryIdentifier"]
            for contact in self.portal.all("contacts"):
                held = contact.properties.get(names.get(given["type"], ""), "")
                if held and held.casefold() == str(given["value"]).casefold():
                    return contact.id
        return ""

    def _say(
        self, thread: Thread, body: Mapping[str, Json], direction: str, client: Json, actor: str
    ) -> dict[str, Json]:
        made: dict[str, Json] = {
            "id": self.portal.number(),
            "type": "MESSAGE",
            "conversationsThreadId": thread.id,
            "createdAt": str(body.get("timestamp") or iso(self.portal.clock.now())),
            "createdBy": actor,
            "client": client,
            "senders": list(body["senders"]),
            "recipients": list(body["recipients"]),
            "text": str(body["text"]),
            "richText": body.get("richText"),
            "attachments": list(body.get("attachments") or ()),
            "truncationStatus": "NOT_TRUNCATED",
            "inReplyToId": body.get("inReplyToId"),
            "status": {"statusType": "RECEIVED" if direction == "INCOMING" else "SENT"},
            "direction": direction,
            "channelId": thread.channel,
            "channelAccountId": thread.account,
            "archived": False,
        }
        thread.messages.append(made)
        thread.closed = False if direction == "INCOMING" else thread.closed
        return made

    def _call_channel(self, thread: Thread, made: Mapping[str, Json]) -> None:
        payload = {
            "type": "OUTGOING_CHANNEL_MESSAGE_CREATED",
            "portalId": self.portal.org.portal_id,
            "channelId": thread.channel,
            "eventTimestamp": int(self.portal.clock.now().timestamp() * 1000),
            "eventId": f"event-{made['id']}",
            "message": dict(made),
            "channelIntegrationThreadIds": [thread.integration] if thread.integration else [],
        }
        url = str(self.channels[thread.channel].get("webhookUrl") or "")
        if url:
            self.sent.append(signed(self.portal.clock, url, payload))

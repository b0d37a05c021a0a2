"""Answers to direct messages. They have no key: one that got no answer is looked for among what we said there since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.bluesky import facets, judging
from adapters.bluesky.client import moment
from adapters.bluesky.errors import Declined
from adapters.bluesky.names import (
    ACCEPT_CONVO,
    CHAT_MESSAGES,
    CONVO_FOR,
    MAX_CHAT_BYTES,
    MAX_CHAT_GRAPHEMES,
    PAGE,
    SEND_MESSAGE,
)
from adapters.bluesky.shapes import items, obj, text
from adapters.bluesky.texts import fits, graphemes, room
from bridge.nouns import Eligibility, Found, Presence, Written

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.bluesky.client import Client
    from adapters.bluesky.settings import BlueskySettings
    from bridge.clock import Clock
    from bridge.nouns import Action, Outcome

_CLOCKS = timedelta(minutes=1)
"""By how much the chat's clock may be behind ours."""
_ON_ITS_WAY = timedelta(minutes=2)
"""For so long a message that got no answer may still arrive; it has no key, so none is sent meanwhile."""
_IN_PUBLIC = "in public"
_CLOSED = {
    "MessagesDisabled": "the customer takes no direct messages",
    "NotFollowedBySender": "the customer takes direct messages only from people whom they follow",
    "BlockedActor": "the customer has blocked this account, or this account the customer",
    "RecipientNotFound": "the customer's account is gone",
    "AccountSuspended": "one of the two accounts may not write direct messages",
    "ConvoLocked": "the conversation is locked",
    "InvalidConvo": "the conversation is gone",
}


class Directs:
    """Sends direct messages."""

    def __init__(self, client: Client, settings: BlueskySettings, clock: Clock) -> None:
        """Send through ``client``."""
        self._client, self._settings, self._clock = client, settings, clock

    def judge(self, action: Action) -> Eligibility:
        """Ask the service whether the customer takes messages of ours, then look at the text."""
        return self._judged(action)[0]

    def do(self, action: Action) -> Outcome | Eligibility:
        """Accept the conversation, which may only be asked for yet, and send."""
        judged, convo = self._judged(action)
        if not judged.can:
            return judged
        found = facets.write(action.text, lambda _: "")
        message = {"text": action.text, **({"facets": found} if found else {})}
        try:
            self._client.post(ACCEPT_CONVO, {"convoId": convo})
            told = self._client.post(SEND_MESSAGE, {"convoId": convo, "message": message})
        except Declined as declined:
            if declined.error in _CLOSED:
                return _closed(declined)
            raise
        return Written(f"{convo}/{text(obj(told).get('id'))}", created=True)

    def done(self, action: Action, not_before: datetime) -> Found:
        """Look among the latest messages of the conversation for ours with this text."""
        try:
            convo, _ = self._convo(action)
            told = obj(self._client.get(CHAT_MESSAGES, {"convoId": convo, "limit": PAGE}))
        except Declined:
            return Found(Presence.UNSURE)
        for message in items(told.get("messages")):
            at = moment(message.get("sentAt"))
            ours = obj(message, "sender").get("did") == self._client.did
            if ours and message.get("text") == action.text and at is not None and at >= not_before - _CLOCKS:
                ref = f"{convo}/{text(message.get('id'))}"
                return Found(Presence.FOUND, ref=ref, refs=(ref,))
        return Found(Presence.UNSURE if self._clock.now() < not_before + _ON_ITS_WAY else Presence.ABSENT)

    def _judged(self, action: Action) -> tuple[Eligibility, str]:
        if not self._settings.direct_messages:
            return judging.cannot("direct messages are switched off (direct_messages)", judging.BY_HAND), ""
        if action.files:
            return judging.cannot("direct messages take no files", "a link to the file", "mail"), ""
        try:
            convo, member = self._convo(action)
        except Declined as declined:
            return _closed(declined), ""
        if member.get("chatDisabled"):
            return judging.cannot(_CLOSED["MessagesDisabled"], _IN_PUBLIC, judging.ELSEWHERE), convo
        return _length(action.text), convo

    def _convo(self, action: Action) -> tuple[str, dict[str, Any]]:
        """Return the conversation, and the customer as a member of it: the one that the message stands in, else the one of the two."""
        told = obj(self._client.get(CONVO_FOR, {"members": [action.recipient]}), "convo")
        member = next((each for each in items(told.get("members")) if each.get("did") == action.recipient), {})
        public = not action.thread or action.thread.startswith("at://")
        return text(told.get("id")) if public else action.thread, member


def _closed(declined: Declined) -> Eligibility:
    reason = _CLOSED.get(declined.error)
    return judging.cannot(reason or f"Bluesky says: {declined.said or declined.error}", _IN_PUBLIC, judging.ELSEWHERE)


def _length(answer: str) -> Eligibility:
    if fits(answer, MAX_CHAT_GRAPHEMES, MAX_CHAT_BYTES):
        return Eligibility(can=True, max_length=max(room(answer, MAX_CHAT_GRAPHEMES), len(answer)))
    reason = f"the text has {graphemes(answer)} characters, {MAX_CHAT_GRAPHEMES} in {MAX_CHAT_BYTES} bytes are allowed"
    return judging.cannot(reason, "a shorter text", longest=MAX_CHAT_GRAPHEMES)

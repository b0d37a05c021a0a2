"""The log of direct messages: what was said and taken back since a place in it, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.bluesky.names import CHAT_LOG, NETWORK
from adapters.bluesky.shapes import items, kind, obj, text
from bridge.nouns import Deleted, UnknownKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.bluesky.client import Client
    from bridge.nouns import Json, SourceEvent

BEGINNING = ""
_LOG = "chat.bsky.convo.defs#log"
_SAID, _TAKEN_BACK = "CreateMessage", "DeleteMessage"
_KNOWN = frozenset(
    {
        *("BeginConvo", "AcceptConvo", "LeaveConvo", "MuteConvo", "UnmuteConvo", "ReadMessage", "ReadConvo"),
        *("AddReaction", "RemoveReaction", "AddMember", "RemoveMember", "MemberJoin", "MemberLeave"),
        *("LockConvo", "UnlockConvo", "LockConvoPermanently", "EditGroup", "CreateJoinLink", "EditJoinLink"),
        *("EnableJoinLink", "DisableJoinLink", "IncomingJoinRequest", "ApproveJoinRequest", "RejectJoinRequest"),
        "OutgoingJoinRequest",
    }
)
"""Entries that nobody said anything with."""
_DELETED_VIEW = "chat.bsky.convo.defs#deletedMessageView"


@dataclass(frozen=True, slots=True)
class Entries:
    """A page of the log: messages with their conversations, what else happened, and the place after it."""

    said: tuple[tuple[str, Mapping[str, Json]], ...]
    others: tuple[SourceEvent, ...]
    place: str


def read(client: Client, after: str, now: datetime) -> Iterator[Entries]:
    """Yield the log's pages after a place until it ends."""
    while True:
        told = obj(client.get(CHAT_LOG, {"cursor": after} if after else {}))
        log, place = items(told.get("logs")), text(told.get("cursor")) or after
        if log:
            yield _entries(log, place, now)
        if not log or place == after:
            return
        after = place


def end(client: Client, now: datetime) -> str:
    """Return the place after all that was said: where a log begins without a place nobody tells, so it is read through."""
    place = BEGINNING
    for entries in read(client, BEGINNING, now):
        place = entries.place
    return place


def _entries(log: list[dict[str, Json]], place: str, now: datetime) -> Entries:
    said: list[tuple[str, Mapping[str, Json]]] = []
    others: list[SourceEvent] = []
    for entry in log:
        what, convo = kind(entry).removeprefix(_LOG), text(entry.get("convoId"))
        message = obj(entry, "message")
        if what == _SAID and kind(message) != _DELETED_VIEW:
            said.append((convo, message))
        elif what in (_SAID, _TAKEN_BACK):
            others.append(Deleted(NETWORK, f"{convo}/{text(message.get('id'))}", now))
        elif what not in _KNOWN:
            others.append(UnknownKind(kind(entry) or "log entry without a type", raw=entry))
    return Entries(tuple(said), tuple(others), place)

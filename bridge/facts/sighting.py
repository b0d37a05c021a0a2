"""One sighting of a message, as the rows that it would be, and what decides between revisions of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bridge import features
from bridge.masking import masked_text
from bridge.nouns import Direction, Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.nouns import Message
    from bridge.reading import Reading

NEVER = datetime(1, 1, 1, tzinfo=UTC)


def rank_of(edited_at: datetime | None, content_hash: str) -> tuple[datetime, str]:
    """Return what decides between revisions: edit time, then content."""
    return (edited_at or NEVER, content_hash)


class Sighting:
    """One sighting of a message, as the rows that it would be."""

    __slots__ = ("attachments", "author", "raw", "row", "subject", "text")

    def __init__(self, reading: Reading, message: Message, now: datetime) -> None:
        """Prepare the rows of a message as ``reading`` brought it."""
        self.text, self.subject = message.text, message.subject
        raw = features.raw_text(message) if reading.keep_raw else None
        self.raw = masked_text(features.storable(raw)) if raw is not None else None
        self.author = message.author.key if message.author is not None else None
        self.attachments = message.attachments
        space = f"{message.network}/{message.scope}"
        self.row: dict[str, Any] = {
            "key": message.key,
            "network": message.network,
            "connection": reading.connection,
            "account": message.account,
            "unit": message.unit,
            "author_id": None,
            "direction": str(message.direction),
            "kind": str(message.kind),
            "public": message.public,
            "lang": message.lang,
            "sent_at": message.sent_at,
            "edited_at": message.edited_at,
            "received_at": now,
            "permalink": message.permalink or None,
            "thread": f"{space}#{message.thread}" if message.thread else None,
            "answers": _links(space, message.answers, message.key),
            "answered_by": _links(space, message.answered_by, message.key),
            "rating": message.rating,
            "reach": message.author.reach if message.author is not None else None,
            "missed": message.missed,
            "automatic": message.automatic,
            "mode": _mode(reading, message),
            "policy_id": reading.policies.get(message.unit) or reading.policies[""],
            "hash": features.content_hash(message),
            "deleted_at": None,
            "facts": features.named_facts(message, reading.patterns, reading.secret)
            if message.direction is Direction.IN
            else None,
            "seen_by": None,
            "extra": dict(message.extra) or None,
            "action_id": None,
        }

    @property
    def rank(self) -> tuple[datetime, str]:
        """Return what decides between revisions: edit time, then content."""
        return rank_of(self.row["edited_at"], self.row["hash"])


def _mode(reading: Reading, message: Message) -> str:
    old = reading.live_since is not None and message.sent_at is not None and message.sent_at < reading.live_since
    return str(reading.old if old else Mode.LIVE)


def _links(space: str, native_ids: Sequence[str], own_key: str) -> list[str] | None:
    keys = {f"{space}/{native_id}" for native_id in native_ids if native_id}
    keys.discard(own_key)
    return sorted(keys) or None

"""The answering side of exports: answers are written to a file, from which somebody else brings them to the network."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from adapters.file import outbox
from adapters.file.source import FileSource
from bridge.contracts import Idempotency, Publisher, Strategy
from bridge.errors import ConfigError
from bridge.keys import short_hash
from bridge.nouns import ActionKind, Direction, Eligibility, Found, Outcome, Presence, Refusal, Written

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bridge.clock import Clock
    from bridge.contracts import Source
    from bridge.nouns import Action

LONGEST = {
    "x": (280, 10_000),
    "bluesky": (300, 1_000),
    "mastodon": (500, 500),
    "threads": (500, 500),
    "instagram": (2_200, 1_000),
    "facebook": (8_000, 2_000),
    "linkedin": (1_250, 8_000),
    "reddit": (10_000, 10_000),
    "youtube": (10_000, 10_000),
    "whatsapp": (4_096, 4_096),
    "telegram": (4_096, 4_096),
    "sms": (1_530, 1_530),
}
"""Characters that each network takes of an answer in public and in private; an SMS has ten parts.
Adapters of a network know better: there it may depend on account or server."""

SPOKEN = frozenset({"phone"})
"""Networks on which nothing can be written."""

BY_HAND = "answer by hand on the network"


class FilePublisher(Publisher):
    """Answers as lines of the message format in a file (``outbox``), each once: its id is made from the action's key."""

    publishing = Idempotency(Strategy.CALLER_CHOSEN_ID, settle_after=timedelta(0))

    def __init__(self, path: Path | None, clock: Clock) -> None:
        """Write to ``path``; None: nothing can be answered."""
        self._path, self._clock = path, clock

    @classmethod
    def beside(cls, source: Source) -> FilePublisher:
        """Return the publisher that writes to the outbox of a file source."""
        if not isinstance(source, FileSource):
            message = f"The file publisher answers beside a file source, not beside {type(source).__name__}."
            raise ConfigError(message)
        return cls(source.outbox, source.clock)

    def eligibility(self, action: Action) -> Eligibility:
        """Check kind, message, network, outbox and length, in this order; ask nobody."""
        longest = LONGEST.get(action.network, (None, None))[0 if action.public else 1]
        if action.kind is not ActionKind.REPLY:
            return _cannot(f"an outbox takes answers only, no {action.kind}", "do it by hand on the network")
        if not action.reply_to:
            return _cannot("there is no message of the customer that it answers", BY_HAND)
        if action.network in SPOKEN:
            return _cannot("a call cannot be answered in writing", "call back", "another channel of the customer")
        if self._path is None:
            return _cannot("this export has no outbox; set outbox: answers.jsonl at this source", BY_HAND)
        if longest is not None and len(action.text) > longest:
            reason = f"the text has {len(action.text)} characters, {longest} are allowed on {action.network}"
            return Eligibility(can=False, reason=reason, alternatives=("a shorter text",), max_length=longest)
        return Eligibility(can=True, max_length=longest)

    def publish(self, action: Action) -> Outcome:
        """Append the answer unless it stands there; on disk before this returns. Raises ``Transient``."""
        eligibility = self.eligibility(action)
        if self._path is None or not eligibility.can:
            return Refusal(eligibility.reason, code="not_eligible")
        created = outbox.append(self._path, _document(action, self._clock.now()))
        return Written(id_of(action), created=created)

    def published(self, action: Action, not_before: datetime) -> Found:  # noqa: ARG002 - a file is read whole, it has no lag
        """Look whether the answer stands in the outbox. Raises ``Transient``."""
        ref = id_of(action)
        if self._path is None or not outbox.holds(self._path, ref):
            return Found(Presence.ABSENT)
        return Found(Presence.FOUND, ref=ref, refs=(ref,))


def id_of(action: Action) -> str:
    """Return the id that we choose for our post: the same whenever the same action is tried."""
    return f"answer-{short_hash(action.key)}"


def _cannot(reason: str, *alternatives: str) -> Eligibility:
    return Eligibility(can=False, reason=reason, alternatives=alternatives)


def _extra(action: Action) -> dict[str, Any]:
    """Return whom the answer is for, and what its files show if somebody said so."""
    shown = [file.alt for file in action.files] if any(file.alt for file in action.files) else []
    return {name: value for name, value in {"recipient": action.recipient, "descriptions": shown}.items() if value}


def _document(action: Action, now: datetime) -> dict[str, Any]:
    """Return the answer in the message format, ``id`` first; whom it is for stands under ``extra``."""
    document = {
        "id": id_of(action),
        "network": action.network,
        "scope": action.scope,
        "account": action.account,
        "direction": str(Direction.OUT),
        "kind": str(action.posted),
        "public": action.public,
        "text": action.text,
        "sent_at": now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "thread": action.thread,
        "answers": [action.reply_to],
        "attachments": [{"path": file.path, "name": file.name} for file in action.files],
        "extra": _extra(action) or None,
    }
    return {name: value for name, value in document.items() if value not in ("", None, [])}

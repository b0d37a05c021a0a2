"""Replies in threads of ours, hidden from everybody and shown again: the gate of a thread lists what is hidden in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.bluesky import judging
from adapters.bluesky.errors import Declined
from adapters.bluesky.names import POST, THREADGATE
from adapters.bluesky.parse import author_of, links
from adapters.bluesky.records import STANDS
from adapters.bluesky.shapes import obj, text, texts
from bridge.errors import Transient
from bridge.nouns import Eligibility, Found, Presence, Written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapters.bluesky.records import Repository
    from bridge.clock import Clock
    from bridge.nouns import Action, Json, Outcome

_TRIES = 3
"""Somebody may change the gate in the app at the same moment."""


class Hiding:
    """Hides replies, or shows them again."""

    def __init__(self, repository: Repository, clock: Clock, *, hides: bool) -> None:
        """Write into ``repository``."""
        self._repository, self._client, self._clock, self._hides = repository, repository.client, clock, hides

    def judge(self, action: Action) -> Eligibility:
        """Look whether the post stands in a thread that we began: only there do we decide."""
        uri = action.reply_to
        stored = self._client.record(uri) if f"/{POST}/" in uri else None
        if stored is None:
            return judging.cannot("the post is gone, or is none in public", judging.BY_HAND)
        if author_of(self._root(stored)) != self._client.did:
            reason = "only replies in threads that this account began can be hidden from everybody"
            return judging.cannot(reason, "mute or report it in the app")
        return Eligibility(can=True)

    def do(self, action: Action) -> Outcome | Eligibility:
        """List the reply in the gate of its thread, or take it out; all else there stays as it is."""
        judged = self.judge(action)
        if not judged.can:
            return judged
        root = self._root(self._client.record(action.reply_to) or {})
        for _ in range(_TRIES):
            gate = self._gate(root)
            if (action.reply_to in _hidden(gate)) == self._hides:
                return Written(action.reply_to, created=False)
            try:
                self._write(root, gate, action.reply_to)
            except Declined as declined:
                if declined.error != STANDS:
                    raise
            else:
                return Written(action.reply_to, created=True)
        raise Transient("Somebody changes who may reply in this thread at the same time.")

    def done(self, action: Action, not_before: datetime) -> Found:  # noqa: ARG002 - our repository has no lag
        """Look whether the gate lists it as it should."""
        stored = self._client.record(action.reply_to)
        if stored is None or (action.reply_to in _hidden(self._gate(self._root(stored)))) != self._hides:
            return Found(Presence.ABSENT)
        return Found(Presence.FOUND, ref=action.reply_to, refs=(action.reply_to,))

    def _root(self, stored: Mapping[str, Json]) -> str:
        return links(obj(stored, "value"))[0]

    def _gate(self, root: str) -> dict[str, Any]:
        """Return the thread's gate, empty if it has none; it stands under the key of the post that began the thread."""
        return self._client.record(self._repository.uri(THREADGATE, _key(root))) or {}

    def _write(self, root: str, gate: Mapping[str, Json], uri: str) -> None:
        made = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        others = [each for each in _hidden(gate) if each != uri]
        listed = {"hiddenReplies": [*others, uri] if self._hides else others}
        record = {"post": root, "createdAt": made, **obj(gate, "value"), **listed}
        self._repository.replace(THREADGATE, _key(root), record, over=text(gate.get("cid")) or None)


def _hidden(gate: Mapping[str, Json]) -> list[str]:
    return texts(obj(gate, "value").get("hiddenReplies"))


def _key(uri: str) -> str:
    return uri.rpartition("/")[2]

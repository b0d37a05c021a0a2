"""What else is done with posts: to like one, to delete one of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.bluesky import judging, tids
from adapters.bluesky.errors import Declined
from adapters.bluesky.names import LIKE, POST, THREAD
from adapters.bluesky.parse import author_of
from adapters.bluesky.shapes import items, obj, text
from bridge.nouns import Eligibility, Found, Presence, Written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapters.bluesky.records import Repository
    from bridge.clock import Clock
    from bridge.nouns import Action, Json, Outcome

_DEEP = 10
"""Most posts of one answer."""


class Likes:
    """Likes customers' posts."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        """Write into ``repository``."""
        self._repository, self._clock = repository, clock

    def judge(self, action: Action) -> Eligibility:
        """Look whether the post is there; a direct message is none."""
        return self._judged(action).eligibility

    def do(self, action: Action) -> Outcome | Eligibility:
        """Write the like, once; what is liked already, in the app, stays so."""
        judged = self._judged(action)
        if not judged.eligibility.can:
            return judged.eligibility
        if given := text(obj(judged.view, "viewer").get("like")):
            return Written(given, created=False)
        subject = {name: text(judged.view.get(name)) for name in ("uri", "cid")}
        made = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        stored = self._repository.insert(LIKE, _key(action), {"subject": subject, "createdAt": made})
        return Written(stored.uri, created=stored.created)

    def _judged(self, action: Action) -> judging.Judged:
        if not action.reply_to.startswith("at://"):
            return judging.Judged({}, judging.cannot("only posts can be liked", "a few words"))
        return judging.post(self._repository.client, action.reply_to)

    def done(self, action: Action, not_before: datetime) -> Found:  # noqa: ARG002 - our repository has no lag
        """Look whether the like stands."""
        stored = self._repository.standing(LIKE, _key(action))
        return Found(Presence.FOUND, ref=stored.uri, refs=(stored.uri,)) if stored else Found(Presence.ABSENT)


class Deletions:
    """Deletes posts of ours."""

    def __init__(self, repository: Repository) -> None:
        """Delete from ``repository``."""
        self._repository = repository

    def judge(self, action: Action) -> Eligibility:
        """Look whether the post is ours."""
        if author_of(action.reply_to) == self._repository.client.did and f"/{POST}/" in action.reply_to:
            return Eligibility(can=True)
        return judging.cannot("only posts of this account can be deleted", "report the post in the app")

    def do(self, action: Action) -> Outcome | Eligibility:
        """Delete it with its further parts, from the last to the first; one that is gone is gone."""
        judged = self.judge(action)
        if not judged.can:
            return judged
        for uri in reversed(self._parts(action.reply_to)):
            self._repository.delete(uri)
        return Written(action.reply_to, created=True)

    def done(self, action: Action, not_before: datetime) -> Found:  # noqa: ARG002 - our repository has no lag
        """Look whether the post is gone."""
        if self._repository.client.record(action.reply_to) is not None:
            return Found(Presence.ABSENT)
        return Found(Presence.FOUND, ref=action.reply_to, refs=(action.reply_to,))

    def _parts(self, uri: str) -> list[str]:
        """Return the posts that an answer of ours has become: each further one stands below the one before it."""
        try:
            node = obj(self._repository.client.get(THREAD, {"uri": uri, "depth": _DEEP, "parentHeight": 0}), "thread")
        except Declined:
            return [uri]
        found = [uri]
        while _chosen(found[-1]) and (further := next(filter(self._ours, items(node.get("replies"))), None)):
            found.append(text(obj(further, "post").get("uri")))
            node = further
        return found

    def _ours(self, node: Mapping[str, Json]) -> bool:
        uri = text(obj(node, "post").get("uri"))
        return author_of(uri) == self._repository.client.did and _chosen(uri)


def _chosen(uri: str) -> bool:
    """Tell whether we chose the key of a post: apps choose others, so it is no answer of ours."""
    return tids.is_ours(uri.rpartition("/")[2])


def _key(action: Action) -> str:
    return tids.key_of(action.key, action.reply_to.rpartition("/")[2])

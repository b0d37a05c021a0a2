"""What else is done with posts: to like one, to delete one of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.bluesky import judging, tids
from adapters.bluesky.names import LIKE, POST
from adapters.bluesky.parse import author_of
from adapters.bluesky.shapes import text
from bridge.nouns import Eligibility, Found, Presence, Written

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.bluesky.records import Repository
    from bridge.clock import Clock
    from bridge.nouns import Action, Outcome


class Likes:
    """Likes customers' posts."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        """Write into ``repository``."""
        self._repository, self._clock = repository, clock

    def judge(self, action: Action) -> Eligibility:
        """Look whether the post is there."""
        return judging.post(self._repository.client, action.reply_to).eligibility

    def do(self, action: Action) -> Outcome | Eligibility:
        """Write the like, once."""
        judged = judging.post(self._repository.client, action.reply_to)
        if not judged.eligibility.can:
            return judged.eligibility
        subject = {name: text(judged.view.get(name)) for name in ("uri", "cid")}
        made = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        stored = self._repository.insert(LIKE, _key(action), {"subject": subject, "createdAt": made})
        return Written(stored.uri, created=stored.created)

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
        """Delete it; one that is gone is gone."""
        judged = self.judge(action)
        if not judged.can:
            return judged
        self._repository.delete(action.reply_to)
        return Written(action.reply_to, created=True)

    def done(self, action: Action, not_before: datetime) -> Found:  # noqa: ARG002 - our repository has no lag
        """Look whether the post is gone."""
        if self._repository.client.record(action.reply_to) is not None:
            return Found(Presence.ABSENT)
        return Found(Presence.FOUND, ref=action.reply_to, refs=(action.reply_to,))


def _key(action: Action) -> str:
    return tids.key_of(action.key, action.reply_to.rpartition("/")[2])

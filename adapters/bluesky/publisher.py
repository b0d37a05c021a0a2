"""The answering side of a Bluesky account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from adapters.bluesky import judging
from adapters.bluesky.directs import Directs
from adapters.bluesky.errors import Declined
from adapters.bluesky.gestures import Deletions, Likes
from adapters.bluesky.hiding import Hiding
from adapters.bluesky.records import Repository
from adapters.bluesky.replying import Replies
from adapters.bluesky.source import BlueskySource
from bridge.contracts import Idempotency, Publisher, Strategy
from bridge.errors import ConfigError, Uncertain
from bridge.nouns import ActionKind, Eligibility, Refusal, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bridge.contracts import Source
    from bridge.nouns import Action, Found, Outcome


class Way(Protocol):
    """One way of doing something."""

    def judge(self, action: Action) -> Eligibility:
        """Say whether it can be done."""
        ...

    def do(self, action: Action) -> Outcome | Eligibility:
        """Do it once, or say why it cannot be done."""
        ...

    def done(self, action: Action, not_before: datetime) -> Found:
        """Look whether it was done."""
        ...


class BlueskyPublisher(Publisher):
    """Replies, likes, hides and deletes, under keys of ours in our repository; sends direct messages, which are read back."""

    publishing = Idempotency(Strategy.CALLER_CHOSEN_ID, settle_after=timedelta())

    def __init__(self, source: BlueskySource) -> None:
        """Answer where ``source`` reads."""
        client, settings, clock = source.client, source.settings, source.around.clock
        repository = Repository(client, settings, source.around)
        self._replies, self._directs = Replies(repository, settings, clock), Directs(client, settings, clock)
        self._gestures: Mapping[ActionKind, Way] = {
            ActionKind.LIKE: Likes(repository, clock),
            ActionKind.HIDE: Hiding(repository, clock, hides=True),
            ActionKind.UNHIDE: Hiding(repository, clock, hides=False),
            ActionKind.DELETE_OWN: Deletions(repository),
        }

    @classmethod
    def beside(cls, source: Source) -> BlueskyPublisher:
        """Return the publisher of a Bluesky source."""
        if not isinstance(source, BlueskySource):
            raise ConfigError(f"The Bluesky publisher answers beside a Bluesky source, not {type(source).__name__}.")
        return cls(source)

    def eligibility(self, action: Action) -> Eligibility:
        """Look at the post or conversation as it is now."""
        way = self._way(action)
        return _unknown(action) if way is None else way.judge(action)

    def publish(self, action: Action) -> Outcome:
        """Do it once: the key of each record is made from that of the action."""
        way = self._way(action)
        if way is None:
            return Refusal(_unknown(action).reason, code="not_eligible")
        try:
            done = way.do(action)
        except Uncertain as lost:
            return Unknown(str(lost))
        except Declined as declined:
            return Refusal(f"Bluesky says: {declined.said or declined.error}", code=declined.error)
        return Refusal(done.reason, code="not_eligible") if isinstance(done, Eligibility) else done

    def published(self, action: Action, not_before: datetime) -> Found:
        """Look under the keys that it would have."""
        way = self._way(action)
        if way is None:
            raise ConfigError(_unknown(action).reason)
        return way.done(action, not_before)

    def _way(self, action: Action) -> Way | None:
        if action.kind is ActionKind.REPLY:
            return self._replies if action.public else self._directs
        return self._gestures.get(action.kind)


def _unknown(action: Action) -> Eligibility:
    return judging.cannot(f"Bluesky has no {action.kind} that others can do for people", "do it by hand in the app")

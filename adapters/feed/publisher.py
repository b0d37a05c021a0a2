"""Answers to feeds: a person gives them on the site."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.feed.source import FeedSource
from bridge.contracts import Idempotency, Publisher, Strategy
from bridge.errors import ConfigError
from bridge.nouns import Eligibility, Found, Presence, Refusal
from bridge.outbox.wording import BY_HAND

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.contracts import Source
    from bridge.nouns import Action, Outcome

_REASON = "feeds can be read only"


class FeedPublisher(Publisher):
    """Says of every answer that a person has to give it, and where."""

    publishing = Idempotency(Strategy.AT_MOST_ONCE, settle_after=timedelta(0))

    @classmethod
    def beside(cls, source: Source) -> FeedPublisher:
        """Return the publisher of a feed."""
        if not isinstance(source, FeedSource):
            message = f"The feed publisher stands beside a feed, not beside {type(source).__name__}."
            raise ConfigError(message)
        return cls()

    def eligibility(self, action: Action) -> Eligibility:  # noqa: ARG002 - the contract's signature
        """Say that it cannot be done from here; the case knows the entry's address."""
        return Eligibility(can=False, reason=_REASON, alternatives=(BY_HAND,))

    def publish(self, action: Action) -> Outcome:
        """Refuse."""
        return Refusal(self.eligibility(action).reason, code="not_eligible")

    def published(self, action: Action, not_before: datetime) -> Found:  # noqa: ARG002 - the contract's signature
        """Say that nothing was done."""
        return Found(Presence.ABSENT)

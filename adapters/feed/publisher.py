"""Answers to feeds: a person gives them on the site."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.feed.source import FeedSource
from bridge.contracts import Idempotency, Publisher, Strategy
from bridge.errors import ConfigError
from bridge.nouns import Eligibility, Found, Presence, Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.contracts import Source
    from bridge.nouns import Action, Outcome

_REASON = "feeds can be read only"


class FeedPublisher(Publisher):
    """Says of every answer that a person has to give it, and where."""

    publishing = Idempotency(Strategy.AT_MOST_ONCE, settle_after=timedelta(0))

    def __init__(self, source: FeedSource) -> None:
        """Stand beside ``source``."""
        self._source = source

    @classmethod
    def beside(cls, source: Source) -> FeedPublisher:
        """Return the publisher of a feed."""
        if not isinstance(source, FeedSource):
            message = f"The feed publisher stands beside a feed, not beside {type(source).__name__}."
            raise ConfigError(message)
        return cls(source)

    def eligibility(self, action: Action) -> Eligibility:
        """Say that it cannot be done from here, and where a person does it."""
        is_address = action.reply_to.startswith(("https://", "http://"))
        place = action.reply_to if is_address else f"the entry's address in the case, on {self._source.settings.host}"
        return Eligibility(can=False, reason=_REASON, alternatives=(f"by hand: {place}",))

    def publish(self, action: Action) -> Outcome:
        """Refuse."""
        return Refusal(self.eligibility(action).reason, code="not_eligible")

    def published(self, action: Action, not_before: datetime) -> Found:  # noqa: ARG002 - the contract's signature
        """Say that nothing was done."""
        return Found(Presence.ABSENT)

"""The answering side of the network in memory."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.memory.source import MemorySource
from bridge.contracts import Idempotency, Publisher, Strategy
from bridge.errors import ConfigError
from bridge.faults import Fault
from bridge.nouns import ActionKind, Eligibility, Found, Outcome, Presence, Refusal, Unknown, Written

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.memory.network import MemoryNetwork
    from bridge.contracts import Source
    from bridge.nouns import Action, Message

LOST = Unknown("no answer in time (played fault)")
SLOWEST_CALL = timedelta(seconds=5)
"""A post may reach the network that much later than its caller noted."""


class MemoryPublisher(Publisher):
    """Posts on a ``MemoryNetwork``, which keeps the caller's key and so takes each action once."""

    publishing = Idempotency(Strategy.CALLER_CHOSEN_ID, settle_after=timedelta(0))

    def __init__(self, name: str, network: MemoryNetwork) -> None:
        """Post on ``network``."""
        self.name, self.network = name, network

    @classmethod
    def beside(cls, source: Source) -> MemoryPublisher:
        """Return the publisher for the network that ``source`` reads."""
        if not isinstance(source, MemorySource):
            message = f"The memory publisher answers beside a memory source, not beside {type(source).__name__}."
            raise ConfigError(message)
        return cls(source.name, source.network)

    def eligibility(self, action: Action) -> Eligibility:
        """Check kind, message, reply window, closed recipients and length, in this order."""
        if action.kind is ActionKind.ANSWERED_BY_HAND:
            return Eligibility(can=False, reason="answering by hand is for people")
        message = self.network.message(action.reply_to)
        if message is None:
            reason = "the message was deleted, or never was on this network"
            return Eligibility(can=False, reason=reason, alternatives=("another channel of the customer",))
        return self._answerable(action, message)

    def publish(self, action: Action) -> Outcome:
        """Do it once per key; what cannot be done is refused with the reason."""
        self.network.faults.before_call(self.name)
        self.network.faults.before_commit(self.name)
        if self.network.faults.happens(Fault.LOST_REQUEST):
            return LOST
        known = self.network.posts.get(action.key)
        eligibility = self.eligibility(action)
        if known is None and not eligibility.can:
            return Refusal(eligibility.reason, code="not_eligible")
        posted = self.network.post(action)
        if self.network.faults.happens(Fault.TIMEOUT_AFTER_COMMIT):
            return LOST
        return Written(posted.native_id, created=known is None)

    def published(self, action: Action, not_before: datetime) -> Found:
        """Look the action up by its key; within the search lag, absent is UNSURE."""
        self.network.faults.before_call(self.name)
        lag = timedelta(seconds=self.network.settings.search_lag)
        now = self.network.clock.now()
        posted = self.network.posts.get(action.key)
        if posted is not None and posted.at <= now - lag:
            return Found(Presence.FOUND, ref=posted.native_id, refs=(posted.native_id,))
        unsure = bool(lag) and now < not_before + lag + SLOWEST_CALL
        return Found(Presence.UNSURE if unsure else Presence.ABSENT)

    def _answerable(self, action: Action, message: Message) -> Eligibility:
        longest, until = self.network.settings.max_length, self.network.window_closes(message)
        if until is not None and self.network.clock.now() > until:
            reason = f"the reply window closed at {until:%Y-%m-%d %H:%M} UTC"
            return Eligibility(can=False, reason=reason, alternatives=("mail", "a call"), until=until)
        if not action.public and action.recipient in self.network.closed:
            return Eligibility(can=False, reason="the customer takes no direct messages", alternatives=("in public",))
        if len(action.text) > longest:
            reason = f"the text has {len(action.text)} characters, {longest} are allowed"
            return Eligibility(can=False, reason=reason, alternatives=("a shorter text",), max_length=longest)
        return Eligibility(can=True, until=until, max_length=longest)

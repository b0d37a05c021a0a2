"""Whose words our answers answer: the nearest customer's message by links, else the last one before it in the thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bridge.cases.model import UNDATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


class ConversationMessage(NamedTuple):
    """A message of one conversation, as far as its place in it goes."""

    id: int
    key: str
    inbound: bool
    author: int | None
    at: datetime | None
    answers: tuple[str, ...] = ()
    """Keys of the messages that it answers, known or not."""

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Total order, as of utterances."""
        return (self.at or UNDATED, 0 if self.inbound else 1, self.key)


def attribute(conversation: Sequence[ConversationMessage]) -> dict[int, int | None]:
    """Return for each outgoing message the id of the customer's message that it belongs to, or None.

    Nearest means the fewest links (over other outgoing messages); of equally near ones the latest. Cycles do no harm.
    The time taken grows with messages and links.
    """
    outgoing = [message for message in conversation if not message.inbound]
    if not outgoing:
        return {}
    by_link = _nearest_by_links(conversation)
    by_place = _last_before(conversation) if len(by_link) < len(outgoing) else {}
    return {message.id: by_link.get(message.id, by_place.get(message.id)) for message in outgoing}


def _nearest_by_links(conversation: Sequence[ConversationMessage]) -> dict[int, int]:
    """Spread from the customers' messages along the links, one step at a time, over outgoing messages."""
    answers_to: dict[str, list[ConversationMessage]] = {}
    for message in conversation:
        if not message.inbound:
            for key in message.answers:
                answers_to.setdefault(key, []).append(message)
    reached: dict[int, ConversationMessage] = {}
    edge: Iterable[tuple[ConversationMessage, ConversationMessage]] = [
        (message, message) for message in conversation if message.inbound and message.key in answers_to
    ]
    while edge:
        step: dict[int, tuple[ConversationMessage, ConversationMessage]] = {}
        for message, customers in edge:
            for answer in answers_to.get(message.key, ()):
                if answer.id in reached:
                    continue
                before = step.get(answer.id)
                if before is None or customers.order > before[1].order:
                    step[answer.id] = (answer, customers)
        reached.update((id_, customers) for id_, (_, customers) in step.items())
        edge = step.values()
    return {id_: customers.id for id_, customers in reached.items()}


def _last_before(conversation: Sequence[ConversationMessage]) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    last: int | None = None
    for message in sorted(conversation, key=lambda message: message.order):
        if message.inbound:
            last = message.id
        else:
            found[message.id] = last
    return found

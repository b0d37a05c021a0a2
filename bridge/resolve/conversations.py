"""Conversations: the connected parts of messages, their links and their threads.

Vertices are message keys, seen or not, and thread keys; facts only ever add edges, so parts only ever join and a
label per message is enough: a message that two others link to holds them together before it comes, and if it never
comes. A key that somebody links to and that is no resolved message stands in ``stub``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.cases.outgoing import ConversationMessage, attribute
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection, Row

    from bridge.resolve.work import MessageBatch

_M, _R, _S = schema.message.c, schema.resolved.c, schema.stub.c


class _Parts:
    """Union-find over conversation labels; the smaller label names the part."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def find(self, label: int) -> int:
        path = []
        while (above := self._above.get(label, label)) != label:
            path.append(label)
            label = above
        for step in path:
            self._above[step] = label
        return label

    def join(self, left: int, right: int) -> int:
        left, right = self.find(left), self.find(right)
        if left != right:
            low, high = min(left, right), max(left, right)
            self._above[high] = low
            return low
        return left

    def merged(self) -> Iterable[tuple[int, int]]:
        return ((label, self.find(label)) for label in self._above)


def resolve_conversations(connection: Connection, batch: MessageBatch) -> None:
    """Find the conversation of every dirty message, join those that turn out to be one, and note whom it concerns."""
    if not batch.messages:
        return
    labels = _known_labels(connection, batch)
    parts = _Parts()
    stubs: dict[str, int] = {}
    for id_, row in sorted(batch.messages.items()):
        label = batch.known[id_].conversation_id if id_ in batch.known else id_
        linked = [*(row.answers or ()), *(row.answered_by or ())]
        if row.thread is not None:
            linked.append(row.thread)
        if row.key in labels:
            label = parts.join(label, labels[row.key])
        for key in linked:
            if key in labels:
                label = parts.join(label, labels[key])
        for key in linked:
            if key not in labels:
                stubs[key] = label
            labels[key] = label
        labels[row.key] = label
        batch.conversation[id_] = label
    fresh = batch.messages.keys() - batch.known.keys()
    merged = [(before, after) for before, after in parts.merged() if before != after]
    batch.conversation = {id_: parts.find(label) for id_, label in batch.conversation.items()}
    batch.stubs = [{"key": key, "conversation_id": parts.find(label)} for key, label in sorted(stubs.items())]
    batch.relabel = [(before, after) for before, after in merged if before not in fresh]
    _follow_relabelled(connection, batch)
    _attribute_answers(connection, batch)


def _known_labels(connection: Connection, batch: MessageBatch) -> dict[str, int]:
    """Return the conversation of every key that the dirty messages link to, as far as it is known."""
    keys = {row.key for row in batch.messages.values()}
    links: set[str] = set()
    for row in batch.messages.values():
        links.update(row.answers or (), row.answered_by or ())
        if row.thread is not None:
            keys.add(row.thread)
    labels = {
        row.key: row.conversation_id
        for row in bulk.rows_where(connection, select(_S.key, _S.conversation_id), _S.key, sorted(keys | links))
    }
    query = select(_M.key, _R.conversation_id).join(schema.resolved, _R.message_id == _M.id)
    unknown = sorted(links - labels.keys())
    labels.update((row.key, row.conversation_id) for row in bulk.rows_where(connection, query, _M.key, unknown))
    return labels


def _follow_relabelled(connection: Connection, batch: MessageBatch) -> None:
    """Messages of conversations that joined another belong to its strands now."""
    new_label = dict(batch.relabel)
    if not new_label:
        return
    query = select(_R.message_id, _R.conversation_id, _M.direction).join(schema.message, _M.id == _R.message_id)
    involved = set(new_label) | set(new_label.values())
    for row in bulk.rows_where(connection, query, _R.conversation_id, sorted(involved)):
        batch.conversation.setdefault(row.message_id, new_label.get(row.conversation_id, row.conversation_id))
        if row.direction == "in":
            batch.moved.add(row.message_id)


def _attribute_answers(connection: Connection, batch: MessageBatch) -> None:
    """Say anew which customer's message each of our answers belongs to, in touched conversations that hold answers."""
    touched = set(batch.conversation.values())
    mixed = {batch.conversation[id_] for id_, row in batch.messages.items() if row.direction == "out"}
    # Not a join: PostgreSQL would begin with all our answers, for it takes these to be few.
    direction = select(_M.direction).where(_M.id == _R.message_id).scalar_subquery()
    query = select(_R.conversation_id).where(direction == "out")
    old_labels = touched | {before for before, _ in batch.relabel}
    new_label = dict(batch.relabel)
    for row in bulk.rows_where(connection, query, _R.conversation_id, sorted(old_labels)):
        mixed.add(new_label.get(row.conversation_id, row.conversation_id))
    if not mixed:
        return
    before: dict[int, int | None] = {}
    for label, conversation in _load(connection, batch, mixed, before).items():
        for id_, answered in attribute(conversation).items():
            if id_ in batch.messages or answered != before.get(id_):
                batch.answers[id_] = answered
                batch.conversation.setdefault(id_, label)
                batch.moved.update(one for one in (answered, before.get(id_)) if one is not None)


def _load(
    connection: Connection, batch: MessageBatch, mixed: set[int], before: dict[int, int | None]
) -> dict[int, list[ConversationMessage]]:
    """Return the messages of conversations by label; fills ``before`` with today's attribution."""
    new_label = dict(batch.relabel)
    sources = sorted(mixed | {old for old, new in batch.relabel if new in mixed})
    query = select(
        _M.id, _M.key, _M.direction, _M.author_id, _M.sent_at, _M.answers, _R.conversation_id, _R.answers_id
    ).join(schema.resolved, _R.message_id == _M.id)
    found: dict[int, dict[int, ConversationMessage]] = {}
    for row in bulk.rows_where(connection, query, _R.conversation_id, sources):
        label = batch.conversation.get(row.id, new_label.get(row.conversation_id, row.conversation_id))
        before[row.id] = row.answers_id
        found.setdefault(label, {})[row.id] = _light(row)
    for id_, row in batch.messages.items():
        label = batch.conversation[id_]
        if label in mixed:
            found.setdefault(label, {})[id_] = _light(row)
    return {label: list(messages.values()) for label, messages in found.items()}


def _light(row: Row[Any]) -> ConversationMessage:
    return ConversationMessage(
        id=row.id,
        key=row.key,
        inbound=row.direction == "in",
        author=row.author_id,
        at=row.sent_at,
        answers=tuple(row.answers or ()),
    )

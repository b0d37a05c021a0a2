"""Read of a long history only what a new fact can change: the segments around it, and what is tied to these.

A message acts for one silence, and its answer, if it came within that time, for another. So what is more than two
silences away from everything here is in another segment, unless a later answer, a decision or a case of somebody else's
ties them together. Beyond that a new case is linked to the last one of its strand, whenever that was; so where a strand
goes on later, its next segment is read too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import case, func, select

from bridge.decisions import ABOUT_CASES
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import timedelta

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection, Row
    from sqlalchemy.sql.elements import ColumnElement

    from bridge.resolve.work import Span, Work

LONG = 500
"""Messages of one customer from which on its history is read in segments."""

Tie: TypeAlias = "Sequence[Span | None]"
"""What is in one segment, however far apart. None stands for what has no time."""

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_M, _R, _F, _D = schema.message.c, schema.resolved.c, schema.foreign_case.c, schema.decision.c


def long_histories(connection: Connection, work: Work, profiles: Collection[int]) -> dict[int, list[datetime | None]]:
    """Return customers with many messages, each with the times of its touched messages.

    Who was touched as a person (another profile, a foreign case, a closing) is read in full and left out.
    """
    counted = select(_M.author_id, func.count().label("messages")).where(_M.direction == "in").group_by(_M.author_id)
    sizes: Counter[int] = Counter()
    for row in bulk.rows_where(connection, counted, _M.author_id, profiles):
        sizes[work.customer_of[row.author_id]] += row.messages
    long: dict[int, list[datetime | None]] = {
        customer: [] for customer, size in sizes.items() if size > LONG and customer not in work.whole
    }
    if not long:
        return {}
    fresh = select(_M.author_id, _M.sent_at).join(schema.resolved, _R.message_id == _M.id).where(_R.fresh)
    mine = [profile for profile in profiles if work.customer_of[profile] in long]
    for row in bulk.rows_where(connection, fresh, _M.author_id, mine):
        long[work.customer_of[row.author_id]].append(row.sent_at)
    return long


@dataclass(slots=True)
class History:
    """What was read of one customer's long history."""

    rows: dict[int, Row[Any]] = field(default_factory=dict)
    windows: list[Span] = field(default_factory=list)
    """From when to when everything was read."""
    undated: bool = False

    def holds(self, span: Span | None) -> bool:
        """Tell whether this was read."""
        if span is None:
            return self.undated
        return any(low <= span[0] and span[1] <= high for low, high in self.windows)

    def meets(self, tie: Tie) -> bool:
        """Tell whether some of a tie was read."""
        return any(
            self.undated if span is None else any(span[0] <= high and low <= span[1] for low, high in self.windows)
            for span in tie
        )


def read(
    connection: Connection,
    query: Select[Any],
    times: Iterable[datetime | None],
    ties: Iterable[Tie],
    silence: timedelta,
) -> History:
    """Return the messages around these times, with whatever is in one segment with them, and where their strands go on."""
    history, left = History(), list(ties)
    _read(connection, query, [_moment(time) for time in times], left, silence, history)
    _read(connection, query, _goes_on(connection, query, history), left, silence, history)
    return history


def _read(
    connection: Connection,
    query: Select[Any],
    spans: list[Span | None],
    ties: list[Tie],
    silence: timedelta,
    history: History,
) -> None:
    while spans:
        span = spans.pop()
        if history.holds(span):
            continue
        if span is None:
            rows = connection.execute(query.where(_M.sent_at.is_(None))).all()
            history.undated = True
        else:
            rows, window = _around(connection, query, span, 2 * silence)
            history.windows.append(window)
        history.rows.update((row.id, row) for row in rows)
        for tie in [tie for tie in ties if history.meets(tie)]:
            ties.remove(tie)
            spans += tie


def _around(connection: Connection, query: Select[Any], span: Span, far: timedelta) -> tuple[Sequence[Row[Any]], Span]:
    """Return the messages from ``span`` on in both directions up to a pause longer than ``far``."""
    low, high = _wide(span, far)
    while True:
        rows = connection.execute(query.where(_M.sent_at.between(low, high))).all()
        first, last = _wide(
            (min((row.sent_at for row in rows), default=span[0]), max((row.sent_at for row in rows), default=span[1])),
            far,
        )
        if first >= low and last <= high:
            return rows, (low, high)
        low, high = min(low, first), max(high, last)


def _goes_on(connection: Connection, query: Select[Any], history: History) -> list[Span | None]:
    """Return where the strands that were read go on after their window."""
    strands = {(row.author_id, row.conversation_id): row.sent_at for row in history.rows.values()}
    found: list[Span | None] = []
    for _, high in history.windows:
        later = query.with_only_columns(_M.author_id, _R.conversation_id, func.min(_M.sent_at).label("at"))
        rows = connection.execute(later.where(_M.sent_at > high).group_by(_M.author_id, _R.conversation_id))
        found += [(row.at, row.at) for row in rows if (row.author_id, row.conversation_id) in strands]
    return found


def ties(connection: Connection, work: Work, customers: Collection[int]) -> dict[int, list[Tie]]:
    """Return for each of these customers what late answers, decisions and cases of others hold together."""
    found: dict[int, list[Tie]] = {customer: [] for customer in customers}
    if not found:
        return found
    for customer in found:
        found[customer] += _late_answers(connection, work, customer)
    decisions = select(_D.operands).where(_D.kind.in_(ABOUT_CASES), _D.undone_at.is_(None))
    decided = [row.operands for row in connection.execute(decisions)]
    said = _said(connection, work, _M.key, {key for operands in decided for key in operands})
    for operands in decided:
        there = [said[key] for key in operands if key in said]
        for customer in {whose for whose, _ in there} & found.keys():
            found[customer].append([span for whose, span in there if whose == customer])
    vertices = sorted(vertex for vertex, customer in work.member_of.items() if customer in found)
    cases = select(_F.vertex, _F.opened_at, _F.last_at, _F.permalinks)
    for row in bulk.rows_where(connection, cases, _F.vertex, vertices):
        customer = work.member_of[row.vertex]
        posts = set(row.permalinks or ())
        named = [each for by in (_M.permalink, _M.key) for each in _said(connection, work, by, posts).values()]
        life = min(row.opened_at, row.last_at), max(row.opened_at, row.last_at)
        found[customer].append([life, *(span for whose, span in named if whose == customer)])
    return found


def _late_answers(connection: Connection, work: Work, customer: int) -> Iterator[Tie]:
    """Yield from when to when our late answers to a customer act."""
    answer = schema.message.alias()
    query = (
        select(_M.sent_at.label("said"), answer.c.sent_at.label("answered"))
        .join(schema.resolved, _R.answers_id == _M.id)
        .join(answer, answer.c.id == _R.message_id)
    )
    for row in bulk.rows_where(connection, query, _M.author_id, sorted(work.profiles_of[customer])):
        if row.said is not None and row.answered is not None and row.answered - row.said > work.silence:
            yield [(row.said, row.answered)]


def _said(
    connection: Connection, work: Work, column: ColumnElement[Any], values: Collection[str]
) -> dict[str, tuple[int, Span | None]]:
    """Return whose messages these are and when they were said; of an answer of ours, what it answers."""
    answered = schema.message.alias()
    query = (
        select(
            column.label("named"),
            case((answered.c.id.is_not(None), answered.c.author_id), else_=_M.author_id).label("author"),
            case((answered.c.id.is_not(None), answered.c.sent_at), else_=_M.sent_at).label("at"),
        )
        .join(schema.resolved, _R.message_id == _M.id)
        .outerjoin(answered, answered.c.id == _R.answers_id)
    )
    rows = bulk.rows_where(connection, query, column, sorted(values))
    return {
        row.named: (work.customer_of[row.author], _moment(row.at)) for row in rows if row.author in work.customer_of
    }


def _moment(at: datetime | None) -> Span | None:
    return None if at is None else (at, at)


def _wide(span: Span, far: timedelta) -> Span:
    first, last = span
    return (first - far if first - _FIRST > far else _FIRST), (last + far if _LAST - last > far else _LAST)

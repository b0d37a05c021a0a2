"""Random histories of one customer, for properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from bridge.cases.assemble import assemble
from bridge.cases.model import Assembly, CaseDecision, Closing, Foreign, Utterance
from bridge.cases.policy import CasePolicy
from tests.bridge.cases.stories import day

if TYPE_CHECKING:
    from collections.abc import Sequence

POLICIES = {0: CasePolicy(), 1: CasePolicy(reopen_public_days=2, join_reason_days=10, hard_close_days=40)}
FACTS = ("order:1", "order:2", "product:x", "post:p", "weather:w")
_days = st.integers(0, 1200).map(lambda quarter: quarter / 4)
_facts = st.frozensets(st.sampled_from(FACTS), max_size=2)


@dataclass(frozen=True)
class History:
    """Arguments of ``assemble``."""

    said: tuple[Utterance, ...]
    closings: tuple[Closing, ...]
    foreign: tuple[Foreign, ...]
    decisions: tuple[CaseDecision, ...]

    def assembled(self, said: Sequence[Utterance] | None = None) -> Assembly:
        """Return what follows, for all or some of the messages."""
        return assemble(self.said if said is None else said, self.closings, self.foreign, self.decisions, POLICIES)


@st.composite
def _utterance(draw: st.DrawFn, number: int) -> Utterance:
    inbound = draw(st.integers(0, 3)) > 0
    kind = draw(st.sampled_from(("post", "mail", "direct", "review")))
    at = draw(st.none() | st.just(0) | _days) if draw(st.integers(0, 9)) == 0 else draw(_days)
    return Utterance(
        id=number,
        key=f"net//{draw(st.integers(0, 5))}-{number}",
        profile=draw(st.sampled_from((1, 2, 1, 2, None))) if inbound else None,
        conversation=draw(st.integers(1, 3)),
        inbound=inbound,
        kind=kind,
        public=kind in {"post", "review"},
        at=None if at is None else day(at),
        answers_to=None if inbound else draw(st.none() | st.integers(1, 12)),
        facts=draw(_facts),
        reason=draw(st.sampled_from(("", "outage", "billing", "other"))),
        joinable_reason=draw(st.booleans()),
        wanted=draw(st.sampled_from(("yes", "yes", "check", "no"))),
        rule="r",
        thanks=draw(st.integers(0, 5)) == 0,
        policy=draw(st.integers(0, 1)),
        mode=draw(st.sampled_from(("live", "live", "live", "history", "as_case"))),
        deleted=draw(st.integers(0, 9)) == 0,
        edited_at=day(draw(_days)) if draw(st.integers(0, 5)) == 0 else None,
    )


@st.composite
def _foreign(draw: st.DrawFn, number: int) -> Foreign:
    opened = draw(_days)
    last = opened + draw(st.integers(0, 60))
    return Foreign(
        target="crm",
        ref=str(number),
        opened_at=day(opened),
        last_at=day(last),
        closed_at=day(last + draw(st.integers(0, 3))) if draw(st.booleans()) else None,
        facts=draw(_facts),
        reason=draw(st.sampled_from(("", "outage"))),
        message_keys=draw(
            st.frozensets(st.sampled_from([f"net//{a}-{b}" for a in range(6) for b in range(1, 8)]), max_size=2)
        ),
    )


@st.composite
def histories(draw: st.DrawFn, *, people_decide: bool = True) -> History:
    """Draw a history of up to 12 messages over 300 days."""
    count = draw(st.integers(0, 12))
    ids = st.integers(1, 13)
    closings = st.builds(
        Closing, at=_days.map(day), closed=st.booleans(), messages=st.frozensets(ids, min_size=1, max_size=4)
    )
    kinds = st.sampled_from(("split", "join", "move_to", "not_a_case"))
    decided = draw(
        st.lists(st.tuples(kinds, st.lists(ids, min_size=1, max_size=3), st.none() | _days), max_size=4 * people_decide)
    )
    said = [draw(_utterance(number)) for number in range(1, count + 1)]
    ours = {one.id for one in said if not one.inbound}
    return History(
        tuple(one._replace(answers_to=None) if one.answers_to in ours else one for one in said),
        tuple(draw(st.lists(closings, max_size=4))),
        tuple(draw(_foreign(number)) for number in range(draw(st.integers(0, 2)))),
        tuple(
            CaseDecision(number, kind, tuple(messages), None if at is None else day(at))
            for number, (kind, messages, at) in enumerate(decided, start=1)
        ),
    )

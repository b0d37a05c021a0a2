"""Whose words our answers answer."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bridge.cases.outgoing import ConversationMessage, attribute
from tests.bridge.cases.stories import day

if TYPE_CHECKING:
    from datetime import datetime


def said(number: int, at: float | None, *answers: str) -> ConversationMessage:
    return ConversationMessage(number, f"k{number}", inbound=True, author=number, at=_time(at), answers=answers)


def ours(number: int, at: float | None, *answers: str) -> ConversationMessage:
    return ConversationMessage(number, f"k{number}", inbound=False, author=None, at=_time(at), answers=answers)


def _time(at: float | None) -> datetime | None:
    return None if at is None else day(at)


def test_an_answer_belongs_to_the_message_that_it_answers() -> None:
    assert attribute([said(1, 0), said(2, 1), ours(3, 2, "k1")]) == {3: 1}


def test_links_lead_over_our_own_messages_to_the_nearest_customer() -> None:
    assert attribute([said(1, 0), said(2, 1), ours(3, 2, "k1"), ours(4, 3, "k3")]) == {3: 1, 4: 1}


def test_of_equally_near_messages_the_latest_counts() -> None:
    assert attribute([said(1, 0), said(2, 1), ours(3, 2, "k1", "k2")]) == {3: 2}
    assert attribute([said(1, 0), said(2, 1), ours(3, 2, "k1"), ours(4, 2, "k2"), ours(5, 3, "k3", "k4")])[5] == 2


def test_the_nearest_counts_more_than_the_latest() -> None:
    assert attribute([said(1, 0), said(2, 1), ours(3, 2, "k2"), ours(4, 3, "k1", "k3")])[4] == 1


def test_without_a_link_it_belongs_to_the_last_customers_message_before_it() -> None:
    assert attribute([said(1, 0), said(2, 1), ours(3, 2), said(4, 3)]) == {3: 2}


def test_a_link_to_something_unknown_is_no_link() -> None:
    assert attribute([said(1, 0), ours(2, 1, "k99")]) == {2: 1}


def test_what_comes_before_every_customer_belongs_to_nobody() -> None:
    assert attribute([ours(1, 0), said(2, 1)]) == {1: None}


def test_a_thread_of_ours_alone_belongs_to_nobody() -> None:
    assert attribute([ours(1, 0), ours(2, 1, "k1")]) == {1: None, 2: None}


def test_a_conversation_without_answers_asks_nothing() -> None:
    assert attribute([said(1, 0), said(2, 1, "k1")]) == {}


def test_cycles_and_links_to_itself_do_no_harm() -> None:
    assert attribute([ours(1, 0, "k2"), ours(2, 1, "k1"), ours(3, 2, "k3"), said(4, 1.5)]) == {1: None, 2: None, 3: 4}
    assert attribute([said(4, 0), ours(1, 1, "k2", "k4"), ours(2, 2, "k1")]) == {1: 4, 2: 4}


def test_messages_without_a_time_come_last() -> None:
    assert attribute([said(1, 0), ours(2, None)]) == {2: 1}
    assert attribute([said(1, None), ours(2, 0)]) == {2: None}


def test_a_chain_of_ten_thousand_answers_is_followed() -> None:
    chain = [said(0, 0), *(ours(number, number, f"k{number - 1}") for number in range(1, 10_001))]
    assert set(attribute(chain).values()) == {0}


@st.composite
def conversations(draw: st.DrawFn) -> list[ConversationMessage]:
    keys = [f"k{number}" for number in range(9)]
    return [
        ConversationMessage(
            number,
            f"k{number}",
            inbound=draw(st.booleans()),
            author=1,
            at=None if draw(st.integers(0, 9)) == 0 else day(draw(st.integers(0, 5))),
            answers=tuple(draw(st.lists(st.sampled_from(keys), max_size=3))),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


@given(conversations(), st.integers(0, 99))
def test_no_order_of_arrival_changes_it_and_only_customers_are_answered(
    conversation: list[ConversationMessage], seed: int
) -> None:
    found = attribute(conversation)
    assert set(found) == {message.id for message in conversation if not message.inbound}
    customers = {message.id for message in conversation if message.inbound}
    assert set(found.values()) <= customers | {None}
    shuffled = list(conversation)
    random.Random(seed).shuffle(shuffled)
    assert attribute(shuffled) == found

"""Shorthands: what an answer begins with says where it goes and what else is done; words are never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.answers import words_of
from bridge.nouns import ActionKind
from bridge.shorthand import TABLE, read
from tests.bridge.answering.conftest import MINUTE

if TYPE_CHECKING:
    from tests.bridge.answering.conftest import Desk

WORDS = ("#public", "#private", "#via:mail", "#tpl:delivery", "#like", "#hide", "#unhide", "#delete")


def done(desk: Desk) -> list[tuple[ActionKind, str, bool]]:
    """Return what was done on the network."""
    return [(post.action.kind, post.action.reply_to, post.action.public) for post in desk.network.posts.values()]


def test_a_like_goes_to_the_customers_last_message_and_says_nothing(desk: Desk) -> None:
    case = desk.case(messages=2)
    desk.answer(case, "#like")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"sent": 1}
    assert done(desk) == [(ActionKind.LIKE, f"{case}-1", True)]
    assert desk.notes(case) == ["The customer's message was liked on x."]


def test_words_behind_a_like_are_an_answer_beside_it(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "#like Thank you!")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"sent": 2}
    assert [kind for kind, _, _ in done(desk)] == [ActionKind.LIKE, ActionKind.REPLY]
    assert desk.sent() == ["", "Thank you!"]


@pytest.mark.parametrize(
    ("word", "kind", "told"),
    [
        ("#hide", ActionKind.HIDE, "The customer's message was hidden on x."),
        ("#unhide", ActionKind.UNHIDE, "The customer's message is shown again on x."),
    ],
)
def test_a_public_message_is_hidden_and_shown_again(desk: Desk, word: str, kind: ActionKind, told: str) -> None:
    case = desk.case()
    desk.answer(case, word)
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.publish()
    assert done(desk) == [(kind, f"{case}-0", True)]
    assert desk.notes(case) == [told]


def test_what_is_private_cannot_be_hidden(desk: Desk) -> None:
    case = desk.case(public=False)
    desk.answer(case, "#hide")
    desk.write_back()
    assert desk.publish() == {}
    told = "The customer's message was not hidden: the case holds no public message of the customer."
    assert desk.notes(case) == [told]


def test_our_last_answer_is_deleted_on_the_network_and_known_to_be_gone(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "Wrong window.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.publish()
    own = next(iter(desk.network.posts.values())).native_id
    desk.place_own_posts(case)
    desk.answer(case, "#delete")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"sent": 1}
    assert done(desk)[1] == (ActionKind.DELETE_OWN, own, True)
    assert desk.own_posts() == {own: True}
    assert desk.notes(case)[-1] == "Our answer was deleted on x."
    desk.answer(case, "#delete")
    desk.write_back()
    assert desk.notes(case)[-1] == "Our answer was not deleted: the case holds no answer of ours that could be deleted."


def test_an_answer_is_deleted_that_was_sent_a_moment_ago(desk: Desk) -> None:
    """The agent sees that it was sent, and what is wrong with it, before the next run has looked at the network."""
    case, other = desk.case(), desk.case()
    for each in (case, other):
        desk.answer(each, f"Wrong window {each}.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.publish()
    desk.answer(case, "#delete")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"sent": 1}
    (gone,) = [id_ for id_, deleted in desk.own_posts().items() if deleted]
    assert (
        next(post.action.text for post in desk.network.posts.values() if post.native_id == gone)
        == f"Wrong window {case}."
    )


def test_of_an_answer_in_several_posts_the_first_is_deleted_which_the_others_hang_on(desk: Desk) -> None:
    case = desk.case()
    first = desk.world.message(case, 1, direction="out", kind="reply", text="It is on its way (1/2)")
    desk.world.message(case, 2, direction="out", kind="reply", text="and comes tomorrow (2/2)", automatic=True)
    desk.answer(case, "#delete")
    desk.write_back()
    assert [(row.kind, row.message_id) for row in desk.actions()] == [(ActionKind.DELETE_OWN, first)]


def test_a_like_that_is_taken_back_while_it_is_held_is_not_done(desk: Desk) -> None:
    case = desk.case()
    written = desk.answer(case, "#like Thanks")
    desk.write_back()
    desk.world.target.crm.take_back(written)
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {}
    assert {row.state for row in desk.actions()} == {"cancelled"}


def test_a_private_answer_to_a_public_message_goes_in_private(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "#private Your number, please?")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.publish()
    assert done(desk) == [(ActionKind.REPLY, f"{case}-0", False)]
    assert desk.notes(case) == ["Your answer was sent in private on x."]


def test_an_answer_goes_to_another_network_of_the_customer_if_the_agent_says_so(desk: Desk) -> None:
    customer = desk.world.customer()
    case, other = desk.case(), desk.case()
    for each in (case, other):
        desk.belongs_to(each, customer)
    desk.move(other, "mail")
    desk.answer(case, "#via:mail By mail, then.")
    desk.answer(case, "#via:fax Beep.")
    desk.write_back()
    first, second = desk.actions()
    assert (first.network, first.state, first.text) == ("mail", "held", "By mail, then.")
    assert second.reason == "the customer never wrote on fax, but on mail, x"


def test_every_shorthand_of_the_table_is_understood() -> None:
    for example in TABLE:
        said = read(f"{example}\nHello")
        assert said.text == "Hello"
        assert said != read("Hello")


@given(st.lists(st.sampled_from(WORDS), max_size=5), st.text())
def test_words_behind_shorthands_are_never_lost(words: list[str], text: str) -> None:
    said = read(" ".join([*words, "_" + text]))
    assert said.text == ("_" + text).strip()


@given(st.text())
def test_any_text_is_read_and_only_shorthands_are_taken_off_it(text: str) -> None:
    said = read(text)
    assert text.strip().endswith(said.text)
    taken = text.strip().removesuffix(said.text) if said.text else text.strip()
    assert not taken or taken.startswith("#")


@given(st.text(alphabet="ab>-_#:\n\r\t From", max_size=80))
def test_any_comment_is_read_and_what_is_left_was_written(text: str) -> None:
    said = words_of(text)
    written = "".join(text.split())
    assert "".join(said.text.split()) in written or all(line.strip() in text for line in said.text.splitlines())


def test_an_answer_that_was_refused_goes_once_the_agent_has_written_it_right(desk: Desk) -> None:
    case = desk.case()
    written = desk.answer(case, "#tpl:none")
    desk.write_back()
    assert "there are no templates in this project" in desk.notes(case)[0]
    desk.world.target.crm.edit(written, "Without a template, then.")
    assert desk.write_back().counts["answers_edited"] == 1
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"sent": 1}
    assert desk.sent() == ["Without a template, then."]


def test_an_edit_that_asks_for_something_that_is_not_there_stops_what_was_held(desk: Desk) -> None:
    case = desk.case()
    written = desk.answer(case, "Hello")
    desk.write_back()
    desk.world.target.crm.edit(written, "#tpl:none")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {}
    assert [row.state for row in desk.actions()] == ["refused"]


def test_a_like_that_was_edited_away_is_not_done_and_one_that_came_with_an_edit_is(desk: Desk) -> None:
    case = desk.case()
    written = desk.answer(case, "#like Thanks")
    desk.write_back()
    desk.world.target.crm.edit(written, "#hide Thanks")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"sent": 2}
    assert sorted(kind for kind, _, _ in done(desk)) == [ActionKind.HIDE, ActionKind.REPLY]


def test_what_was_sent_stays_sent_whatever_is_edited(desk: Desk) -> None:
    case = desk.case()
    written = desk.answer(case, "Hello")
    assert desk.send() == {"sent": 1}
    desk.world.target.crm.edit(written, "Good bye")
    assert desk.send() == {}
    assert desk.sent() == ["Hello"]

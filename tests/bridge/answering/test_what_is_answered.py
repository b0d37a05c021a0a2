"""An action brings along what is known of the message that it answers, and of answers that came back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.memory.source import MemorySource
from bridge import actions
from bridge.store import schema
from tests.bridge.answering.test_states import status

if TYPE_CHECKING:
    from bridge.nouns import Action
    from tests.bridge.answering.conftest import Desk


def last(desk: Desk) -> Action:
    rows = desk.actions()
    with desk.world.store.read() as connection:
        return actions.load(connection, rows)[rows[-1].id]


def test_subject_words_and_further_fields_come_along(desk: Desk) -> None:
    case = desk.case()
    (said,) = desk.world.all(schema.message)
    desk.world.update(schema.message, schema.message.c.id == said.id, extra={"reply_to": ["greta@home.example"]})
    desk.world.update(schema.message_text, schema.message_text.c.message_id == said.id, subject="Router", text="Hello?")
    desk.answer(case, "We are on it.")
    desk.write_back()
    action = last(desk)
    assert (action.subject, action.answered_text) == ("Router", "Hello?")
    assert action.extra == {"reply_to": ["greta@home.example"]}
    assert action.undelivered == ""


def test_the_next_answer_knows_that_the_last_one_came_back(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "We are on it.")
    desk.send()
    assert last(desk).undelivered == ""
    status(desk, "failed", "no such mailbox")
    desk.answer(case, "Did you get it?")
    desk.write_back()
    assert last(desk).undelivered == "no such mailbox"


def test_an_answer_that_was_refused_before_it_left_says_nothing_about_the_address(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "x" * 300)
    desk.send()
    assert desk.actions()[-1].state == "refused"
    desk.answer(case, "We are on it.")
    desk.write_back()
    assert last(desk).undelivered == ""


def test_an_answer_goes_to_what_the_customer_said_not_to_what_a_machine_said_for_her(desk: Desk) -> None:
    case = desk.case(messages=2)
    said, noted = desk.world.all(schema.message)
    desk.world.update(schema.message, schema.message.c.id == noted.id, automatic=True)
    desk.answer(case, "We are on it.")
    desk.write_back()
    assert last(desk).reply_to == said.key.rpartition("/")[2]
    desk.world.update(schema.message, schema.message.c.id == said.id, automatic=True)
    desk.answer(case, "We are still on it.")
    desk.write_back()
    assert last(desk).reply_to == noted.key.rpartition("/")[2]


def test_a_note_of_a_machine_in_private_keeps_the_answer_from_going_out_in_public(desk: Desk) -> None:
    case = desk.case(messages=2)
    _, noted = desk.world.all(schema.message)
    desk.world.update(schema.message, schema.message.c.id == noted.id, automatic=True, public=False)
    desk.answer(case, "We are on it.")
    desk.write_back()
    assert not last(desk).public


class Mailbox(MemorySource):
    """A source of two accounts."""

    accounts = frozenset({"support@acme.example"})


def test_of_what_several_connections_saw_the_one_that_was_written_to_answers(desk: Desk) -> None:
    case, sources = desk.case(), desk.world.app.sources
    (said,) = desk.world.all(schema.message)
    desk.world.update(
        schema.message, schema.message.c.id == said.id, seen_by=["a", "x", "z"], account="Support@acme.example"
    )
    mailbox = Mailbox("z", desk.network)
    silent = replace(sources["x"], name="a", publisher=None)
    written_to = replace(sources["x"], name="z", source=mailbox)
    for known, speaks in (({"a": silent}, "x"), ({"a": silent, "z": written_to}, "z")):
        desk.world.app = replace(desk.world.app, sources={**sources, **known})
        desk.answer(case, f"We are on it, says {speaks}.")
        desk.write_back()
        assert desk.actions()[-1].connection == speaks

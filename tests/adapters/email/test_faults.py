"""A real server that breaks, restarts and forgets, and processes that are killed: nothing is lost, nothing comes twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.errors import Exit

if TYPE_CHECKING:
    from tests.adapters.email.desks import MailDesk

pytestmark = pytest.mark.real

ANSWER = "Ein neuer Router geht heute raus."
LONG = 200
"""Minutes after which an answer of unknown fate is looked up again."""


def asked(desk: MailDesk) -> None:
    """Let a case stand on the desk, and an answer to it be held."""
    desk.write("m1", "Der Router blinkt rot.")
    desk.sync()
    desk.answer(ANSWER)
    desk.sync(minutes=0.1)


def texts(desk: MailDesk) -> list[str]:
    return [each.get_content().strip() for each in desk.answers()]


def states(desk: MailDesk) -> list[str]:
    return [each["state"] for each in desk.actions()]


def test_a_cut_connection_is_taken_up_where_it_was(desk: MailDesk) -> None:
    for number in range(3):
        desk.write(f"m{number}", f"Der Router blinkt {number} mal.")
    desk.wire.cut_after.append(b"BODY.PEEK")
    desk.sync(expect=Exit.UNREACHABLE)
    desk.sync()
    said = [one["text"] for one in desk.case()["messages"] if one["direction"] == "in"]
    assert sorted(said) == [f"Router\n\nDer Router blinkt {number} mal." for number in range(3)]


def test_a_password_that_is_refused_is_said_once_with_what_to_do_and_costs_no_mail(desk: MailDesk) -> None:
    desk.write("m1", "Der Router blinkt rot.")
    desk.wire.refusals.append("[AUTHENTICATIONFAILED] Authentication failed.")
    desk.office.later(minutes=2)
    told = desk.office.run("sync", expect=lambda code: code == Exit.CREDENTIALS)
    assert "! mail: the mail server refuses the sign-in. Renew the password" in told
    desk.sync()
    assert len(desk.cases()) == 1


def test_uids_that_mean_nothing_any_more_bring_nothing_twice(desk: MailDesk) -> None:
    desk.write("m1", "Der Router blinkt rot.")
    desk.sync()
    desk.server.stop()
    desk.sync(expect=Exit.UNREACHABLE)
    desk.server.new_validity(desk.address)
    desk.server.start()
    desk.write("m2", "Hallo? Der Router blinkt noch.")
    desk.sync()
    said = [one["text"] for one in desk.case()["messages"] if one["direction"] == "in"]
    assert said == ["Router\n\nDer Router blinkt rot.", "Router\n\nHallo? Der Router blinkt noch."]


@pytest.mark.parametrize(("fate", "got"), [("lost", [ANSWER]), ("vanished", [])])
def test_an_answer_of_unknown_fate_is_never_sent_again_by_itself(desk: MailDesk, fate: str, got: list[str]) -> None:
    asked(desk)
    desk.server.relay.answers.append(fate)
    for _ in range(4):
        desk.sync(minutes=LONG)
    assert texts(desk) == got
    assert states(desk) == ["unknown"]


@pytest.mark.parametrize(
    ("point", "attempts"),
    [("publish.before_send", 2), ("publish.after_send", 1), ("commit.publish.begin", 1)],
)
def test_a_process_that_dies_around_sending_sends_once(desk: MailDesk, point: str, attempts: int) -> None:
    asked(desk)
    assert desk.killed(CRASH_AT=f"{point}:1") in {137, Exit.OK}
    for _ in range(attempts + 2):
        desk.sync(minutes=LONG)
    assert texts(desk) == [ANSWER]
    assert states(desk) == ["sent"]


def test_a_process_killed_before_the_words_left_sends_them_later(desk: MailDesk) -> None:
    asked(desk)
    desk.office.later(minutes=2)
    process = desk.begin()
    desk.server.relay.on_recipient = process.kill
    process.join()
    process.close()
    desk.server.fresh()
    for _ in range(3):
        desk.sync(minutes=LONG)
    assert texts(desk) == [ANSWER]
    assert states(desk) == ["sent"]


def test_a_process_killed_before_it_was_told_that_they_left_does_not_send_them_again(desk: MailDesk) -> None:
    asked(desk)
    desk.office.later(minutes=2)
    process = desk.begin()
    desk.server.relay.on_words = process.kill
    process.join()
    process.close()
    desk.server.fresh()
    for _ in range(3):
        desk.sync(minutes=LONG)
    assert texts(desk) == [ANSWER]
    assert states(desk) == ["unknown"]

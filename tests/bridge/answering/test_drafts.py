"""An answer that waits is looked at at once: its author reads why it cannot go before it was to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.memory.publisher import MemoryPublisher
from bridge.approvals import Approval
from bridge.drafts import look
from bridge.errors import Transient
from bridge.nouns import Eligibility
from tests.bridge.answering.conftest import MINUTE

if TYPE_CHECKING:
    from bridge.nouns import Action
    from tests.bridge.answering.conftest import Desk

PHONE = "We call you at 0171 3920012."


class Strict(MemoryPublisher):
    """A network that takes twenty characters, and counts how often it is asked."""

    asked = 0
    down = False

    def eligibility(self, action: Action) -> Eligibility:
        """Take what is short."""
        self.asked += bool(action.text)  # without one it is asked for what the case says beforehand
        if self.down:
            message = "It is down."
            raise Transient(message)
        return Eligibility(can=True, max_length=20)


@pytest.fixture
def strict(desk: Desk) -> Strict:
    """Answer on a network that takes twenty characters."""
    publisher = Strict("x", desk.network)
    desk.replace_publisher(publisher)
    return publisher


def looked(desk: Desk) -> str:
    """Read what agents wrote and look at it, before its time; return the state of the last answer."""
    desk.write_back()
    look(desk.world.app, desk.world.app.sources["x"])
    return str(desk.actions()[-1].state)


@pytest.mark.usefixtures("strict")
def test_one_that_is_too_long_is_refused_while_it_is_held_and_goes_when_it_was_cut(desk: Desk) -> None:
    case = desk.case()
    written = desk.answer(case, "We are on it, as we said.")
    assert looked(desk) == "refused"
    assert "25 characters, 20 are allowed" in desk.notes(case)[-1]
    desk.world.target.crm.edit(written, "We are on it.")
    assert looked(desk) == "held"
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"sent": 1}


def test_personal_data_is_told_while_it_is_held(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, PHONE)
    assert looked(desk) == "review"
    assert "0171 3920012" in desk.notes(case)[-1]


@pytest.mark.parametrize(("text", "state"), [("We are on it, as we said.", "refused"), (PHONE, "review")])
def test_what_cannot_go_is_told_before_anybody_is_asked_to_approve_it(
    desk: Desk, strict: Strict, text: str, state: str
) -> None:
    desk.world.change(approval=Approval(value="Approved"))
    desk.answer(desk.case(), text)
    assert looked(desk) == state
    assert desk.actions()[0].awaits == ""
    assert strict.asked == (1 if state == "refused" else 0)


def test_the_network_is_asked_once_for_each_text(desk: Desk, strict: Strict) -> None:
    written = desk.answer(desk.case(), "We are on it.")
    for _ in range(3):
        assert looked(desk) == "held"
    assert strict.asked == 1
    desk.world.target.crm.edit(written, "On its way.")
    looked(desk)
    assert strict.asked == 2


def test_a_network_that_does_not_answer_now_is_asked_again(desk: Desk, strict: Strict) -> None:
    strict.down = True
    desk.answer(desk.case(), "We are on it, as we said.")
    assert looked(desk) == "held"
    strict.down = False
    assert looked(desk) == "refused"


def test_when_it_goes_it_is_asked_once_more(desk: Desk, strict: Strict) -> None:
    desk.answer(desk.case(), "We are on it.")
    assert looked(desk) == "held"
    desk.world.clock.forward(MINUTE)
    strict.down = True
    with pytest.raises(Transient):
        desk.publish()
    assert desk.sent() == []

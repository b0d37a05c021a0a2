"""Where answers need approval, none goes before somebody sets the case so, and none that was not read by him."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge import interventions
from bridge.approvals import Approval, Who, other_eyes
from bridge.errors import ConfigError, Exit
from bridge.nouns import Actor
from cli import compose
from tests.bridge.answering.conftest import MINUTE
from tests.project import write_project
from tests.shop import make_shop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bridge.answering.conftest import Desk

QUESTION = "Your answer was not sent yet: it waits until the status of the case is set to 'Approved'"


@pytest.fixture
def careful(desk: Desk) -> Desk:
    """Give a desk where answers need approval."""
    desk.world.change(approval=Approval(value="Approved", rejected="Rejected"))
    return desk


def set_status(desk: Desk, case: int, status: str, *, by: str = "boss", actor: Actor = Actor.AGENT) -> None:
    """Let somebody set the status of a case, a minute later."""
    desk.world.clock.forward(MINUTE)
    crm = desk.world.target.crm
    crm.change(crm.rows[desk.world.row("case", case).ref], {"status": status}, actor, by)
    desk.write_back()


def test_an_answer_waits_for_the_status_and_goes_with_the_name_of_who_set_it(careful: Desk) -> None:
    case = careful.case()
    careful.answer(case, "We are on it.")
    assert careful.send() == {}
    assert careful.notes(case) == [f"{QUESTION}."]
    set_status(careful, case, "approved")
    assert careful.publish() == {"sent": 1}
    assert careful.actions()[0].approved_by == "boss"


def test_a_rejected_answer_is_not_sent_and_says_who_rejected_it(careful: Desk) -> None:
    case = careful.case()
    careful.answer(case, "We are on it.")
    careful.write_back()
    set_status(careful, case, "Rejected")
    assert careful.publish() == {}
    assert careful.notes(case)[-1] == "Your answer was not sent: rejected by boss."
    set_status(careful, case, "Approved")
    assert careful.publish() == {}


def test_what_was_set_before_the_answer_was_written_approves_nothing(careful: Desk) -> None:
    case = careful.case()
    set_status(careful, case, "Approved")
    careful.world.clock.forward(MINUTE)
    careful.answer(case, "We are on it.")
    assert careful.send() == {}


def test_only_people_approve_and_only_by_that_status(careful: Desk) -> None:
    case = careful.case()
    careful.answer(case, "We are on it.")
    careful.write_back()
    set_status(careful, case, "Approved", actor=Actor.AUTOMATION)
    set_status(careful, case, "waiting")
    assert careful.publish() == {}


def test_an_answer_that_was_edited_after_approval_is_asked_about_again(careful: Desk) -> None:
    case = careful.case()
    written = careful.answer(case, "We are on it.")
    careful.write_back()
    set_status(careful, case, "Approved")
    careful.world.target.crm.edit(written, "We are not on it.")
    careful.write_back()
    careful.world.clock.forward(MINUTE)
    assert careful.publish() == {}
    assert careful.actions()[0].approved_at is None
    set_status(careful, case, "open")
    set_status(careful, case, "Approved")
    assert careful.publish() == {"sent": 1}
    assert careful.sent() == ["We are not on it."]


def test_where_two_are_wanted_the_author_cannot_approve(careful: Desk) -> None:
    careful.world.change(approval=Approval(value="Approved", four_eyes=True))
    case = careful.case()
    careful.answer(case, "We are on it.")
    careful.write_back()
    set_status(careful, case, "Approved", by="agent")
    assert careful.publish() == {}
    assert careful.notes(case)[-1] == f"{QUESTION} by somebody else; agent wrote it."
    now, store = careful.world.clock.now(), careful.world.store
    assert interventions.approve_actions(store, [1], now, by="Agent", four_eyes=["crm"]) == {interventions.OWN: 1}
    assert careful.publish() == {}
    set_status(careful, case, "open")
    set_status(careful, case, "Approved", by="boss")
    assert careful.publish() == {"sent": 1}


@pytest.mark.parametrize(
    ("author", "by", "goes"),
    [
        (Who("Mia Weber", "7"), Who("Mia Weber", "8"), True),  # a namesake
        (Who("Mia", "7"), Who("Mia Weber", "7"), False),  # she was renamed
        (Who("", "7"), Who("", "8"), True),
        (Who("Mia Weber"), Who("Anna Weber"), True),
        (Who("Mia Weber", "7"), Who("mia"), False),  # at the command line
        (Who("Mia Weber", "7"), Who("mia.weber@acme.example"), False),
        (Who("", "7"), Who("kim"), False),  # nobody knows whose number that is
        (Who("7"), Who("kim"), False),
        (Who("Mia", "7"), Who("", ""), False),
    ],
)
def test_who_approves_is_told_from_the_author_by_id_else_by_name_and_in_doubt_not_at_all(
    author: Who,
    by: Who,
    goes: bool,  # noqa: FBT001 - pytest's way
) -> None:
    assert other_eyes(author, by) is goes


@pytest.mark.parametrize(("approver", "sent"), [("7", {}), ("8", {"sent": 1})])
def test_in_a_tool_that_tells_ids_the_author_cannot_approve_by_another_name(
    careful: Desk, approver: str, sent: dict[str, int]
) -> None:
    careful.world.change(approval=Approval(value="Approved", four_eyes=True))
    case = careful.case()
    careful.answer(case, "We are on it.")
    known_by(careful, "7", "Mia")
    careful.write_back()
    careful.world.clock.forward(MINUTE)
    crm = careful.world.target.crm
    crm.change(crm.rows[careful.world.row("case", case).ref], {"status": "Approved"}, Actor.AGENT)
    known_by(careful, approver, "Mia Weber")
    careful.write_back()
    assert careful.publish() == sent
    if not sent:
        assert careful.notes(case)[-1] == f"{QUESTION} by somebody else; Mia Weber wrote it."


def known_by(desk: Desk, id_: str, name: str) -> None:
    """Let what happened last in the CRM have been done by somebody with an id there."""
    log = desk.world.target.crm.log
    log[-1] = replace(log[-1], actor_id=id_, actor_name=name)


def test_a_person_at_the_command_line_approves_as_well(careful: Desk) -> None:
    case = careful.case()
    careful.answer(case, "We are on it.")
    careful.send()
    now, store = careful.world.clock.now(), careful.world.store
    assert interventions.approve_actions(store, [1], now, by="boss", four_eyes=["crm"]) == {"queued": 1}
    assert careful.publish() == {"sent": 1}


def test_what_is_old_is_asked_about_first(careful: Desk) -> None:
    case = careful.case()
    careful.answer(case, "We call you in ten minutes.")
    careful.world.clock.forward(timedelta(hours=5))
    careful.write_back()
    assert "is it still true?" in careful.notes(case)[0]
    set_status(careful, case, "Approved")
    assert careful.publish() == {}


def test_a_whole_project_lets_answers_go_by_a_queue_at_the_desk(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "project", publish=True)
    file = shop.folder / "casebridge.yaml"
    wanted = "publish: true\n    hold_seconds: 0\n    approval: {queue: released, four_eyes: true}"
    file.write_text(file.read_text().replace("publish: true", wanted))
    shop.say("1", "2", name="1")
    shop.sync()
    for native_id in ("1", "2"):
        shop.answer(native_id, f"We look for parcel {native_id}.")
    assert shop.sync().exit_code == Exit.OK
    assert shop.sent() == []
    with shop.agent() as agent:
        agent.set_field(shop.case("1"), "queue", "Released", author="Mia")
        agent.set_field(shop.case("2"), "queue", "released", author="agent")
    shop.sync()
    assert shop.sent() == ["We look for parcel 1."]
    assert shop.actions() == {"We look for parcel 1.": "sent", "We look for parcel 2.": "review"}


@pytest.mark.parametrize("approval", ["{}", "{status: Approved, queue: Released}", "{rejected: No}"])
def test_an_approval_names_one_field(tmp_path: Path, approval: str) -> None:
    folder = write_project(tmp_path, desk=f"approval: {approval}")
    with pytest.raises(ConfigError, match="name one field of the case and its value, as status: Approved"):
        compose(folder)

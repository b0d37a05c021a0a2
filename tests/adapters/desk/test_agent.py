"""What an agent does in the desk, and what the desk's automations make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.errors import Refused
from bridge.nouns import Actor, Amendment, AmendmentKind, Answer, CaseEvent, Cursor, Thing, What
from tests.adapters.desk.desks import desk, record, ref

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.desk.target import DeskTarget


def happened(target: DeskTarget) -> list[object]:
    return [item for page in target.activity(Cursor()) for item in page.items]


def statuses(target: DeskTarget) -> list[tuple[str, Actor]]:
    events = [item for item in happened(target) if isinstance(item, CaseEvent) and item.what is What.STATUS]
    return [(event.value, event.actor) for event in events]


def test_cases_have_numbers_that_people_can_read(target: DeskTarget) -> None:
    person = ref(target, record(Thing.PERSON, "cb1-p", name="Ada Kern"))
    case = ref(target, record(Thing.CASE, "cb1-c", subject="Router broken", requester=person))
    message = ref(target, record(Thing.MESSAGE, "cb1-m", parent=case, text="It blinks red."))
    assert (person, case, message) == ("U-1", "T-1001", "N-1")
    shown = target.agent().show(case)
    assert shown["person"]["name"] == "Ada Kern"
    assert [each["text"] for each in shown["messages"]] == ["It blinks red."]
    assert [event["kind"] for event in shown["events"]] == ["created"]


def test_a_list_shows_the_newest_first_and_can_be_narrowed(target: DeskTarget) -> None:
    for n in range(3):
        ref(target, record(Thing.CASE, f"cb1-c{n}", subject=f"Case {n}"))
    agent = target.agent()
    agent.set_status("T-1002", "closed")
    assert [case["ref"] for case in agent.list()] == ["T-1003", "T-1002", "T-1001"]
    assert [case["ref"] for case in agent.list(status="new", limit=1)] == ["T-1003"]
    assert [case["ref"] for case in agent.list(status="closed")] == ["T-1002"]


def test_an_answer_opens_a_new_case_by_automation(target: DeskTarget) -> None:
    """And the event says that it was no agent, so that nobody takes it for work."""
    case = ref(target, record(Thing.CASE, "cb1-c", subject="Router broken"))
    target.agent().reply(case, "We are on it.")
    assert statuses(target) == [("open", Actor.AUTOMATION)]
    target.agent().reply(case, "Solved.")
    assert len(statuses(target)) == 1


def test_the_automation_can_be_switched_off(tmp_path: Path) -> None:
    target = desk(tmp_path, automation=False)
    case = ref(target, record(Thing.CASE, "cb1-c", subject="Router broken"))
    target.agent().reply(case, "We are on it.")
    assert statuses(target) == []
    target.close()


def test_an_automatic_greeting_is_no_agents_answer(tmp_path: Path) -> None:
    target = desk(tmp_path, auto_reply="Thank you for writing to us.")
    ref(target, record(Thing.CASE, "cb1-c", subject="Router broken"))
    (greeting,) = [item for item in happened(target) if isinstance(item, Answer)]
    assert (greeting.public, greeting.actor, greeting.text) == (True, Actor.AUTOMATION, "Thank you for writing to us.")
    target.close()


def test_files_of_an_answer_come_along(target: DeskTarget, tmp_path: Path) -> None:
    (tmp_path / "manual.pdf").write_bytes(b"%PDF")
    case = ref(target, record(Thing.CASE, "cb1-c", subject="Router broken"))
    target.agent().reply(case, "See here.", attach=[tmp_path / "manual.pdf"])
    (answer,) = [item for item in happened(target) if isinstance(item, Answer)]
    assert [(file.name, file.mime, file.size) for file in answer.files] == [("manual.pdf", "application/pdf", 4)]
    with pytest.raises(Refused, match="cannot be attached"):
        target.agent().reply(case, "And here.", attach=[tmp_path / "missing.pdf"])


def test_a_merge_moves_messages_and_fills_what_is_empty(target: DeskTarget) -> None:
    loser = ref(target, record(Thing.CASE, "cb1-a", subject="Router", owner="Bela"))
    winner = ref(target, record(Thing.CASE, "cb1-b", subject="Router broken"))
    ref(target, record(Thing.MESSAGE, "cb1-m", parent=loser, text="It blinks red."))
    agent = target.agent()
    agent.merge_cases(loser, winner)
    shown = agent.show(winner)
    assert (shown["subject"], shown["owner"], len(shown["messages"])) == ("Router broken", "Bela", 1)
    assert [case["ref"] for case in agent.list()] == [winner]
    with pytest.raises(Refused, match="was merged into"):
        agent.reply(loser, "Hello")


def test_merges_chain_to_the_record_that_stands(target: DeskTarget) -> None:
    refs = [ref(target, record(Thing.CASE, f"cb1-{n}", subject="Router")) for n in range(3)]
    target.agent().merge_cases(refs[0], refs[1])
    target.agent().merge_cases(refs[1], refs[2])
    assert target.find("Case", {"cb1-0": ""}, target.agent().clock.now())["cb1-0"].merged_into == refs[2]


def test_nothing_merges_into_itself(target: DeskTarget) -> None:
    case = ref(target, record(Thing.CASE, "cb1-c", subject="Router"))
    with pytest.raises(Refused, match="itself"):
        target.agent().merge_cases(case, case)


def test_deleting_a_case_takes_its_messages_and_leaves_no_word(target: DeskTarget, tmp_path: Path) -> None:
    case = ref(target, record(Thing.CASE, "cb1-c", subject="Router broken"))
    ref(target, record(Thing.MESSAGE, "cb1-m", parent=case, text="It blinks red."))
    target.agent().delete(case)
    assert target.find("Message", {"cb1-m": ""}, target.agent().clock.now())["cb1-m"].deleted
    target.close()
    assert b"It blinks red" not in (tmp_path / "desk.db").read_bytes()


@pytest.mark.parametrize("ref_", ["T-9999", "U-1", "nonsense", ""])
def test_what_is_not_there_is_told_in_a_sentence(target: DeskTarget, ref_: str) -> None:
    agent = target.agent()
    for act in (
        lambda: agent.show(ref_),
        lambda: agent.reply(ref_, "Hello"),
        lambda: agent.note(ref_, "Hello"),
        lambda: agent.set_status(ref_, "open"),
        lambda: agent.delete(ref_),
        lambda: agent.merge_cases(ref_, "T-1001"),
    ):
        with pytest.raises(Refused, match="The desk has no"):
            act()


def test_an_agent_cannot_set_what_the_schema_forbids(target: DeskTarget) -> None:
    case = ref(target, record(Thing.CASE, "cb1-c", subject="Router broken"))
    with pytest.raises(Refused, match="status is one of new, open, waiting, closed"):
        target.agent().set_status(case, "solved")
    with pytest.raises(Refused, match="has no field"):
        target.agent().set_field(case, "mood", "bad")
    assert statuses(target) == []


def test_a_case_made_by_an_agent_is_a_foreign_one_with_its_requester(target: DeskTarget) -> None:
    agent = target.agent()
    person = agent.create_person(name="Ada Kern", email="ada.kern@example.com", phone="+49 30 1234567")
    case = agent.create("Router broken", text="See https://social.example/p/1, please", requester=person)
    (snapshot,) = [case for page in target.cases(Cursor()) for case in page.cases]
    assert (snapshot.ref, snapshot.person_ref, snapshot.shown) == (case, person, ())
    assert snapshot.permalinks == ("https://social.example/p/1",)


def test_a_foreign_case_without_a_person_shows_its_requesters_handle(target: DeskTarget) -> None:
    target.agent().create("Router broken", person_handle="@adakern", channel="twitter")
    target.agent().create("Router broken", person_handle="ada.kern@example.com", channel="mail")
    shown = [case.shown for page in target.cases(Cursor()) for case in page.cases]
    assert [str(each[0].identifier) for each in shown] == ["handle:x:adakern", "email::ada.kern@example.com"]


def test_an_amendment_is_done_once_over_processes(target: DeskTarget, tmp_path: Path) -> None:
    case = ref(target, record(Thing.CASE, "cb1-c", subject="Router broken"))
    note = Amendment(kind=AmendmentKind.NOTE, thing=Thing.CASE, ref=case, key="cb1-n", text="Continued elsewhere.")
    again = desk(tmp_path)
    target.amend([note, note])
    again.amend([note])
    assert len(again.agent().show(case)["messages"]) == 1
    again.close()

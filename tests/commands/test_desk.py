"""``casebridge desk``: one plays the agent, and is told in a sentence what does not work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def case(ask: Callable[..., Any]) -> str:
    """Open a case by hand, with a requester."""
    opened = ask("desk", "create", "Router broken", "--name", "Ada Kern", "--email", "ada.kern@example.com")
    assert opened == {"case": "T-1001", "person": "U-1"}
    return str(opened["case"])


def test_an_agent_works_a_case_from_answer_to_close(case: str, ask: Callable[..., Any]) -> None:
    ask("desk", "reply", case, "We are on it.", "--as", "Bela")
    ask("desk", "note", case, "Asked the warehouse.")
    ask("desk", "status", case, "closed")
    shown = ask("desk", "show", case)
    assert shown["status"] == "closed"
    assert shown["person"]["name"] == "Ada Kern"
    assert [(each["text"], each["public"], each["author"]) for each in shown["messages"]] == [
        ("We are on it.", True, "Bela"),
        ("Asked the warehouse.", False, "agent"),
    ]
    assert [(event["kind"], event["actor"]) for event in shown["events"]] == [
        ("created", "agent"),
        ("status", "automation"),
        ("status", "agent"),
    ]


def test_a_list_names_case_and_customer(case: str, run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    plain = run("desk", "list").stdout.splitlines()
    assert plain[0].split("\t")[0] == "ref"
    assert [case, "Ada Kern", "Router broken"] == [plain[1].split("\t")[n] for n in (0, 6, 7)]
    assert [each["ref"] for each in ask("desk", "list", "--status", "new")] == [case]
    assert ask("desk", "list", "--status", "closed") == []


def test_a_shown_case_has_its_messages_and_events_in_lines(case: str, run: Callable[..., Result]) -> None:
    run("desk", "reply", case, "We are on it.")
    said = run("desk", "show", case).stdout
    assert "subject: Router broken" in said
    assert "We are on it." in said
    assert "automation" in said


def test_an_answer_can_carry_a_file(case: str, ask: Callable[..., Any], folder: Path) -> None:
    (folder / "manual.pdf").write_bytes(b"%PDF")
    ask("desk", "reply", case, "See here.", "--attach", str(folder / "manual.pdf"))
    assert ask("desk", "show", case)["messages"][0]["files"] == ["manual.pdf"]


def test_an_answer_is_taken_back_by_making_it_internal(case: str, ask: Callable[..., Any]) -> None:
    answer = ask("desk", "reply", case, "On its way.")["message"]
    assert ask("desk", "internal", answer) == {"message": answer, "public": False}
    assert ask("desk", "show", answer)["public"] is False


def test_cases_and_persons_are_merged_by_what_their_ref_says(case: str, ask: Callable[..., Any]) -> None:
    other = ask("desk", "create", "Router again", "--name", "Ada K.")
    ask("desk", "merge", other["case"], case)
    ask("desk", "merge", other["person"], "U-1")
    assert [each["ref"] for each in ask("desk", "list")] == [case]


def test_a_deleted_case_is_gone(case: str, ask: Callable[..., Any], run: Callable[..., Result]) -> None:
    assert ask("desk", "delete", case) == {"ref": case, "deleted": True}
    gone = run("desk", "show", case)
    assert gone.exit_code == 1
    assert "was deleted" in gone.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("desk", "show", "T-9999"), 1, "The desk has no record T-9999"),
        (("desk", "reply", "T-9999", "Hello"), 1, "The desk has no case T-9999"),
        (("desk", "reply", "T-1001", " "), 1, "There is no text"),
        (("desk", "note", "T-1001", ""), 1, "There is no text"),
        (("desk", "create", ""), 1, "There is no subject"),
        (("desk", "status", "T-1001", "solved"), 1, "new, open, waiting, closed"),
        (("desk", "merge", "T-1001", "T-1001"), 1, "itself"),
        (("desk", "create", "x", "--name", "Ada", "--requester", "U-1"), 2, "either"),
        (("desk", "list", "--target", "crm"), 2, "there are: desk"),
    ],
)
@pytest.mark.usefixtures("case")
def test_what_does_not_work_is_told_in_a_sentence(
    run: Callable[..., Result], arguments: tuple[str, ...], code: int, words: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert words in result.output


def test_a_project_without_a_desk_says_so(run: Callable[..., Result], folder: Path) -> None:
    project = folder / "casebridge.yaml"
    project.write_text(project.read_text().replace("type: desk", "type: memory"))
    result = run("desk", "list")
    assert result.exit_code == 2
    assert "no desk" in result.output


def test_of_several_desks_one_is_named(run: Callable[..., Result], folder: Path) -> None:
    project = folder / "casebridge.yaml"
    project.write_text(project.read_text() + "  other: {type: desk, path: other.db}\n")
    assert "name one with --target" in run("desk", "list").output
    assert run("desk", "list", "--target", "other").exit_code == 0


@pytest.mark.usefixtures("synced")
def test_an_open_case_says_anew_where_an_answer_goes_when_publishing_is_switched(
    ask: Callable[..., Any], run: Callable[..., Result], folder: Path
) -> None:
    off = "Publishing is switched off: an answer stays here and is not sent."
    (one, other) = (each["ref"] for each in ask("desk", "list"))
    assert ask("desk", "show", one)["reply_hint"] == off
    run("desk", "status", other, "closed")
    run("sync")
    file = folder / "casebridge.yaml"
    project = file.read_text(encoding="utf-8")
    file.write_text(project.replace("{type: desk}", "{type: desk, publish: true}"), encoding="utf-8")
    run("sync")
    assert "set outbox" in ask("desk", "show", one)["reply_hint"]
    file.write_text(project, encoding="utf-8")
    run("sync")
    assert [ask("desk", "show", ref)["reply_hint"] for ref in (one, other)] == [off, off]

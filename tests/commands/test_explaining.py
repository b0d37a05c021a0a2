"""Whatever is found is told in sentences: why it is so, and what a person may do about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.conftest import write_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

PROJECT = """\
organisation: acme
environment: test
sources:
  crm: {type: file, path: people.jsonl, what: people}
  export: {type: file, path: messages.jsonl, facts: {order: 'order (A\\d+)'}}
targets:
  desk: {type: desk, persons: create}
"""
ANNA = {"id": "u1", "handle": "Anna_K", "name": "Anna Kern"}
PEOPLE = [
    {
        "id": "K1",
        "name": "Anna Kern",
        "emails": ["anna@example.com"],
        "handles": {"x": "anna_k"},
        "customer_numbers": ["KD-77"],
    },
    {"id": "K2", "name": "Otto Groß", "customer_numbers": ["KD-77"]},
]
SAID: list[dict[str, Any]] = [
    {"id": "1", "text": "Where is my parcel, order A11?", "author": ANNA, "permalink": "https://x.example/anna_k/1"},
    {"id": "2", "text": "I love you", "author": {"id": "u2"}},
    {"id": "3", "network": "mail", "kind": "mail", "text": "parcel order A11", "author": {"email": "anna@example.com", "authenticated": True}},
]  # fmt: skip

FOUND = {
    "https://x.example/anna_k/1": "message",
    "http://www.x.example/anna_k/1/?s=20#top": "message",
    "x//1": "message",
    "u2": "customer",
    "A11": "message",
    "@ANNA_K": "customer",
    "Anna@Example.com": "customer",
    "K1": "customer",
    "kern": "customer",
    "T-1001": "case",
    "N-1": "message",
    "Q-1": "quarantine",
    "R-1": "run",
    "D-1": "delivery",
}
"""What people have at hand → what it is."""


@pytest.fixture
def told(folder: Path, run: Callable[..., Result]) -> Callable[[str], str]:
    """Run a sync of two channels, a CRM and a broken row; give what is told about anything."""
    write_project(folder)
    (folder / "casebridge.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "people.jsonl").write_text("\n".join(map(json.dumps, PEOPLE)), encoding="utf-8")
    lines = [
        json.dumps({"network": "x", "sent_at": f"2026-03-01T1{number}:00:00Z"} | each)
        for number, each in enumerate(SAID)
    ]
    (folder / "messages.jsonl").write_text("\n".join([*lines, '{"id": "4", "network":\n']), encoding="utf-8")
    run("sync")
    run("sync")
    return lambda anything: run("explain", anything).output


@pytest.mark.usefixtures("told")
def test_anything_that_people_have_at_hand_finds(ask: Callable[..., Any]) -> None:
    assert {each: {hit["kind"] for hit in ask("find", each)} for each in FOUND} == {
        each: {kind} for each, kind in FOUND.items()
    }


@pytest.mark.usefixtures("told")
def test_nothing_to_find_is_an_error_and_nothing_found_is_said(run: Callable[..., Result]) -> None:
    assert run("find", " ").exit_code == 2
    assert run("find", "nobody-knows").exit_code == 1


def test_a_message_tells_its_rules_and_where_it_went(told: Callable[[str], str]) -> None:
    said = told("x//1")
    assert "a public post on x by Anna_K" in said
    assert "reason = delivery (rule “delivery”)" in said
    assert "It belongs to case C-" in said
    assert "In desk it is delivered as N-" in said


def test_a_message_without_a_case_tells_the_rule_and_how_to_make_it_one(told: Callable[[str], str]) -> None:
    said = told("x//2")
    assert "the rule “praise” says that it opens none" in said
    assert "casebridge cases split M-" in said


def test_a_case_tells_what_joined_it_and_whose_turn_it_is(told: Callable[[str], str]) -> None:
    said = told("T-1001")
    assert "is a case of customer P-" in said
    assert "joined it: both name the same order." in said
    assert "It waits for us" in said


def test_a_customer_tells_who_joined_by_what_and_who_did_not(told: Callable[[str], str]) -> None:
    said = told("@anna_k")
    assert "x//u1 and CRM record crm:K1 are one person: both show handle:x:anna_k" in said
    assert "mail//anna@example.com" in said
    assert "were not linked by customer_number:crm:KD-77: the names differ." in said


@pytest.mark.usefixtures("told")
def test_whatever_is_known_of_a_customer_names_where_it_comes_from(ask: Callable[..., Any]) -> None:
    (found,) = ask("find", "@anna_k")
    shown = ask("customers", "show", f"P-{found['id']}".replace("P-P-", "P-"))
    known = {(each["field"], each["value"], each["source"], each["relation"]) for each in shown["sources"]}
    assert {
        ("name", "Anna Kern", "CRM record crm:K1", "crm"),
        ("emails", "anna@example.com", "CRM record crm:K1", "crm"),
        ("emails", "anna@example.com", "mail//anna@example.com", "authenticated"),
        ("handles", "Anna_K", "x//u1", "profile"),
    } <= known
    assert not [each for each in known if "desk" in each[2]], "what we wrote ourselves is no source"


@pytest.mark.usefixtures("told")
def test_a_question_of_what_if_shows_who_would_part_and_changes_nothing(ask: Callable[..., Any]) -> None:
    before = ask("customers", "list")
    parted = ask("customers", "what-if", "@anna_k", "--without", "anna@example.com")
    assert sorted(parted) == [["mail//anna@example.com", "CRM record desk:U-1"], ["x//u1", "CRM record crm:K1"]]
    assert ask("customers", "what-if", "@anna_k", "--without", "nobody@example.com") == []
    assert ask("customers", "list") == before


def test_a_row_in_the_quarantine_tells_how_it_is_repaired(told: Callable[[str], str]) -> None:
    assert "casebridge quarantine replay Q-1 --set" in told("Q-1")


def test_a_delivery_tells_what_stops_it(told: Callable[[str], str], run: Callable[..., Result], folder: Path) -> None:
    run("pause", "deliver", "desk", "--reason", "stocktaking")
    more = {
        "id": "9",
        "network": "x",
        "text": "no parcel here",
        "author": {"id": "u9"},
        "sent_at": "2026-03-02T08:00:00Z",
    }
    with (folder / "messages.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(more) + "\n")
    run("sync")
    rows = json.loads(run("--json", "deliveries", "list", "--where", "state=pending").stdout)
    said = told(f"D-{rows[0]['id']}")
    assert "The next sync delivers it." in said
    assert ": stocktaking. Go on with: casebridge resume deliver desk" in said


def test_who_may_be_one_is_listed_and_kept_apart_for_a_reason(
    told: Callable[[str], str], run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    assert told("K2")
    assert "names differ" in run("customers", "why-not", "crm:K1", "crm:K2").stdout
    (row,) = [row for row in ask("customers", "suggestions") if "r:crm:K2" in row["vertices"]]
    assert row["identifier"] == "customer_number:crm:KD-77"


@pytest.mark.usefixtures("told")
def test_a_decision_is_undone_as_if_it_had_never_been_taken(
    run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    before = ask("find", "KD-77")
    run("customers", "merge", "crm:K1", "crm:K2")
    run("sync")
    assert len(ask("find", "KD-77")) == 1
    assert [row["kind"] for row in ask("decisions", "list")] == ["must_link"]
    assert run("decisions", "undo", "1").exit_code == 0
    run("sync")
    assert ask("find", "KD-77") == before
    assert run("decisions", "undo", "7").exit_code == 2


@pytest.mark.usefixtures("told")
def test_what_is_blocked_must_be_an_identifier(run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    assert run("customers", "block", "nonsense").exit_code == 2
    assert ask("customers", "block", "Anna@Example.com")["operands"] == ["email::anna@example.com"]

"""The demonstration plays to its end by itself, and what it shows is so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

import cli
from bridge.commands.demo import MARK
from bridge.errors import Exit
from bridge.store import schema
from cli import compose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.app import App


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "casebridge-demo"


@pytest.fixture(scope="module")
def summary(folder: Path) -> dict[str, Any]:
    """Play it once; broken rows are part of the play, not a failure."""
    result = CliRunner().invoke(cli.main, ["demo", "--folder", str(folder), "--json"])
    assert result.exit_code == Exit.OK, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(scope="module")
def app(folder: Path, summary: dict[str, Any]) -> Iterator[App]:
    assert summary["folder"] == str(folder.resolve())
    composed = compose(folder)
    yield composed
    composed.store.close()


def _customers(app: App) -> dict[str, int]:
    """Return the customer of every profile and CRM row."""
    with app.store.read() as connection:
        return {row.vertex: row.customer_id for row in connection.execute(select(schema.member))}


def test_it_is_a_week_of_some_size(summary: dict[str, Any]) -> None:
    assert summary["messages"] >= 200
    assert len(summary["channels"]) >= 6
    assert sum(line["messages"] for line in summary["channels"]) == summary["messages"]
    assert summary["customers"] >= 50
    assert sum(summary["reasons"].values()) == summary["cases"] >= 50
    assert max(summary["days"].values()) > 60


def test_everything_is_delivered_left_out_by_a_rule_or_set_aside(summary: dict[str, Any]) -> None:
    assert {state for state, count in summary["deliveries"].items() if count} == {"delivered"}
    assert all(line["why"].startswith("rule:") for line in summary["left_out"])
    assert len(summary["quarantine"]) == 5


def test_four_mails_and_a_tweet_about_one_matter_are_one_case_of_one_customer(
    summary: dict[str, Any], app: App
) -> None:
    timeline = summary["timeline"]
    said = [line for line in timeline["said"] if line["case"] == timeline["case"] and line["direction"] == "in"]
    kinds = [line["network"] for line in said]
    assert (kinds.count("mail"), kinds.count("x")) == (4, 1)
    customers = _customers(app)
    known_as = ("p:mail//katrin.achterberg@posthorn.example", "p:x//71001", "r:crm:K-1001")
    assert {customers[vertex] for vertex in known_as} == {timeline["customer"]}


def test_people_are_found_across_channels(summary: dict[str, Any]) -> None:
    assert summary["several_channels"] >= 10
    assert all(len(person["networks"]) > 1 and person["known_by"] for person in summary["people"])


def test_a_crowded_thread_stays_several_customers(summary: dict[str, Any]) -> None:
    crowd = summary["busiest_thread"]
    assert crowd["customers"] >= 10
    assert crowd["cases"] >= 10
    assert crowd["mixed"] == 0


def test_who_shares_a_number_or_a_mailbox_is_kept_apart_and_shown(summary: dict[str, Any], app: App) -> None:
    customers = _customers(app)
    for couple in (("r:crm:K-1016", "r:crm:K-1032"), ("r:crm:K-1020", "r:crm:K-1021")):
        assert len({customers[vertex] for vertex in couple}) == 2
    assert {line["shared"] for line in summary["kept_apart"]} >= {"phone", "customer number"}


def test_a_shared_mailbox_makes_one_person_of_nobody(app: App) -> None:
    """Three people write from it, two of them are in the CRM; what we wrote into the desk is its echo."""
    customers = _customers(app)
    writers = [vertex for vertex in customers if vertex.startswith("p:mail//info@metallbau-kraehwinkel.example")]
    assert len({customers[vertex] for vertex in writers}) == len(writers) == 3
    theirs = {vertex for vertex, customer in customers.items() if customer in {customers[each] for each in writers}}
    assert {vertex for vertex in theirs if not vertex.startswith("r:desk:")} == set(writers)


def test_an_agents_answer_stands_in_the_outbox_once(summary: dict[str, Any], folder: Path) -> None:
    answer = summary["answer"]
    assert (answer["held"], answer["sent"]) == ("held", "sent")
    lines = [json.loads(line) for file in (folder / "outbox").iterdir() for line in file.read_text().splitlines()]
    (line,) = lines
    assert (line["id"], line["text"], line["network"]) == (answer["ref"], answer["text"], answer["question"]["network"])
    assert line["public"] is True
    assert answer["question"]["network"] in answer["note"]


def test_a_second_run_doubles_nothing(summary: dict[str, Any]) -> None:
    again = summary["second_run"]
    assert again["seen"] > 100
    assert (again["new"], again["created"], again["answers"]) == (0, 0, 1)
    assert again["seen"] == again["repeated"] + again["quarantined"]
    assert (again["balanced"], again["verified"]) == (True, True)


def test_it_says_three_commands_that_work(summary: dict[str, Any], folder: Path) -> None:
    assert len(summary["try"]) == 3
    for command in summary["try"]:
        words = command.split(f"--project {folder} ")[1].split()
        result = CliRunner().invoke(cli.main, ["--project", str(folder), *words])
        assert result.exit_code == Exit.OK, result.output


def test_without_a_terminal_it_says_all_this_in_plain_lines_and_replaces_an_earlier_one(
    tmp_path: Path, summary: dict[str, Any]
) -> None:
    (tmp_path / MARK).touch()
    result = CliRunner().invoke(cli.main, ["demo", "--folder", str(tmp_path), "--force"])
    assert result.exit_code == Exit.OK, result.output
    assert "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert f"{summary['messages']} messages" in result.stdout
    for line in summary["channels"]:
        assert any(each.startswith(f"{line['network']}\t{line['messages']}\t") for each in lines)
    assert "✓ The ledger balances: every message that was read is accounted for." in lines


@pytest.mark.usefixtures("summary")
def test_only_an_earlier_demonstration_is_replaced_and_only_when_asked(folder: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(cli.main, ["demo", "--folder", str(folder)]).exit_code == Exit.CONFIG
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "casebridge.yaml").write_text("organisation: mine\n", encoding="utf-8")
    refused = CliRunner().invoke(cli.main, ["demo", "--folder", str(tmp_path / "mine"), "--force"])
    assert refused.exit_code == Exit.CONFIG
    assert (tmp_path / "mine" / "casebridge.yaml").read_text(encoding="utf-8") == "organisation: mine\n"

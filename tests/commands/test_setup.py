"""Starting a project and checking it."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import cli
from adapters.desk.target import DeskTarget
from adapters.http.target import HttpTarget
from bridge import registry
from bridge.clock import SystemClock
from bridge.errors import Exit
from bridge.nouns import Account, Finding, KeyField, Step, Thing
from config import mappings
from config.loading import read_project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    from click.testing import Result
    from pydantic import BaseModel

    from bridge.contracts import Surroundings


class BareDesk(DeskTarget):
    """A tool in which a field for our key must be created first."""

    created: set[KeyField]
    told: Surroundings

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> DeskTarget:
        """Remember what the target was told."""
        cls.told = surroundings
        return super().connect(settings, surroundings)

    def prepare(self, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:
        """Create what is missing."""
        if not dry_run:
            self.created.update(wanted)
        return [Step(f"{each.object}.{each.field}", done=each in self.created) for each in wanted]


def _cli(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, list(arguments))


@pytest.mark.parametrize("target", ["hubspot", "salesforce"])
def test_init_for_a_crm_leaves_only_the_env_to_be_filled_in(target: str, tmp_path: Path) -> None:
    folder = tmp_path / "brand"
    assert _cli("init", str(folder), "--target", target).exit_code == 0
    project, example = ((folder / name).read_text(encoding="utf-8") for name in ("casebridge.yaml", "example.env"))
    asked = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert asked == set(re.findall(r"\$\{(\w+)\}", project))
    filled = (f"{name}={'7' if name.endswith('PORTAL') else 'https://x.example'}\n" for name in asked)
    (folder / ".env").write_text("".join(filled), encoding="utf-8")
    assert list(read_project(folder).project.targets) == [target]
    assert {path.name for path in (folder / "mappings" / target).iterdir()} >= {
        "person.yaml",
        "case.yaml",
        "message.yaml",
    }


@pytest.mark.parametrize("name", ["freshdesk", "jira-service-management", "webhook", "zammad"])
def test_init_for_a_tool_with_a_manifest_makes_a_project_that_fits_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "brand"
    assert _cli("init", str(folder), "--target", name).exit_code == 0
    project, example = ((folder / file).read_text(encoding="utf-8") for file in ("casebridge.yaml", "example.env"))
    asked = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert asked == set(re.findall(r"\$\{(\w+)\}", project))
    for variable in asked:
        monkeypatch.setenv(variable, "https://flows.example/1" if variable.endswith("URL") else "acme")
    composed = cli.compose(folder, SystemClock())
    target = composed.targets[name].target
    assert isinstance(target, HttpTarget)
    assert not composed.targets[name].publish
    for mapping in composed.targets[name].every_mapping():
        says = target.tool.client.manifest.objects[mapping.object]
        assert (says.thing, mapping.fields.keys() <= says.fields.keys()) == (mapping.thing, True)
    composed.close()
    names = {path.name for path in (folder / "mappings" / name).iterdir()}
    assert names >= {"case.yaml", "message.yaml"}
    assert ("person.yaml" in names) == ("persons: create" in project)


def test_init_knows_only_targets_that_it_has_a_beginning_for(tmp_path: Path) -> None:
    refused = _cli("init", str(tmp_path / "brand"), "--target", "salesfarce")
    assert refused.exit_code == Exit.CONFIG
    known = "django_helpdesk, freshdesk, hubspot, jira-service-management, request_tracker, salesforce, webhook, zammad"
    assert f"desk, {known}, zendesk" in " ".join(refused.output.replace("│", "").split())
    assert not (tmp_path / "brand").exists()


def test_init_makes_a_project_that_syncs(tmp_path: Path) -> None:
    assert _cli("init", str(tmp_path / "brand")).exit_code == 0
    checked = _cli("check", "--project", str(tmp_path / "brand"))
    assert checked.exit_code == 0, checked.output
    assert _cli("sync", "--project", str(tmp_path / "brand")).exit_code == 0
    cases = json.loads(_cli("cases", "list", "--json", "--project", str(tmp_path / "brand")).stdout)
    assert [case["messages"] for case in cases] == [2, 1]
    assert {path.name for path in (tmp_path / "brand").iterdir()} >= {
        ".gitignore", "casebridge.yaml", "example.env", "mappings", "schemas", "triage.yaml",
    }  # fmt: skip


def test_editors_find_the_schema_of_every_file_of_a_new_project(tmp_path: Path) -> None:
    _cli("init", str(tmp_path / "brand"))
    for file in (tmp_path / "brand").rglob("*.yaml"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), file
        assert (file.parent / first.partition("=")[2]).is_file(), file


def test_init_overwrites_nothing(folder: Path) -> None:
    before = (folder / "casebridge.yaml").read_text(encoding="utf-8")
    result = _cli("init", str(folder))
    assert result.exit_code == Exit.CONFIG
    assert "already" in result.stderr
    assert (folder / "casebridge.yaml").read_text(encoding="utf-8") == before


def test_check_names_what_is_missing_with_a_remedy(folder: Path, ask: Callable[..., Any]) -> None:
    (folder / "messages.jsonl").unlink()
    wrong = [row for row in ask("check") if not row["ok"]]
    assert [row["connection"] for row in wrong] == ["export"]


def test_check_calls_nobody_connected_who_could_not_be_reached(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    BareDesk.created = set()
    nobody = Account(name="desk of Acme", findings=(Finding(ok=False, text="nobody answers"),))
    monkeypatch.setattr(BareDesk, "check", lambda _: nobody)
    monkeypatch.setattr(registry, "target", lambda _: BareDesk)
    told = [(row["ok"], row["text"]) for row in ask("check") if row["connection"] == "desk"]
    assert told[0] == (False, "nobody answers")


def test_missing_key_fields_are_found_and_created_on_request(
    run: Callable[..., Result], ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    BareDesk.created = set()
    monkeypatch.setattr(registry, "target", lambda _: BareDesk)
    missing = [row for row in ask("check") if not row["ok"]]
    assert [(row["text"], row["remedy"]) for row in missing] == [
        (f"{name}.casebridge_key", "Let it be created: casebridge check --prepare")
        for name in ("Person", "Case", "Message")
    ]
    assert run("check").exit_code == Exit.CONFIG
    assert BareDesk.created == set()
    assert run("check", "--prepare").exit_code == 0
    assert BareDesk.created == {each for several in BareDesk.told.objects.values() for each in several}
    assert run("check").exit_code == 0


def test_a_target_is_told_what_its_mappings_deliver_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "target", lambda _: BareDesk)
    cli.compose(folder).close()
    assert BareDesk.told.objects == {
        thing: (KeyField(thing.value.capitalize(), "casebridge_key"),)
        for thing in (Thing.PERSON, Thing.CASE, Thing.MESSAGE)
    }


def test_check_says_how_an_agent_answers_once_answers_are_published(folder: Path, run: Callable[..., Result]) -> None:
    assert "answers stay there: publish is off" in run("check").stdout
    project = folder / "casebridge.yaml"
    project.write_text(project.read_text().replace("{type: desk}", "{type: desk, publish: true}"))
    assert "to answer a customer there: Reply in public" in run("check").stdout


def test_mappings_that_come_with_an_adapter_fit_it_and_pass_their_tests(run: Callable[..., Result]) -> None:
    assert run("mapping", "check").exit_code == 0
    assert run("mapping", "test").exit_code == 0


def test_a_mapping_of_the_project_wins_and_is_checked(folder: Path, run: Callable[..., Result]) -> None:
    (folder / "mappings" / "desk").mkdir(parents=True)
    (folder / "mappings" / "desk" / "case.yaml").write_text(
        "object: Case\nkey: casebridge_key\nfields:\n  subjekt: {value: hi}\n", encoding="utf-8"
    )
    result = run("mapping", "check")
    assert result.exit_code == Exit.CONFIG
    assert "case.yaml:4: error: Case has no field 'subjekt'; did you mean 'subject'?" in result.stdout


def test_a_plan_tells_what_would_be_refused_and_what_waits_for_it(
    folder: Path, run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    shutil.copytree(mappings.SHIPPED / "desk", folder / "mappings" / "desk")
    case = folder / "mappings" / "desk" / "case.yaml"
    case.write_text(case.read_text().replace("{from: case.priority, default: normal}", "{value: Highest}"))
    planned = ask("plan")["counts"]
    assert (planned["refuse case"], planned["wait message"], planned.get("create message")) == (2, 2, None)
    run("sync")
    states = [row["state"] for row in ask("deliveries", "list") if row["thing"] in ("case", "message")]
    assert sorted(states) == ["refused", "refused", "waiting", "waiting"]


def test_a_thing_without_mapping_is_told_before_nothing_of_it_is_delivered(
    folder: Path, ask: Callable[..., Any]
) -> None:
    shutil.copytree(mappings.SHIPPED / "desk", folder / "mappings" / "desk")
    (folder / "mappings" / "desk" / "message.yaml").unlink()
    (wrong,) = [row for row in ask("check") if not row["ok"]]
    assert wrong["text"] == "there is no mapping of messages, so none is delivered"


def test_two_syncs_that_disagree_about_mappings_are_an_error(folder: Path, run: Callable[..., Result]) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
    with (folder / "casebridge.yaml").open("a", encoding="utf-8") as project:
        project.write("syncs:\n")
        for name in ("one", "two"):
            project.write(f"  {name}: {{from: export, to: desk, mapping: {name}}}\n")
    result = run("status")
    assert (result.exit_code, "name different mappings" in result.stderr) == (Exit.CONFIG, True)


def test_adapters_are_listed_with_what_they_do(ask: Callable[..., Any]) -> None:
    rows = {(row["type"], row["role"]): row["about"] for row in ask("adapters")}
    assert {("file", "source"), ("desk", "target"), ("memory", "publisher")} <= rows.keys()
    assert all(rows.values())


def test_schemas_are_json() -> None:
    for name in ("project", "triage", "mapping", "rows", "people", "message", "person"):
        assert json.loads(_cli("schema", name).stdout)["title"]
    assert json.loads(_cli("mapping", "schema", "case").stdout)["title"]


def test_completion_and_version_are_there() -> None:
    assert "casebridge" in _cli("--version").stdout
    assert "--show-completion" in _cli("--help").stdout

"""Whatever is asked wrongly is answered with a sentence that says how to ask, and changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bridge.errors import Exit
from tests.bad_input.project import Place, line, make_place

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def synced_template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """Make a project after its first sync: three messages, and one row in the quarantine."""
    place = make_place(tmp_path_factory.mktemp("synced") / "project", sqlite_template)
    twice = line("7", author={"id": "u7", "handle": "anna"}) + line("8", author={"id": "u8", "handle": "anna"})
    (place.inbox / "a.jsonl").write_bytes(line("1") + b"oops\n" + twice)
    assert place.run("sync").exit_code == Exit.SET_ASIDE
    return place.folder


@pytest.fixture
def synced(tmp_path: Path, synced_template: Path) -> Place:
    return Place(shutil.copytree(synced_template, tmp_path / "project"))


ASKED: dict[str, tuple[Exit, str]] = {
    "find nobody-there": (Exit.SET_ASIDE, "Nothing is known under 'nobody-there'."),
    "explain nobody-there": (Exit.CONFIG, "Nothing found for “nobody-there”. Try a permalink, M-"),
    "explain anna": (Exit.CONFIG, "“anna” may mean P-"),
    "explain M-99": (Exit.CONFIG, "Nothing found for “M-99”."),
    "messages show M-99": (Exit.CONFIG, "There is no message M-99. `casebridge find` finds by permalink"),
    "messages list --limit 0": (Exit.CONFIG, "Invalid value for '--limit'"),
    "messages list --before soon": (Exit.CONFIG, "'soon' is no number; write M-12 or 12."),
    "cases show C-99": (Exit.CONFIG, "There is no case C-99."),
    "cases show C-99999999999999999999999": (Exit.CONFIG, "is no number; write C-12 or 12."),
    "cases join C-98 C-99": (Exit.CONFIG, "There is no case C-9"),
    "customers show P-99": (Exit.CONFIG, "There is no customer P-99."),
    "customers merge P-1 P-1": (Exit.CONFIG, "customers merge"),
    "deliveries list --where colour=red": (
        Exit.CONFIG,
        "--where colour=red: write name=value, where name is one of id,",
    ),
    "deliveries list --where state": (Exit.CONFIG, "--where state: write name=value"),
    "deliveries list --where state=refusde": (Exit.CONFIG, "there is no such state; did you mean 'refused'?"),
    "deliveries list --where case=twelve": (Exit.CONFIG, "this is no number; write it as C-12, D-12 or 12."),
    "deliveries retry": (Exit.CONFIG, "Say which: either numbers, as D-12, or --where name=value."),
    "deliveries retry D-99": (Exit.SET_ASIDE, "0 retried; 1 not there (cannot be tried again)."),
    "deliveries drop D-99": (Exit.SET_ASIDE, "0 dropped; 1 not there (cannot be dropped)."),
    "actions approve A-99": (Exit.SET_ASIDE, "0 queued; 1 not there (cannot be approved)."),
    "quarantine show Q-99": (Exit.CONFIG, "There is no row in the quarantine Q-99."),
    "quarantine replay": (Exit.CONFIG, "Say which: numbers, as Q-12, or --all."),
    "quarantine replay seven": (Exit.CONFIG, "'seven' is no number; write Q-12 or 12."),
    "quarantine replay Q-99": (Exit.CONFIG, "Not open in the quarantine: Q-99."),
    "quarantine replay Q-1 --set oops": (Exit.CONFIG, "--set oops: write field=value."),
    "quarantine replay Q-1 --file nowhere.jsonl": (Exit.CONFIG, "nowhere.jsonl: cannot be read: No such file"),
    "quarantine drop Q-99": (Exit.SET_ASIDE, "1 were not open; `casebridge quarantine list` shows those that are."),
    "status --max-age soon": (Exit.CONFIG, "'soon' is no length of time; write 90s, 30m, 2h or 1d."),
    "status --max-age 1y": (Exit.CONFIG, "'1y' is no length of time"),
    "sync --from yesterday": (Exit.CONFIG, "'yesterday' is no date; write 2026-03-01 or"),
    "sync --from 2026-02-31": (Exit.CONFIG, "'2026-02-31' is no date"),
    "sync --last 0": (Exit.CONFIG, "Invalid value for '--last'"),
    "sync --accept -3": (Exit.CONFIG, "Invalid value for '--accept'"),
    "sync --as-cases": (Exit.CONFIG, "--as-cases is about history; say which with --from or --last."),
    "sync nightly": (Exit.CONFIG, "There is no sync “nightly”. There are: all."),
    "sync --source crm": (Exit.CONFIG, "There is no “crm” in this sync. There are: feed, other."),
    "verify crm": (Exit.CONFIG, "There is no target 'crm'; there are: desk."),
    "restore nowhere.backup --yes": (Exit.CONFIG, "There is no backup nowhere.backup."),
    "restore casebridge.yaml --yes": (Exit.CONFIG, "There is no backup casebridge.yaml."),
    "schema poem": (Exit.CONFIG, "There is no schema 'poem'; there are: project"),
    "mapping check crm": (Exit.CONFIG, "There is no target 'crm'; there are: desk."),
    "desk show T-9": (Exit.SET_ASIDE, "The desk has no record T-9; casebridge desk list shows its cases."),
    "desk status T-1001 dancing": (Exit.SET_ASIDE, "status is one of new, open, waiting, closed, not 'dancing'."),
    "runs show R-99": (Exit.CONFIG, "There is no run R-99."),
    "no-such-command": (Exit.CONFIG, "No such command 'no-such-command'."),
    "status --no-such-option": (Exit.CONFIG, "No such option: --no-such-option"),
}


@pytest.mark.parametrize(("command", "answer"), ASKED.items(), ids=ASKED.keys())
def test_what_is_asked_wrongly_is_answered_in_a_sentence(
    synced: Place, command: str, answer: tuple[Exit, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    before = _content(synced)
    result = synced.run(*command.split())
    assert (result.exit_code, answer[1] in result.output) == (answer[0], True), result.output
    assert _content(synced) == before


def _content(place: Place) -> list[str]:
    with closing(sqlite3.connect(place.folder / "casebridge.db")) as connection:
        return list(connection.iterdump())

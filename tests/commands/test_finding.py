"""What people have at hand is enough to find something, and what is said of it is meant for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

LINE = '{"id": "9", "network": "x", "text": "Order NL-412345 is broken", "author": {"id": "u9"}, "sent_at": "2026-03-01T08:00:00Z"}\n'


@pytest.mark.parametrize("said", ["412345", "NL-412345", "nl-412345"])
def test_an_order_number_is_found_as_customers_write_it(
    said: str, folder: Path, run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    facts = r"export: {type: file, path: messages.jsonl, facts: {order: '\bNL-(\d{6})\b'}}"
    project = PROJECT.replace("export: {type: file, path: messages.jsonl}", facts)
    (folder / "casebridge.yaml").write_text(project, encoding="utf-8")
    (folder / "messages.jsonl").write_text(LINE, encoding="utf-8")
    run("sync")
    (hit,) = ask("find", said)
    assert hit["title"].startswith("order in x//9")


def test_a_customer_without_a_name_is_called_by_what_was_found(
    folder: Path, run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    call = (
        '{"id": "9", "network": "phone", "kind": "call", "author": {"id": "+493023125160", "phone": "+493023125160"}}\n'
    )
    (folder / "messages.jsonl").write_text(call, encoding="utf-8")
    run("sync")
    (hit,) = ask("find", "+49 30 23125160")
    assert (hit["kind"], hit["title"]) == ("customer", "phone//+493023125160")


@pytest.mark.usefixtures("synced")
def test_the_desk_tells_who_was_meant_to_read_an_entry(run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    case = next(row["ref"] for row in ask("desk", "list") if row["channel"] == "x")
    run("desk", "reply", case, "Soon.")
    run("desk", "note", case, "Asked the warehouse.")
    shown = run("desk", "show", case).stdout.splitlines()
    entries = [line.split("\t") for line in shown if line.startswith("N-")]
    assert [entry[4] for entry in entries] == ["us", "customer", "desk"]

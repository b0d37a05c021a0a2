"""What a CRM's row shows no longer links nobody any more; what an older row says is no news."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge.engine import sync
from bridge.runs import SyncOptions
from bridge.store import schema
from cli import compose
from tests.project import partitions, put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.app import App

PEOPLE = """\
  crm:
    type: file
    path: crm.csv
    what: people
    mapping:
      id: {from: id}
      name: {from: name}
      phones: {from: phone}
      handles.x: {from: handle}
      updated_at: {from: updated, omit_if_empty: true}
"""
SAID = [
    {"id": "1", "text": "Where is my parcel?", "author": {"id": "55", "handle": "lena_w", "name": "Lena Winter"}},
    {"id": "2", "text": "Still nothing!", "author": {"id": "77", "phone": "+491701234567", "name": "Lena Winter"}},
]
APART, TOGETHER = {frozenset({"x//1"}), frozenset({"x//2"})}, {frozenset({"x//1", "x//2"})}
BOTH, HANDLE = "+491701234567,lena_w", ",lena_w"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Give a project with two profiles that only a row of a CRM knows to be one person."""
    folder = write_project(tmp_path / "project")
    file = folder / "casebridge.yaml"
    file.write_text(file.read_text().replace("targets:", f"{PEOPLE}targets:"))
    put(folder, "said.jsonl", [said | {"network": "x", "sent_at": "2026-03-01T10:00:00Z"} for said in SAID])
    app = compose(folder)
    yield app
    app.close()


def _customers(app: App, shown: str, updated: str = "") -> set[frozenset[str]]:
    text = f"id,name,phone,handle,updated\nK1,Lena Winter,{shown},{updated}\n"
    (app.folder / "crm.csv").write_text(text)
    assert sync(app, None, SyncOptions()).exit_code == 0
    return partitions(app.store)["customer"]


def test_taking_an_identifier_out_of_a_row_parts_whom_it_linked_and_gives_everybody_their_own_again(app: App) -> None:
    assert _customers(app, BOTH) == TOGETHER
    assert _customers(app, HANDLE) == APART
    assert _customers(app, ",") == APART
    assert _customers(app, BOTH) == TOGETHER
    with app.store.read() as connection:
        member = schema.member.c
        assert len(set(connection.execute(select(member.customer_id)).scalars())) == 1


def test_a_row_that_loses_all_it_shows_links_nobody(app: App) -> None:
    assert _customers(app, BOTH) == TOGETHER
    assert _customers(app, ",") == APART


@pytest.mark.parametrize("rows", [("2026-03-01", "2026-03-02"), ("2026-03-02", "2026-03-01")])
def test_of_two_states_of_a_row_the_later_counts_whichever_comes_first(app: App, rows: tuple[str, str]) -> None:
    shown = {"2026-03-01": BOTH, "2026-03-02": HANDLE}
    for day in rows:
        customers = _customers(app, shown[day], f"{day}T09:00:00Z")
    assert customers == APART

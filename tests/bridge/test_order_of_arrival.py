"""Whatever order messages come in: the same conversations, customers, cases, and the same second ledger line."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge.engine import sync
from bridge.ledger import ledger
from bridge.queries.exports import export_cases, export_customers
from bridge.runs import SyncOptions
from bridge.store import schema
from bridge.verify import verify
from cli import compose
from tests.forest import forest
from tests.project import partitions, put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.app import App
    from bridge.store.store import Store

MESSAGES, THREADS = 1_500, 300
SIZES = [(MESSAGES, THREADS), pytest.param(20_000, 4_000, marks=pytest.mark.soak)]


@pytest.fixture
def app(tmp_path: Path, store_url: str) -> Iterator[App]:
    app = compose(write_project(tmp_path / "project", store=store_url))
    yield app
    app.close()


def _sync(app: App) -> None:
    report = sync(app, None, SyncOptions())
    assert report.exit_code == 0, report.problems


def _second_line(app: App) -> dict[str, int]:
    report = ledger(app)
    assert report.balanced, report
    return dict(report.targets[0].parts)


def _exports(store: Store) -> dict[str, list[object]]:
    """Return what the exports say, with each id told by the first message that stands under it."""
    customers, cases = list(export_customers(store)), list(export_cases(store))
    first = {each["id"]: min(each["messages"], default="") for each in customers}
    told = [case | {"id": min(case["messages"]), "customer": first.get(case["customer"])} for case in cases]
    return {
        "customers": sorted((each | {"id": first[each["id"]]} for each in customers), key=lambda each: each["members"]),
        "cases": sorted(told, key=lambda case: case["id"]),
    }


@pytest.mark.parametrize(("messages", "threads"), SIZES)
def test_shuffled_split_and_doubled_input_with_deliveries_in_between_ends_the_same(
    messages: int, threads: int, app: App, tmp_path: Path
) -> None:
    documents = forest(messages, threads)
    plain = compose(write_project(tmp_path / "plain"))
    put(plain.folder, "all.jsonl", documents)
    _sync(plain)
    shuffled = documents[:]
    random.Random(1).shuffle(shuffled)
    parts = [shuffled[start::5] for start in range(5)]
    for number, part in enumerate(parts):
        put(app.folder, f"{number}-first.jsonl", part)
        put(app.folder, f"{number}-again.jsonl", part)
        _sync(app)
    assert partitions(app.store) == partitions(plain.store)
    assert _exports(app.store) == _exports(plain.store)
    assert _second_line(app) == _second_line(plain)
    assert verify(app, "desk").ok
    plain.close()


def test_no_message_of_one_person_is_in_the_case_of_another(app: App) -> None:
    put(app.folder, "all.jsonl", forest(MESSAGES, THREADS, seed=3))
    _sync(app)
    resolved, message = schema.resolved.c, schema.message.c
    query = (
        select(resolved.case_id, resolved.customer_id, schema.case.c.customer_id.label("owner"), message.key)
        .join(schema.message, message.id == resolved.message_id)
        .join(schema.case, schema.case.c.id == resolved.case_id)
    )
    with app.store.read() as connection:
        rows = connection.execute(query).all()
    assert rows
    assert [row for row in rows if row.customer_id != row.owner] == []


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 2, 3), (2, 3, 0, 1), (3, 2, 1, 0), (1, 3, 0, 2)], ids=str)
def test_a_message_that_is_told_of_two_threads_holds_both_together(order: tuple[int, ...], app: App) -> None:
    told = [("1", "A"), ("1", "B"), ("2", "A"), ("3", "B")]
    for number in order:
        id_, thread = told[number]
        author = {"id": f"u{id_}", "name": f"Kim {id_}"}
        document = {"network": "x", "id": id_, "thread": thread, "author": author, "text": "Where is my parcel?"}
        put(app.folder, f"{number}.jsonl", [document | {"sent_at": f"2026-03-0{id_}T10:00:00Z"}])
        _sync(app)
    assert partitions(app.store)["conversation"] == {frozenset({"x//1", "x//2", "x//3"})}
    with app.store.read() as connection:
        threads = select(schema.message.c.thread).where(schema.message.c.key == "x//1")
        assert connection.execute(threads).scalar_one() == "x/#A"

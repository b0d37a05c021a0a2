"""Whoever writes for years is read in segments, with the same result as if everything were read."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bridge.decisions import decide
from bridge.engine import sync
from bridge.resolve import long_histories
from bridge.runs import SyncOptions
from bridge.store import schema
from cli import compose
from tests.project import partitions, put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bridge.app import App

BEGIN = datetime(2016, 1, 4, 8, 0, tzinfo=UTC)
PAUSES = (0.1, 1, 5, 20, 60, 80, 85, 95, 130, 200)
"""Days between messages: under and over the hard close of 90 days."""
TEXTS = (
    "Where is my parcel?",
    "It is broken, help!",
    "Danke!",
    "Charged twice for order A{}?",
    "My order A{} is missing",
)

Decision = tuple[str, list[str]]


def _history(chance: random.Random, person: int, size: int) -> Iterator[dict[str, Any]]:
    """Yield years of direct messages and mails in two threads; our answers are to one of the last five, some years late."""
    at, said = BEGIN, [""]
    for number in range(size):
        at += timedelta(days=chance.choice(PAUSES))
        native_id, text = f"{person}-{number}", chance.choice(TEXTS).format(f"{chance.randrange(4):02d}")
        kind = chance.choice(("direct", "direct", "mail"))
        document = {"id": native_id, "network": "x", "kind": kind, "public": False, "text": text, "sent_at": str(at)}
        if number and chance.random() < 0.45:
            answered = chance.choice(said[-5:])
            yield document | {"direction": "out", "author": {"id": "brand"}, "answers": [answered] if answered else []}
        else:
            said.append(native_id)
            author = {"id": f"u{person}", "handle": f"u{person}"}
            yield document | {"author": author, "thread": f"t{person}-{chance.choice((0, 0, 0, 1))}"}


def _documents(seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    found = [document for person in range(3) for document in _history(chance, person, 36)]
    return sorted(found, key=lambda document: str(document["sent_at"]))


def _parts(documents: Sequence[dict[str, Any]]) -> list[Sequence[dict[str, Any]]]:
    return [documents[start : start + 27] for start in range(0, len(documents), 27)]


def _told(app: App) -> set[tuple[object, ...]]:
    """Return what is said of each case, by its messages, and the messages of the one before it."""
    resolved, message = schema.resolved.c, schema.message.c
    query = select(resolved.case_id, message.key).join(schema.message, message.id == resolved.message_id)
    with app.store.read() as connection:
        members: dict[int, set[str]] = {}
        for row in connection.execute(query.where(resolved.case_id.is_not(None))):
            members.setdefault(row.case_id, set()).add(row.key)
        cases = {row.id: row for row in connection.execute(select(schema.case))}
    return {
        (frozenset(keys), _before(cases, members, id_), *(getattr(cases[id_], name) for name in COMPARED))
        for id_, keys in members.items()
    }


COMPARED = ("messages", "status", "opened_at", "last_at", "closed_at", "reason")


def _before(cases: dict[int, Any], members: dict[int, set[str]], id_: int) -> frozenset[str]:
    before = cases[id_].previous_id
    while before is not None and cases[before].redirect_to is not None:
        before = cases[before].redirect_to
    return frozenset(members[before]) if before is not None else frozenset()


def _outcome(
    folder: Path, parts: Sequence[Sequence[dict[str, Any]]], decisions: Sequence[Decision] = (), *, after: int = 0
) -> tuple[object, object]:
    """Read the parts one after another, decide after one of them, and say what became of it."""
    app = compose(write_project(folder))
    for number, part in enumerate(parts):
        put(app.folder, f"{number}.jsonl", part)
        sync(app, None, SyncOptions())
        if decisions and number == after:
            for kind, keys in decisions:
                decide(app, kind, keys, "Mia", "a test")
            sync(app, None, SyncOptions())
    told = partitions(app.store), _told(app)
    app.close()
    return told


@pytest.mark.parametrize("seed", [2, 5])
def test_in_segments_or_as_a_whole_in_any_order_the_cases_are_the_same(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = _documents(seed)
    whole = _outcome(tmp_path / "whole", [documents])
    monkeypatch.setattr(long_histories, "LONG", 1)
    assert _outcome(tmp_path / "in time", _parts(documents)) == whole
    random.Random(seed).shuffle(documents)
    assert _outcome(tmp_path / "shuffled", _parts(documents)) == whole


def test_what_people_decided_years_ago_holds_when_the_customer_writes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = _documents(3)
    decisions: list[Decision] = []
    for person in range(3):
        keys = [f"x//{each['id']}" for each in documents[:54] if each["author"]["id"] == f"u{person}"]
        decisions += [("case_join", [keys[0], keys[-1]]), ("case_split", [keys[len(keys) // 2]])]
    whole = _outcome(tmp_path / "whole", [documents], decisions)
    monkeypatch.setattr(long_histories, "LONG", 1)
    assert _outcome(tmp_path / "in time", _parts(documents), decisions, after=1) == whole


def _chat(number: int) -> dict[str, Any]:
    ours = number % 4 == 3
    return {
        "id": f"m{number}",
        "network": "x",
        "kind": "direct",
        "public": False,
        "direction": "out" if ours else "in",
        "text": TEXTS[number % 3],
        "sent_at": str(BEGIN + timedelta(hours=number)),
        "thread": "t",
        "author": {"id": "brand"} if ours else {"id": "u1", "handle": "kim"},
    }


def test_messages_and_answers_that_come_late_into_a_long_strand_count_as_if_they_had_come_in_time(
    tmp_path: Path,
) -> None:
    documents = [_chat(number) for number in range(2 * long_histories.LONG)]
    late = documents[498:503]
    in_time = _outcome(tmp_path / "in time", [documents])
    assert _outcome(tmp_path / "late", [documents[:498] + documents[503:], late]) == in_time

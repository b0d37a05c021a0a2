"""Several collectors at once, with people and messages in common, give what one after the other would give."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bridge import lease
from bridge.clock import SystemClock
from bridge.collect import store_page
from bridge.engine import sync
from bridge.errors import Exit, StoreBusy
from bridge.ledger import ledger
from bridge.nouns import Cursor, Message, Page, Profile, ProfileSeen, Said
from bridge.reading import Reading
from bridge.runs import SyncOptions
from bridge.store import schema
from bridge.verify import verify
from cli import compose
from tests.forest import forest
from tests.project import casebridge, partitions, put, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.app import App
    from bridge.store.store import Store

COLLECTORS = 4
DOCUMENTS = forest(800, 160, seed=23)
SOURCE = """\
  feed{number}:
    type: file
    path: inbox/{number}.jsonl
    network: x
    account: brand
    own: [brand]
    page_size: 50
    facts:
      order: 'order (A\\d+)'
"""


def _parts() -> list[list[dict[str, Any]]]:
    """Return what each collector reads: in an order of its own, half of it read by another one too."""
    chance = random.Random(5)
    parts: list[list[dict[str, Any]]] = [[] for _ in range(COLLECTORS)]
    for document in DOCUMENTS:
        for number in chance.sample(range(COLLECTORS), k=chance.choice((1, 2))):
            parts[number].append(document)
    for part in parts:
        chance.shuffle(part)
    return parts


def _project(folder: Path, store: str = "sqlite:///casebridge.db") -> Path:
    """Write a project with four sources; each has a sync of its own that delivers nowhere, and one has them all."""
    write_project(folder, store=store)
    project = folder / "casebridge.yaml"
    head, _, tail = project.read_text().partition("sources:")
    sources = "".join(SOURCE.format(number=number) for number in range(COLLECTORS))
    syncs = "".join(f"  s{number}: {{from: feed{number}, to: []}}\n" for number in range(COLLECTORS))
    syncs += f"  all: {{from: [{', '.join(f'feed{number}' for number in range(COLLECTORS))}], to: desk}}\n"
    project.write_text(f"{head}sources:\n{sources}targets:{tail.partition('targets:')[2]}syncs:\n{syncs}")
    for number, part in enumerate(_parts()):
        put(folder, f"{number}.jsonl", part)
    return folder


def _sync(app: App) -> None:
    report = sync(app, None, SyncOptions())
    assert report.exit_code == Exit.OK, report.problems


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[frozenset[str]]]:
    """Let one collector read after the other."""
    app = compose(_project(tmp_path_factory.mktemp("serial") / "project"))
    for number in range(COLLECTORS):
        assert sync(app, f"s{number}", SyncOptions()).exit_code == Exit.OK
    _sync(app)
    found = partitions(app.store)
    app.close()
    return found


def _is_serial(app: App, serial: dict[str, set[frozenset[str]]]) -> None:
    assert partitions(app.store) == serial
    assert ledger(app).balanced, ledger(app)
    assert verify(app, "desk").ok
    with app.store.read() as connection:
        keys = connection.execute(select(schema.message.c.key)).scalars().all()
    assert sorted(keys) == sorted({f"{each['network']}//{each['id']}" for each in DOCUMENTS})


def test_collectors_in_threads_of_one_sync_give_the_serial_result(
    tmp_path: Path, store_url: str, serial: dict[str, set[frozenset[str]]]
) -> None:
    app = compose(_project(tmp_path / "project", store_url))
    _sync(app)
    _is_serial(app, serial)
    app.close()


def test_collectors_in_four_processes_give_the_serial_result(
    tmp_path: Path, store_url: str, serial: dict[str, set[frozenset[str]]]
) -> None:
    """Each process reads one source and resolves what it finds, one after the other."""
    folder = _project(tmp_path / "project", store_url)
    compose(folder).close()
    with ThreadPoolExecutor(COLLECTORS) as pool:
        ended = list(pool.map(lambda number: casebridge(folder, "sync", f"s{number}"), range(COLLECTORS)))
    assert [each.returncode for each in ended] == [Exit.OK] * COLLECTORS, ended
    app = compose(folder)
    _sync(app)
    _is_serial(app, serial)
    app.close()


def test_collectors_race_for_the_same_rows_without_deadlock(store_url: str, tmp_path: Path) -> None:
    """All begin at once, read the very same rows in different orders, in small pages, again and again."""
    folder = _project(tmp_path / "project", store_url)
    for number in range(COLLECTORS):
        shuffled = random.Random(number).sample(DOCUMENTS, k=400)
        put(folder, f"{number}.jsonl", [*DOCUMENTS[:400], *shuffled])
    app = compose(folder)
    together = threading.Barrier(COLLECTORS)

    def collect_one(number: int) -> int:
        together.wait()
        return sync(app, f"s{number}", SyncOptions()).exit_code

    with ThreadPoolExecutor(COLLECTORS) as pool:
        assert list(pool.map(collect_one, range(COLLECTORS))) == [Exit.OK] * COLLECTORS
    lines = ledger(app).sources
    assert all(line.balanced for line in lines)
    with app.store.read() as connection:
        stored = len(connection.execute(select(schema.message.c.id)).all())
    assert sum(line.parts["new"] for line in lines) == stored
    app.close()


def test_a_second_sync_of_the_same_connections_says_that_it_comes_too_late(tmp_path: Path) -> None:
    folder = _project(tmp_path / "project")
    app = compose(folder)
    clock = SystemClock()
    with lease.hold(app.store, "deliver:desk", clock), pytest.raises(StoreBusy, match="at work on “deliver:desk”"):
        sync(app, "all", SyncOptions())
    with lease.hold(app.store, "collect:feed0", clock):
        late = casebridge(folder, "sync", "s0")
        other = casebridge(folder, "sync", "s1")
    assert (late.returncode, other.returncode) == (Exit.BUSY, Exit.OK)
    assert "Wait for it to end." in late.output
    _sync(app)
    assert ledger(app).balanced
    app.close()


def test_two_syncs_at_once_on_one_file_end_as_one(tmp_path: Path, serial: dict[str, set[frozenset[str]]]) -> None:
    folder = _project(tmp_path / "project")
    compose(folder).close()
    with ThreadPoolExecutor(2) as pool:
        codes = sorted(each.returncode for each in pool.map(lambda _: casebridge(folder, "sync"), range(2)))
    assert codes in ([Exit.OK, Exit.OK], [Exit.OK, Exit.BUSY])
    app = compose(folder)
    _sync(app)
    _is_serial(app, serial)
    app.close()


def test_what_collectors_learn_of_one_message_at_once_is_all_kept(store: Store) -> None:
    """Each sees the same messages with links, and a source, of its own."""
    now = SystemClock().now()
    natives = [str(number) for number in range(150)]
    together = threading.Barrier(COLLECTORS)

    def page(number: int | None) -> Page:
        answers = () if number is None else (f"parent-{number}",)
        said = (Message(network="x", native_id=native, text="a", answers=answers, sent_at=now) for native in natives)
        return Page(tuple(Said(message) for message in said), Cursor())

    def collect_one(number: int) -> None:
        together.wait()
        store_page(store, _reading(f"feed{number}"), page(number), now=now)

    store_page(store, _reading("first"), page(None), now=now)
    with ThreadPoolExecutor(COLLECTORS) as pool:
        list(pool.map(collect_one, range(COLLECTORS)))
    message = schema.message.c
    with store.read() as connection:
        rows = connection.execute(select(message.answers, message.seen_by)).all()
    assert {len(row.answers) for row in rows} == {COLLECTORS}
    assert {len(row.seen_by) for row in rows} == {COLLECTORS + 1}


def _reading(name: str) -> Reading:
    return Reading(connection=name, policies={"": 1}, secret=b"secret")


def test_what_collectors_learn_of_one_person_at_once_is_all_kept(store: Store) -> None:
    """Each sees the same people at times of its own, under names of its own."""
    begin = SystemClock().now()
    people = [str(number) for number in range(150)]
    together = threading.Barrier(COLLECTORS)

    def page(number: int) -> Page:
        at = begin + timedelta(days=number)
        seen = (Profile(network="x", id=one, handle=f"user_{one}", name=f"Name {number}") for one in people)
        return Page(tuple(ProfileSeen(profile, at) for profile in seen), Cursor())

    def collect_one(number: int) -> None:
        together.wait()
        store_page(store, _reading(f"feed{number}"), page(number), now=begin)

    with ThreadPoolExecutor(COLLECTORS) as pool:
        list(pool.map(collect_one, [2, 0, 3, 1]))
    evidence, profile = schema.evidence.c, schema.profile.c
    with store.read() as connection:
        spans = connection.execute(select(evidence.first_seen, evidence.last_seen).distinct()).all()
        names = connection.execute(select(profile.name, profile.first_seen, profile.seen_at).distinct()).all()
    end = begin + timedelta(days=COLLECTORS - 1)
    assert [tuple(span) for span in spans] == [(begin, end)]
    assert [tuple(name) for name in names] == [("Name 3", begin, end)]

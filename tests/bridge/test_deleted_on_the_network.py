"""What its author deletes on the network is not to be read in the target any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bridge.collect import store_page
from bridge.engine import sync
from bridge.ledger import ledger
from bridge.nouns import Cursor, Deleted, Page
from bridge.policies import stamp, store_secret
from bridge.reading import reading_of
from bridge.runs import SyncOptions
from bridge.verify import verify
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.app import App

KIM = {"id": "u1", "handle": "kim_e", "name": "Kim Example"}
FIRST = {"id": "1", "text": "Why is parcel 4711 not here?", "author": KIM, "sent_at": "2026-03-01T10:00:00Z"}
SECOND = {**FIRST, "id": "2", "text": "Still no parcel!", "answers": ["1"], "sent_at": "2026-03-01T11:00:00Z"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Return a project that delivers to the desk."""
    app = compose(write_project(tmp_path / "project"))
    yield app
    app.close()


def run(app: App) -> None:
    report = sync(app, None, SyncOptions())
    assert report.exit_code == 0, report.problems


def delete(app: App, *ids: str) -> None:
    """Let the author delete messages, and the desk hear of it."""
    reading = reading_of(app.sources["feed"], policies=stamp(app), secret=store_secret(app))
    events = tuple(Deleted("x", id_, app.clock.now()) for id_ in ids)
    store_page(app.store, reading, Page(events, Cursor()), now=app.clock.now())
    run(app)


def shown(app: App) -> dict[str, Any]:
    """Return the one case as agents see it."""
    desk = app.targets["desk"].target.agent()
    (case,) = desk.list()
    found: dict[str, Any] = desk.show(case["ref"])
    return found


def test_one_of_several_words_is_covered_and_the_others_stand(app: App) -> None:
    put(app.folder, "1.jsonl", [FIRST, SECOND])
    run(app)
    delete(app, "2")
    assert SECOND["text"] not in str(shown(app))
    assert FIRST["text"] in str(shown(app))


def test_of_a_case_of_which_all_was_deleted_no_word_is_left(app: App) -> None:
    """Its subject is what was said, too."""
    put(app.folder, "1.jsonl", [FIRST, SECOND])
    run(app)
    assert FIRST["text"] in shown(app)["subject"]
    delete(app, "1", "2")
    left = str(shown(app))
    assert FIRST["text"] not in left
    assert SECOND["text"] not in left
    assert "Casebridge counts this as no case any more." in left
    run(app)
    assert ledger(app).balanced
    assert verify(app, "desk").ok


def test_what_is_deleted_one_after_the_other_is_gone_as_well(app: App) -> None:
    put(app.folder, "1.jsonl", [FIRST, SECOND])
    run(app)
    for id_ in ("1", "2"):
        delete(app, id_)
    assert "parcel" not in str(shown(app))


def test_what_agents_wrote_stays(app: App) -> None:
    put(app.folder, "1.jsonl", [FIRST])
    run(app)
    desk = app.targets["desk"].target.agent()
    desk.note(shown(app)["ref"], "Called the depot.")
    delete(app, "1")
    assert "Called the depot." in str(shown(app))
    assert FIRST["text"] not in str(shown(app))

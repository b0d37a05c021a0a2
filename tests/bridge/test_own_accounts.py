"""Accounts of our own are nobody's customer, whatever they say and whoever names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bridge.collect import store_page
from bridge.engine import sync
from bridge.nouns import Cursor, Page, Profile, ProfileSeen
from bridge.policies import stamp, store_secret
from bridge.queries.exports import export_cases, export_customers
from bridge.reading import reading_of
from bridge.runs import SyncOptions
from cli import compose
from tests.bridge.test_joined_people import PEOPLE
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.app import App

BRAND = {"id": "1", "handle": "brand", "name": "Acme"}
LENA = {"id": "55", "handle": "lena_w", "name": "Lena Winter"}
ASKED = {"id": "m1", "text": "Where is my parcel?", "author": LENA, "sent_at": "2026-03-01T10:00:00Z"}
ANSWERED = {
    "id": "m2",
    "text": "On its way!",
    "author": BRAND,
    "answers": ["m1"],
    "sent_at": "2026-03-01T11:00:00Z",
}
POSTED = {"id": "m3", "text": "Our new router is here!", "author": BRAND, "sent_at": "2026-03-01T09:00:00Z"}
ELSEWHERE = {"id": "9", "handle": "acme_team", "name": "Acme Team"}
MARKED = {
    "id": "m4",
    "text": "We are hiring",
    "author": ELSEWHERE,
    "direction": "out",
    "sent_at": "2026-03-01T08:00:00Z",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Return a project whose own account is called brand."""
    app = compose(write_project(tmp_path / "project"))
    yield app
    app.close()


def read(app: App, *said: dict[str, Any]) -> None:
    """Read messages, each in a run of its own."""
    for message in said:
        put(app.folder, f"{message['id']}.jsonl", [message])
        report = sync(app, None, SyncOptions())
        assert report.exit_code == 0, report.problems


def members(app: App) -> list[list[str]]:
    """Return who every customer is."""
    return [each["members"] for each in export_customers(app.store)]


@pytest.mark.parametrize("said", [(ASKED, ANSWERED, POSTED), (POSTED, ANSWERED, ASKED)])
def test_who_answers_for_us_is_no_customer(app: App, said: tuple[dict[str, Any], ...]) -> None:
    read(app, *said)
    assert members(app) == [["x//55"]]
    assert [each["messages"] for each in export_cases(app.store)] == [["x//m1", "x//m2"]]


def test_an_account_that_a_source_knows_as_ours_is_no_customer(app: App) -> None:
    """Without a word in the project: the network says that we have said it."""
    read(app, MARKED)
    assert members(app) == []


def test_a_customer_whose_record_names_our_account_is_not_us(tmp_path: Path) -> None:
    """Agents note down whom somebody has written to; that makes nobody the brand."""
    folder = write_project(tmp_path / "project")
    file = folder / "casebridge.yaml"
    file.write_text(file.read_text().replace("targets:", f"{PEOPLE}targets:"))
    (folder / "crm.csv").write_text("id,mail,handle\nK1,lena.winter@example.org,brand\n")
    app = compose(folder)
    read(app, POSTED, ASKED, ANSWERED)
    assert sorted(members(app)) == [["crm:K1"], ["x//55"]]
    app.close()


def test_somebody_who_has_written_to_us_stays_a_customer_when_the_account_becomes_ours(app: App) -> None:
    """What was a case stays one: it is in somebody's hands."""
    later = {**MARKED, "author": {**LENA, "name": "Lena of Acme"}}
    read(app, ASKED, later)
    assert members(app) == [["x//55"]]
    assert [each["messages"] for each in export_cases(app.store)] == [["x//m1"]]
    folder = app.folder.parent / "other"
    other = compose(write_project(folder))
    read(other, later, ASKED)
    assert members(other) == [["x//55"]]
    other.close()


def test_who_was_seen_before_anybody_knew_that_it_is_us_is_a_customer_no_more(tmp_path: Path, store_url: str) -> None:
    """A profile may be shown before it says anything."""
    app = compose(write_project(tmp_path / "project", store=store_url))
    seen = Profile(network="x", id=ELSEWHERE["id"], handle=ELSEWHERE["handle"], name=ELSEWHERE["name"])
    reading = reading_of(app.sources["feed"], policies=stamp(app), secret=store_secret(app))
    store_page(app.store, reading, Page((ProfileSeen(seen, app.clock.now()),), Cursor()), now=app.clock.now())
    put(app.folder, "nothing.jsonl", [])
    assert sync(app, None, SyncOptions()).exit_code == 0
    assert members(app) == [["x//9"]]
    read(app, MARKED)
    assert members(app) == []
    read(app, ASKED)
    assert members(app) == [["x//55"]]
    app.close()


def test_what_one_account_of_ours_says_to_another_is_no_customer_s_once_both_are_read(app: App) -> None:
    """The one that was spoken to takes the other for a stranger until that one's own posts are read."""
    read(app, {name: value for name, value in MARKED.items() if name != "direction"})
    assert members(app) == [["x//9"]]
    put(app.folder, "seen_by_the_other.jsonl", [MARKED])
    assert sync(app, None, SyncOptions()).exit_code == 0
    assert members(app) == []
    assert list(export_cases(app.store)) == []

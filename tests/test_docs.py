"""The pages say what is: what they list is registered, what they show is what comes, where they link is somewhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from adapters.http import manifest
from bridge import registry
from bridge.documents import parse
from bridge.errors import Exit
from bridge.mapping.target import load_target_mapping
from bridge.nouns import Thing
from bridge.triage.rules import load_rules
from config.loading import read_project
from config.templates import load_texts
from tests.docs.generated import PARTS, REFERENCE, leaves, stands
from tests.docs.pages import PAGES, anchors, blocks, links, name, section
from tests.docs.playing import Reader, install
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOW_TO = ROOT / "docs" / "how-to"
PLAYED = [ROOT / "README.md", ROOT / "docs" / "tutorial.md", *sorted(HOW_TO.glob("*.md"))]
ON_POSTGRES = HOW_TO / "run-on-postgresql.md"


@pytest.fixture
def synced_status(tmp_path: Path) -> dict[str, object]:
    """Give what ``status --json`` says of a project with something in each list."""
    reader = Reader(tmp_path, tmp_path)
    for words in (["init"], ["sync"], ["pause", "publish"]):
        reader.casebridge(words)
    found: dict[str, object] = json.loads(reader.casebridge(["status", "--json"]))
    return found


@pytest.mark.parametrize("page", [page for page in PLAYED if page != ON_POSTGRES], ids=name)
def test_a_reader_who_does_what_the_page_says_sees_what_it_shows(page: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    Reader(tmp_path / "home", install(tmp_path / "bin")).follow(blocks(page))


@pytest.mark.postgres
def test_the_page_about_postgresql_runs_on_postgresql(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page names a server of its own; here it is the one of the tests, and the password that of the page."""
    server = request.getfixturevalue("postgres_server")
    database = server.create(template="template1")
    (tmp_path / "home").mkdir()
    url = make_url(server.url(database)).set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("STORE_URL", url)
    try:
        Reader(tmp_path / "home", install(tmp_path / "bin")).follow(blocks(ON_POSTGRES))
    finally:
        server.drop(database)


@pytest.mark.parametrize(("page", "part"), PARTS, ids=lambda value: value if isinstance(value, str) else value.stem)
def test_what_the_code_knows_best_is_written_from_it(page: Path, part: str) -> None:
    """If it differs: ``python -m tests.docs.write``."""
    assert stands(page, part) == PARTS[page, part]().strip("\n") + "\n"


def test_every_command_and_option_has_its_place_in_the_reference() -> None:
    page = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    for path, command in leaves():
        assert f"### {' '.join(path)}\n" in page
        for option in command.params:
            for spelling in option.opts:
                assert f"`{spelling}`" in page or f"`{spelling.upper()}" in page, (path, spelling)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    known = {path for path, _ in leaves()}
    known |= {path[:1] for path in known}
    told = re.findall(r"casebridge((?: [a-z][a-z-]+){1,2})", page.read_text(encoding="utf-8"))
    for words in (tuple(each.split()) for each in told):
        assert words in known or words[:1] in known, (name(page), " ".join(words))


CHANNELS = {"bluesky": "bluesky", "discourse": "discourse", "email": "email", "feed": "feeds", "mastodon": "mastodon"}
"""Sources of networks → their pages."""


@pytest.mark.parametrize("kind", CHANNELS)
def test_what_status_says_that_a_channel_does_not_see_stands_on_its_page(kind: str) -> None:
    page = ROOT / "docs" / "channels" / f"{CHANNELS[kind]}.md"
    told = " ".join(section(page, "What cannot be seen").lower().split())
    unseen = registry.source(kind).unseen
    assert unseen
    assert [each for each in unseen if each.lower() not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page.suffix != ".md" or page in reached:
            continue
        reached.add(page)
        ahead += [(page.parent / link.partition("#")[0]).resolve() for link in links(page) if "://" not in link]
    assert {page for page in PAGES if page.name != "CHANGELOG.md"} <= reached


def test_every_exit_code_is_explained() -> None:
    told = re.findall(r"^\| (\d+) \|", (REFERENCE / "exit-codes.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(code) for code in told] == sorted({*Exit, 130})


def test_every_kind_of_dirty_row_is_told() -> None:
    """The kinds that the tables of the store name are those of the page."""
    folder = ROOT / "bridge" / "store" / "tables"
    tables = "".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.py")))
    for table, heading in (("dirty", "What becomes dirty"), ("touched", "Who is touched")):
        kinds = re.search(rf'__tablename__ = "{table}".*?kind: str.*?"""(.*?)"""', tables, re.DOTALL)
        assert kinds
        wanted = set(re.findall(r"\b(message|vertex|customer|case|profile)\b", re.sub(r"\(.*?\)", "", kinds[1])))
        page = section(REFERENCE / "what-is-recomputed.md", heading)
        assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == wanted


def test_the_status_page_names_every_field(synced_status: dict[str, object]) -> None:
    page = (REFERENCE / "status-json.md").read_text(encoding="utf-8")
    for field, value in synced_status.items():
        assert f"`{field}`" in page, field
        items = value if isinstance(value, list) else [value]
        for inner in (key for item in items if isinstance(item, dict) for key in item):
            assert f"`{inner}`" in page or f"`{field}.{inner}`" in page, (field, inner)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_yaml_on_a_page_is_what_the_program_reads(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole files are loaded as what they are; parts are at least YAML."""
    monkeypatch.setenv("STORE_URL", "sqlite:///casebridge.db")
    monkeypatch.setenv("SHOP_SECRET", "an-invented-secret")
    monkeypatch.setenv("FORUM_KEY", "an-invented-key")
    monkeypatch.setenv("MAIL_PASSWORD", "an-invented-password")
    monkeypatch.setenv("HUBSPOT_TOKEN", "an-invented-token")
    monkeypatch.setenv("SLACK_URL", "http://127.0.0.1:9/hook")
    for block in blocks(page):
        if block.language != "yaml":
            continue
        parse(block.text, name(page))
        file = tmp_path / block.file if block.file else None
        if file is None:
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        _loader(block.file)(file)


def _loader(file: str) -> Callable[[Path], object]:
    if "casebridge.yaml" in file:
        return read_project
    if "triage" in file:
        return load_rules
    if "templates" in file:
        return lambda path: load_texts(path, "en")
    if "manifest" in file:
        return lambda path: manifest.load(path.name, path.parent)
    return lambda path: load_target_mapping(path, thing=Thing(path.stem))

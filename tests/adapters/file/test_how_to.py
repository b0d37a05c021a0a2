"""The page that leads newcomers to their own CSV does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.file.settings import FileSettings
from bridge.documents import parse
from bridge.mapping.rows import load_row_mapping
from bridge.nouns import Direction
from config.project import project_model
from tests.adapters.file.exports import broken, connect, messages, read

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "read-your-own-csv.md").read_text(encoding="utf-8")
OURS = {"type", "own"}
"""Keys of a source that the project file keeps for itself."""


def block(kind: str, number: int = 0) -> str:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)[number]


def test_the_page_reads_its_own_csv(tmp_path: Path) -> None:
    (tmp_path / "tweets.csv").write_text(block("csv"), encoding="utf-8")
    entry = parse(block("yaml"), "page").data["sources"]["tweets"]
    settings = {name: value for name, value in entry.items() if name not in OURS}
    found = read(connect(tmp_path, settings.pop("path"), **settings))
    first, answer, second, other = messages(found)
    assert first.text == "@ShopCares my app crashes & burns since the update. Why?"
    assert (answer.direction, answer.answers, answer.answered_by) == (Direction.OUT, ("501",), ("503", "504"))
    assert [message.author.id for message in (first, second, other) if message.author] == ["7001", "7001", "7002"]
    assert [event.reason for event in broken(found)] == ["id is missing"]


def test_its_project_file_is_one() -> None:
    model = project_model({"file": FileSettings}, {})
    data = {name: value for name, value in parse(block("yaml"), "page").data.items() if name != "targets"}
    assert model.model_validate(data).sources["tweets"].own == ("ShopCares",)


@pytest.mark.parametrize(("name", "mapping"), re.findall(r"\| `(\w+(?:\.\w+)?): (\{.*\})` \|", PAGE))
def test_its_short_examples_are_mappings(name: str, mapping: str) -> None:
    assert load_row_mapping(parse(f"{name}: {mapping}", "page")).fields.keys() == {name}


def test_its_contacts_are_people() -> None:
    document = parse(block("yaml", 1), "page").part(("sources", "contacts", "mapping"))
    assert load_row_mapping(document, what="people").what == "people"

"""Files that an agent attaches stand on the answer, described by what people called them, and once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bridge.errors import Transient
from bridge.nouns import FileContent, Refusal, Written
from tests.adapters.mastodon.accounts import place

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Action
    from tests.adapters.mastodon.accounts import Place
    from tests.fakes.mastodon.world import Post

PICTURE = b"\x89PNG\r\n\x1a\n a label"


@pytest.fixture
def question(here: Place, mira: str) -> str:
    """Let a customer ask for something that is best shown."""
    return here.server.world.say(mira, "@acme Where do I find the label?")


def file(folder: Path, name: str = "Return label.png", mime: str = "image/png", size: int | None = None) -> FileContent:
    """Return a file of an agent."""
    (folder / "kept").write_bytes(PICTURE)
    return FileContent("k", name, mime, len(PICTURE) if size is None else size, str(folder / "kept"))


def answer(here: Place, question: str, *files: FileContent) -> Action:
    """Return an answer with files."""
    return replace(here.action("Here it is.", question), files=files)


def ours(here: Place) -> list[Post]:
    """Return what the brand posted."""
    return [post for post in here.server.world.posts.values() if post.author == here.brand]


def shown(here: Place) -> list[tuple[str, str | None]]:
    """Return the files of the brand's one post: address and description."""
    (post,) = ours(here)
    return [(each["url"], each["description"]) for each in post.more["media_attachments"]]


def test_files_stand_on_the_answer_with_what_their_names_tell(here: Place, question: str, tmp_path: Path) -> None:
    action = answer(here, question, file(tmp_path), file(tmp_path, "IMG_1234.png"))
    assert isinstance(here.publisher.publish(action), Written)
    assert shown(here) == [
        ("https://files.social.example/Return label.png", "Return label"),
        ("https://files.social.example/IMG_1234.png", None),
    ]
    assert set(here.server.files.contents.values()) == {PICTURE}


def test_what_the_agent_says_that_a_file_shows_describes_it(here: Place, question: str, tmp_path: Path) -> None:
    action = answer(here, question, replace(file(tmp_path), alt="A label with a QR code."))
    assert isinstance(here.publisher.publish(action), Written)
    assert [words for _, words in shown(here)] == ["A label with a QR code."]


def test_a_file_that_the_server_prepares_is_waited_for(here: Place, question: str, tmp_path: Path) -> None:
    here.server.files.prepares = 3
    assert isinstance(here.publisher.publish(answer(here, question, file(tmp_path))), Written)
    assert len(shown(here)) == 1


def test_a_file_that_does_not_get_ready_is_tried_again_later(here: Place, question: str, tmp_path: Path) -> None:
    here.server.files.prepares = 1000
    action = answer(here, question, file(tmp_path))
    with pytest.raises(Transient, match=r"still prepares Return label\.png"):
        here.publisher.publish(action)
    assert ours(here) == []
    here.server.files.prepares = 0
    assert isinstance(here.publisher.publish(action), Written)
    assert len(shown(here)) == 1


def test_a_lost_file_is_no_lost_answer(here: Place, question: str, tmp_path: Path) -> None:
    action = answer(here, question, file(tmp_path))
    here.wire.lose("response")
    with pytest.raises(Transient):
        here.publisher.publish(action)
    here.wire.lose("")
    assert isinstance(here.publisher.publish(action), Written)
    assert len(ours(here)) == 1


def test_an_answer_with_a_file_is_posted_once(here: Place, question: str, tmp_path: Path) -> None:
    action = answer(here, question, file(tmp_path))
    assert here.publisher.publish(action) == here.publisher.publish(action)
    assert len(ours(here)) == 1


@pytest.mark.parametrize(
    ("names", "mime", "size", "reason"),
    [
        (["Terms.doc"], "application/msword", 1, "the server takes no files such as Terms.doc"),
        (["Map.png"], "image/png", 2_000_001, "Map.png: larger than the server takes"),
        ([f"Map {number}.png" for number in range(5)], "image/png", 1, "a post takes 4 files, not 5"),
    ],
)
def test_what_the_server_does_not_take_is_refused_before_anything_is_sent(
    here: Place, question: str, tmp_path: Path, names: list[str], mime: str, size: int, reason: str
) -> None:
    action = answer(here, question, *(file(tmp_path, name, mime, size) for name in names))
    told = here.publisher.eligibility(action)
    assert (told.can, told.reason) == (False, reason)
    assert any("by hand at https://" in each for each in told.alternatives)
    assert here.publisher.publish(action) == Refusal(reason, code="not_eligible")
    assert here.server.files.contents == {}


def test_a_token_without_the_right_to_files_says_how_to_sign_in_anew(tmp_path: Path) -> None:
    here = place(tmp_path)
    here.server.tokens[here.token] = (here.brand, frozenset({"read", "write:statuses", "write:favourites"}))
    (finding,) = [finding for finding in here.source.check().findings if not finding.ok]
    assert (finding.text, finding.remedy) == (
        "the token lacks write:media",
        "Sign in anew: casebridge connect mastodon",
    )

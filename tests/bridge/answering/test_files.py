"""Files of an answer go along where the network takes them; where they cannot, a person is asked first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapters.memory.publisher import MemoryPublisher
from adapters.memory.target import MemoryTarget
from bridge import interventions
from bridge.errors import AuthError, Refused, Transient
from bridge.nouns import Actor, Answer, Attachment, Eligibility
from tests.bridge.answering.conftest import MINUTE
from tests.shop import Shop, make_shop

if TYPE_CHECKING:
    from bridge.nouns import Action
    from tests.bridge.answering.conftest import Desk

BILL = b"%PDF-1.4 a bill"
PICTURE = b"\x89PNG\r\n\x1a\n..."


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Give a shop in which somebody asked."""
    made = make_shop(tmp_path / "project", publish=True)
    file = made.folder / "casebridge.yaml"
    file.write_text(file.read_text().replace("publish: true", "publish: true\n    hold_seconds: 0"))
    (tmp_path / "label.png").write_bytes(PICTURE)
    made.say("1", name="1")
    made.sync()
    return made


def answer(shop: Shop, file: Path) -> None:
    """Let an agent answer with a file."""
    ref = shop.case("1")
    with shop.agent() as agent:
        agent.reply(ref, "Here it is.", attach=[file])


def sent(shop: Shop) -> list[dict[str, Any]]:
    """Return what went out."""
    file = shop.folder / "answers.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_a_file_goes_along_as_it_is_when_it_is_sent(shop: Shop, tmp_path: Path) -> None:
    answer(shop, tmp_path / "label.png")
    shop.sync()
    (line,) = sent(shop)
    (file,) = line["attachments"]
    assert (line["text"], file["name"]) == ("Here it is.", "label.png")
    assert Path(file["path"]).read_bytes() == PICTURE


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "it cannot be read (No such file or directory)"),
        (b"#!/bin/sh\nexit", "application/octet-stream is not among the types that are kept"),
    ],
)
def test_a_file_that_cannot_go_is_asked_about_and_the_text_goes_alone_if_that_is_wanted(
    shop: Shop, tmp_path: Path, content: bytes | None, why: str
) -> None:
    name = "bill.pdf" if content is None else "tool.bin"
    file = tmp_path / name
    file.write_bytes(content or BILL)
    answer(shop, file)
    if content is None:
        file.unlink()
    shop.sync()
    assert sent(shop) == []
    with shop.app() as app, app.store.read() as connection:
        (reason,) = connection.exec_driver_sql("SELECT reason FROM action").scalars()
    assert reason == f"the file {name} cannot go along: {why}; approve to send the text alone"
    with shop.app() as app:
        interventions.approve_actions(app.store, [1], app.clock.now(), by="Mia")
    shop.sync()
    (line,) = sent(shop)
    assert line["text"] == "Here it is."
    assert "attachments" not in line


def attached(desk: Desk, folder: Path, name: str, content: bytes, *, public: bool = True) -> dict[str, int]:
    """Let an agent answer with a file; returns what became of it when the minute had passed."""
    case = desk.case(public=public)
    (folder / name).write_bytes(content)
    written(desk, case, Attachment(path=str(folder / name), name=name))
    desk.world.clock.forward(MINUTE)
    return desk.publish()


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("bill.pdf", BILL, {"kind": "document", "text": "bill.pdf"}),
        ("note.txt", b"Call Greta at 0171 3920012.", {"kind": "phone", "text": "0171 3920012"}),
        ("0171_3920012.png", PICTURE, {"kind": "phone", "text": "0171 3920012"}),
    ],
)
def test_a_file_that_may_tell_everybody_something_is_held_and_goes_when_somebody_has_looked(
    desk: Desk, tmp_path: Path, name: str, content: bytes, found: dict[str, str]
) -> None:
    assert attached(desk, tmp_path, name, content) == {"held": 1}
    (action,) = desk.actions()
    assert [{each: piece[each] for each in ("kind", "text")} for piece in action.found] == [found]
    assert f"Write it anew without “{found['text']}”" in desk.notes(action.case_id)[-1]
    interventions.approve_actions(desk.world.store, [1], desk.world.clock.now(), by="Mia")
    assert desk.publish() == {"sent": 1}
    assert desk.actions()[0].overrides[0]["by"] == "Mia"


@pytest.mark.parametrize(("name", "content"), [("parcel.png", PICTURE), ("hours.txt", b"We open at nine.")])
def test_a_picture_and_a_text_that_tells_nothing_go_at_once(
    desk: Desk, tmp_path: Path, name: str, content: bytes
) -> None:
    assert attached(desk, tmp_path, name, content) == {"sent": 1}


LABEL = "#alt: A return label.\nHere it is."


def described(desk: Desk, folder: Path, *texts: str) -> None:
    """Let an agent write an answer with a picture, then edit it."""
    case = desk.case()
    (folder / "a.png").write_bytes(PICTURE)
    for text in texts:
        written(desk, case, Attachment(path=str(folder / "a.png")), text=text)
    desk.world.clock.forward(MINUTE)
    desk.publish()


@pytest.mark.parametrize("before", [(), ("#alt: A label.\nHere it is.",), ("Here it is.",)])
def test_what_the_agent_says_that_a_picture_shows_goes_along(
    desk: Desk, tmp_path: Path, before: tuple[str, ...]
) -> None:
    described(desk, tmp_path, *before, LABEL)
    (post,) = desk.network.posts.values()
    assert post.action.text == "Here it is."
    assert [file.alt for file in post.action.files] == ["A return label."]


def test_a_description_that_tells_personal_data_is_held(desk: Desk, tmp_path: Path) -> None:
    described(desk, tmp_path, "#alt: A label with 0171 3920012.\nHere it is.")
    assert desk.actions()[0].reason == "it would tell everybody a phone number"


def test_a_description_without_a_file_is_told_to_its_author(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, LABEL)
    desk.write_back()
    told = "Your answer was not sent: there are fewer files with it than #alt describes."
    assert desk.notes(case) == [told]


def test_in_private_a_document_goes_at_once(desk: Desk, tmp_path: Path) -> None:
    assert attached(desk, tmp_path, "bill.pdf", BILL, public=False) == {"sent": 1}


def test_a_document_that_was_exchanged_after_somebody_had_looked_is_held_again(desk: Desk, tmp_path: Path) -> None:
    attached(desk, tmp_path, "bill.pdf", BILL)
    interventions.approve_actions(desk.world.store, [1], desk.world.clock.now(), by="Mia")
    (tmp_path / "bill.pdf").write_bytes(BILL + b" of somebody else")
    assert desk.publish() == {"held": 1}


class TextOnly(MemoryPublisher):
    """A network that takes no files."""

    def eligibility(self, action: Action) -> Eligibility:
        """Refuse files."""
        return Eligibility(can=False, reason="x takes no files") if action.files else super().eligibility(action)


def written(desk: Desk, case: int, file: Attachment, *, text: str = "Here is your bill.") -> None:
    """Let an agent write an answer with a file."""
    desk.world.target.crm.log.append(
        Answer(
            native_id="n1",
            case_ref=desk.world.row("case", case).ref,
            at=desk.world.clock.now(),
            actor=Actor.AGENT,
            public=True,
            text=text,
            files=(file,),
        )
    )
    desk.write_back()


def test_a_network_that_takes_no_files_is_sent_the_text_alone_only_if_a_person_wants_that(
    desk: Desk, tmp_path: Path
) -> None:
    case = desk.case(public=False)
    (tmp_path / "bill.pdf").write_bytes(BILL)
    desk.replace_publisher(TextOnly("x", desk.network))
    written(desk, case, Attachment(path=str(tmp_path / "bill.pdf")))
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"review": 1}
    assert desk.actions()[0].reason == "x takes no files; approve to send the text alone"
    interventions.approve_actions(desk.world.store, [1], desk.world.clock.now(), by="Mia")
    assert desk.publish() == {"sent": 1}
    assert [post.action.files for post in desk.network.posts.values()] == [()]


def test_a_file_that_only_the_tool_itself_can_open_is_asked_about_at_once(desk: Desk) -> None:
    case = desk.case()
    written(desk, case, Attachment(url="https://crm.example/files/1", name="bill.pdf"))
    assert desk.actions()[0].reason == "it has files that cannot be read from here; approve to send the text alone"
    interventions.approve_actions(desk.world.store, [1], desk.world.clock.now(), by="Mia")
    assert desk.publish() == {"sent": 1}


class Opening(MemoryTarget):
    """A tool that hands its files over."""

    def __init__(self, target: MemoryTarget) -> None:
        """Stand in the place of ``target``."""
        super().__init__(target.name, target.crm)
        self.files: dict[str, bytes | Exception] = {}

    def attachment(self, url: str) -> bytes | None:
        """Return a file."""
        found = self.files.get(url)
        if isinstance(found, Exception):
            raise found
        return found


URL = "https://crm.example/files/1"


def opening(desk: Desk, content: bytes | Exception | None) -> Opening:
    """Let the tool hand over a file with an answer."""
    case = desk.case(public=False)
    tool = Opening(desk.world.target)
    desk.world.change(target=tool)
    if content is not None:
        tool.files[URL] = content
    written(desk, case, Attachment(url=URL, name="bill.pdf"))
    desk.world.clock.forward(MINUTE)
    return tool


def test_a_file_that_the_tool_hands_over_goes_along(desk: Desk) -> None:
    opening(desk, BILL)
    assert desk.publish() == {"sent": 1}
    (post,) = desk.network.posts.values()
    (file,) = post.action.files
    assert (file.name, file.mime, Path(file.path).read_bytes()) == ("bill.pdf", "application/pdf", BILL)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "it is not at crm any more"),
        (Refused("The token may not read files."), "The token may not read files"),
        (KeyError("Content"), "crm did not hand it over (KeyError)"),
        (b"#!/bin/sh\nexit", "application/octet-stream is not among the types that are kept"),
    ],
)
def test_a_file_that_the_tool_does_not_hand_over_is_asked_about(
    desk: Desk, content: bytes | Exception | None, why: str
) -> None:
    opening(desk, content)
    assert desk.publish() == {"review": 1}
    assert desk.actions()[0].reason == f"the file bill.pdf cannot go along: {why}; approve to send the text alone"


@pytest.mark.parametrize("error", [Transient("It is down."), AuthError("The token has ended.")])
def test_an_answer_waits_for_its_file_while_the_tool_cannot_be_reached(desk: Desk, error: Exception) -> None:
    tool = opening(desk, error)
    assert desk.publish() == {"retried": 1}
    assert desk.actions()[0].reason == f"its files cannot be had from crm: {error}"
    assert desk.publish() == {}
    tool.files[URL] = BILL
    desk.world.clock.forward(2 * MINUTE)
    assert desk.publish() == {"sent": 1}
    assert [len(post.action.files) for post in desk.network.posts.values()] == [1]

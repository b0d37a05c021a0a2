"""An agent's answer in the org goes to the network once; taken back in time it does not go at all."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bridge.answer_files import HandsOverFiles
from tests.adapters.salesforce.brand import opened as branded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.adapters.salesforce.brand import Brand
    from tests.fakes.salesforce.agents import Agent

HOURS = 2 * 60 * 60
LAMP = b"\x89PNG\r\n\x1a\n" + bytes(20)
OBJECTS = ["CaseComment", "FeedItem", "FeedComment", "EmailMessage"]


def asked(brand: Brand) -> str:
    """Let a customer write, and let time pass until only the overlap is read again; return the case."""
    brand.say({"id": "1", "text": "Where is my parcel?"})
    brand.sync()
    brand.clock.forward(timedelta(minutes=20))
    return str(brand.fake.rows("Case")[0]["Id"])


def synced(brand: Brand, times: int = 2) -> None:
    """Sync several times within the overlap and beyond it."""
    for _ in range(times):
        brand.sync()
        brand.clock.forward(timedelta(minutes=3))


def by_comment(brand: Brand, agent: Agent, case: str) -> str:
    agent.answer(case, "It comes today.")
    return str(brand.fake.rows("CaseComment")[-1]["Id"])


def by_post(brand: Brand, agent: Agent, case: str) -> str:
    agent.post(case, "It comes today.", public=True)
    return str(brand.fake.rows("FeedItem")[-1]["Id"])


def below_a_post(brand: Brand, agent: Agent, case: str) -> str:
    agent.post(case, "We look into it.", public=True)
    return agent.below(brand.fake.rows("FeedItem")[-1]["Id"], "It comes today.")


def by_mail(brand: Brand, agent: Agent, case: str) -> str:
    agent.mail(case, "greta@example.org", "It comes today.")
    return str(brand.fake.rows("EmailMessage")[-1]["Id"])


EVERY = [by_comment, by_post, below_a_post, by_mail]


@pytest.mark.parametrize("saying", EVERY)
def test_an_answer_is_published_once_however_often_it_is_read(tmp_path: Path, saying: Callable[..., Any]) -> None:
    with branded(tmp_path, answers=OBJECTS) as brand:
        saying(brand, brand.fake.agent(), asked(brand))
        synced(brand, 4)
        assert brand.answers().count("It comes today.") == 1


def test_what_was_said_late_in_a_transaction_is_published_once_too(tmp_path: Path) -> None:
    with branded(tmp_path) as brand:
        case = asked(brand)
        brand.fake.agent().answer(case, "It comes today.", commits_after=timedelta(minutes=2))
        synced(brand, 4)
        assert brand.answers() == ["It comes today."]


@pytest.mark.parametrize("saying", EVERY)
def test_an_answer_that_is_deleted_while_it_is_held_is_never_published(
    tmp_path: Path, saying: Callable[..., Any]
) -> None:
    with branded(tmp_path, hold_seconds=HOURS, answers=OBJECTS) as brand:
        agent = brand.fake.agent()
        said = saying(brand, agent, asked(brand))
        synced(brand, 1)
        assert brand.actions()["It comes today."] == "held"
        agent.delete(said)
        synced(brand)
        assert brand.actions()["It comes today."] == "cancelled"
        brand.clock.forward(timedelta(seconds=2 * HOURS))
        brand.sync()
        assert "It comes today." not in brand.answers()


@pytest.mark.parametrize(
    ("saying", "change"),
    [(by_comment, {"IsPublished": False}), (by_post, {"Visibility": "InternalUsers"})],
)
def test_an_answer_that_is_made_internal_while_it_is_held_is_never_published(
    tmp_path: Path, saying: Callable[..., Any], change: dict[str, Any]
) -> None:
    with branded(tmp_path, hold_seconds=HOURS, answers=OBJECTS) as brand:
        agent = brand.fake.agent()
        said = saying(brand, agent, asked(brand))
        synced(brand, 1)
        agent.change(said, **change)
        synced(brand)
        assert brand.actions() == {"It comes today.": "cancelled"}


def test_the_file_of_an_answer_goes_along(tmp_path: Path) -> None:
    with branded(tmp_path) as brand:
        agent = brand.fake.agent()
        agent.attach(by_post(brand, agent, asked(brand)), "lamp.png", LAMP)
        synced(brand)
        (line,) = (brand.folder / "answers.jsonl").read_text().splitlines()
        (file,) = json.loads(line)["attachments"]
        assert (file["name"], Path(file["path"]).read_bytes()) == ("lamp.png", LAMP)


def test_a_file_that_was_deleted_or_is_elsewhere_is_not_had(tmp_path: Path) -> None:
    with branded(tmp_path) as brand:
        agent = brand.fake.agent()
        agent.attach(by_post(brand, agent, asked(brand)), "manual.pdf")
        with brand.app() as app:
            target = app.targets["org"].target
            assert isinstance(target, HandsOverFiles)
            document = str(brand.fake.rows("ContentDocument")[0]["Id"])
            address = target._org.client.link("ContentDocument", document)  # type: ignore[attr-defined] # as the answer has it
            assert target.attachment(address) == b"of an agent"
            assert target.attachment(address.replace("://", "://elsewhere.")) is None
            agent.delete(document)
            assert target.attachment(address) is None


def test_neither_our_notes_nor_automations_nor_the_customer_answer_the_customer(tmp_path: Path) -> None:
    with branded(tmp_path) as brand:
        case = asked(brand)
        brand.fake.agent("Automated Process").answer(case, "Thank you for your patience.")
        brand.fake.agent("Pia Portal").answer(case, "Hello?")
        brand.fake.agent().note(case, "Angry.")
        with brand.app() as app:
            hands = app.targets["org"].target.agent()  # type: ignore[attr-defined] # Salesforce lends them
            hands.reply(case, "By the integration user.", author="Casebridge")
        synced(brand)
        assert brand.actions() == {}

"""No number of a payment card comes into the store, whatever road it takes; what only looks like one stays."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import pytest
from sqlalchemy import select

from bridge import foreign
from bridge.cards import mask_cards
from bridge.collect import store_page
from bridge.masking import found_path, masked, masked_path, masked_value
from bridge.nouns import (
    Attachment,
    Broken,
    CaseSnapshot,
    Cursor,
    Message,
    Page,
    Person,
    PersonSeen,
    Profile,
    ProfileSeen,
    Said,
)
from bridge.policies import stamp, store_secret
from bridge.reading import reading_of
from bridge.store import schema
from tests.bridge.answering.conftest import MINUTE, Desk, make_desk

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.nouns import SourceEvent
    from bridge.store.store import Store

CARD = "4111 1111 1111 1111"
MASKED = "[card ending 1111]"
CARD_ANYHOW = re.compile(r"4111(?:[ +-]|%20)1111|card_number': 4111")


@pytest.fixture
def desk(store: Store, clock: FixedClock, tmp_path: Path) -> Desk:
    return make_desk(store, clock, tmp_path)


def collect(desk: Desk, event: SourceEvent) -> str:
    """Store what a network brings; returns everything that the store holds of it, as text."""
    app = desk.world.app
    reading = reading_of(app.sources["x"], policies=stamp(app), secret=store_secret(app))
    store_page(app.store, reading, Page((event,), Cursor()), now=app.clock.now())
    return stored(desk)


def stored(desk: Desk) -> str:
    """Return every row of every table, as text."""
    with desk.world.app.store.read() as connection:
        return "\n".join(
            str(row) for table in schema.message.metadata.sorted_tables for row in connection.execute(select(table))
        )


MESSAGE = Message(network="x", native_id="4111111111111111", author=Profile(network="x", id="u"), text="Hello?")


@pytest.mark.parametrize(
    "message",
    [
        {"text": f"my card is {CARD}, help"},
        {"subject": f"card {CARD}"},
        {"raw": {"id": "4111111111111111", "bio": f"pay to {CARD}"}},
        {"raw": f"id;text\n1;card {CARD}"},
        {"attachments": (Attachment(url="https://media.example/1", name=f"card {CARD}.jpg"),)},
        {"extra": {"question": f"card {CARD}?"}},
        {"extra": {"card_number": 4111111111111111}},
        {"raw": {"headers": [["Subject", "4111111111111111"]]}},
        {"raw": {"link": "https://shop.example/pay?note=4111+1111+1111+1111"}},
        {"attachments": (Attachment(path=f"media/{CARD}/front {CARD}.jpg"),)},
        {"attachments": (Attachment(url="https://media.example/4111%201111%201111%201111.jpg?v=1"),)},
        {"permalink": "https://x.example/1?text=4111-1111-1111-1111&post=4111111111111111"},
        {"author": Profile(network="x", id="u", name=f"Kim {CARD}", handle=f"pay-me {CARD}")},
        {"author": Profile(network="x", id="u", url=f"https://x.example/u?message={CARD}")},
    ],
    ids=[
        *("text", "subject", "raw", "raw that is no JSON", "name of an attachment", "field", "field for a card"),
        *("header", "query in raw", "path of an attachment", "address of an attachment", "permalink"),
        *("name of a profile", "address of a profile"),
    ],
)
def test_collected_messages_keep_none_and_their_ids_stay(desk: Desk, message: dict[str, object]) -> None:
    kept = collect(desk, Said(replace_message(**message)))
    assert not CARD_ANYHOW.search(kept)
    assert MASKED in unquote_plus(kept)
    assert "4111111111111111" in kept


def replace_message(**changes: object) -> Message:
    """Return a message with some fields changed."""
    return replace(MESSAGE, **changes)  # type: ignore[arg-type] # the test's own words


def test_what_could_not_be_read_keeps_none(desk: Desk) -> None:
    broken = Broken("line 1", f"no time: {CARD}", f'{{"text": "card {CARD}"', {"text": f"card {CARD}"})
    kept = collect(desk, broken)
    assert CARD not in kept
    assert kept.count("[card ending 1111]") == 3


@pytest.mark.parametrize(
    "event",
    [
        ProfileSeen(Profile(network="x", id="4111111111111111", name=f"Kim {CARD}"), datetime(2026, 3, 1, tzinfo=UTC)),
        PersonSeen(
            Person(instance="crm", native_id="4111111111111111", name=f"Kim {CARD}", extra={"note": f"card {CARD}"})
        ),
    ],
    ids=["profile", "person"],
)
def test_people_keep_none_and_their_ids_stay(desk: Desk, event: SourceEvent) -> None:
    kept = collect(desk, event)
    assert CARD not in kept
    assert "Kim [card ending 1111]" in kept
    assert "4111111111111111" in kept


def test_a_file_whose_path_tells_a_card_is_found_by_what_is_kept_of_it(tmp_path: Path) -> None:
    (tmp_path / f"bills {CARD}").mkdir()
    file = tmp_path / f"bills {CARD}" / f"{CARD}.jpg"
    file.write_bytes(b"a picture")
    kept = masked_path(str(file))
    assert CARD not in kept
    assert found_path(kept) == file
    assert found_path(str(file)) == file


def test_of_two_files_that_would_be_the_same_none_is_taken_for_the_other(tmp_path: Path) -> None:
    for number in (CARD, "4012 0000 0002 1111"):
        (tmp_path / f"{number}.jpg").write_bytes(b"a picture")
    assert not found_path(masked_path(str(tmp_path / f"{CARD}.jpg"))).exists()


def test_the_query_of_a_webhook_call_keeps_none() -> None:
    query = {"text": CARD, "Body": "4111111111111111", "id": "4111111111111111"}
    kept = masked_value(query)
    assert kept == {"text": MASKED, "Body": MASKED, "id": "4111111111111111"}


def test_cases_of_others_keep_none(desk: Desk) -> None:
    now = desk.world.clock.now()
    snapshot = CaseSnapshot(
        ref="77", read_at=now, opened_at=now, last_at=now, subject=f"card {CARD}", text=f"again {CARD}"
    )
    row = foreign.row_of(desk.world.app, "crm", snapshot, b"secret")
    assert CARD not in str(row)
    assert row["subject"] == "card [card ending 1111]"


@pytest.mark.parametrize("public", [True, False])
def test_agents_answers_keep_none(desk: Desk, public: bool) -> None:  # noqa: FBT001 - pytest's way
    desk.answer(desk.case(public=public), f"Is it {CARD}?")
    desk.write_back()
    assert CARD not in stored(desk)
    desk.world.clock.forward(MINUTE)
    desk.publish()
    assert desk.sent() == ["Is it [card ending 1111]?"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (f'{{"text":"card {CARD}","id":"4111111111111111"}}'.encode(), "application/json"),
        (b"Body=card+4111+1111+1111+1111&id=4111111111111111", "application/x-www-form-urlencoded"),
        (f"card {CARD} \u00e4".encode("latin-1"), "text/plain"),
    ],
)
def test_bodies_of_webhooks_keep_none_in_any_form(body: bytes, kind: str) -> None:
    kept = masked(body, kind).decode("latin-1").replace("+", " ")
    assert CARD not in kept
    assert "ending 1111" in kept


@pytest.mark.parametrize(
    "number",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "5555555555554444",
        "2223003122003222",
        "3782 822463 10005",
        "6011111111111117",
        "3530111333300000",
        "30569309025904",
        "6759649826438453",
    ],
)
def test_the_cards_of_all_issuers_are_masked_in_any_notation(number: str) -> None:
    last = "".join(sign for sign in number if sign.isdecimal())[-4:]
    assert mask_cards(f"card {number}, please") == f"card [card ending {last}], please"


@pytest.mark.parametrize(
    "text",
    [
        "card 4111 1111 1111 1112",  # the check digit is wrong
        "order 1234567812345670",  # no issuer begins so
        "EAN 4006381333931",  # thirteen digits, its own check digit
        "https://x.example/post/4111111111111111",
        "price 4111.11 and 1111.11",
        "+49 4111 111111",
        "IBAN DE02 1203 0000 0000 2020 51",
    ],
)
def test_what_only_looks_like_a_card_stays(text: str) -> None:
    assert mask_cards(text) is text


def test_the_address_of_a_mails_file_stays_for_it_is_found_by_that(desk: Desk) -> None:
    address = "mid:a4111111111111111@kunde.example/0"
    assert address in collect(desk, Said(replace_message(attachments=(Attachment(url=address, name="bill.pdf"),))))

"""On a real Bluesky network: customers write, agents answer at their desk, customers read it in the thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from adapters.bluesky.session import LOGINS
from adapters.bluesky.source import BlueskySource
from bridge.errors import Exit
from bridge.store import schema
from tests.adapters.bluesky.shop import Shop, open_shop
from tests.project import casebridge
from tests.servers import shared

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.bluesky import Network, Somebody

pytestmark = pytest.mark.real


@pytest.fixture
def network() -> Network:
    """Return the session's network."""
    return shared.bluesky()


@pytest.fixture
def shop(network: Network, tmp_path: Path) -> Shop:
    """Open for business: what is said from now on is read."""
    opened = open_shop(tmp_path / "shop", network)
    opened.sync()
    return opened


@pytest.fixture
def ada(network: Network) -> Somebody:
    """Return a customer."""
    return network.person("ada")


def test_a_mention_becomes_a_case_and_the_answer_stands_in_the_thread(shop: Shop, ada: Somebody) -> None:
    question = ada.says(f"Grüße @{shop.brand.handle}, where is my parcel?", mentions=shop.brand)
    shop.sync()
    ((case, said),) = shop.cases().items()
    assert said == [(f"Grüße @{shop.brand.handle}, where is my parcel?", "in")]
    shop.answers(case, "On its way, see https://parcels.example/1. Übrigens: danke!")
    shop.sync()
    (answer,) = ada.sees_below(question)
    assert answer["author"]["did"] == shop.brand.did
    assert answer["record"]["text"] == "On its way, see https://parcels.example/1. Übrigens: danke!"
    assert answer["record"]["langs"] == ["en"]
    shop.sync()
    shop.sync()
    assert [text for _, told in shop.cases().items() for text, _ in told].count(answer["record"]["text"]) == 1
    assert len(ada.sees_below(question)) == 1
    shop.is_whole()


def test_what_the_brand_says_in_the_app_opens_no_case_and_counts_as_an_answer(shop: Shop, ada: Somebody) -> None:
    shop.brand.says("Our new router is here!")
    question = ada.says(f"@{shop.brand.handle} where is my parcel?", mentions=shop.brand)
    shop.brand.says("On its way!", to=question)
    shop.sync()
    ((_, said),) = shop.cases().items()
    assert said == [(f"@{shop.brand.handle} where is my parcel?", "in"), ("On its way!", "out")]
    shop.is_whole()


def test_strangers_in_a_thread_have_cases_of_their_own_and_what_was_said_before_opens_none(
    shop: Shop, ada: Somebody, network: Network
) -> None:
    ben, cem = network.person("ben"), network.person("cem")
    root = ben.says("What do you all do on Sunday?")
    first = ada.says(f"Waiting for a parcel of @{shop.brand.handle}", to=root, mentions=shop.brand)
    answer = shop.brand.says("Which parcel?", to=first)
    cem.says("Mine is late, too: parcel 7", to=answer)
    shop.sync()
    cases = sorted(tuple(text for text, _ in said) for said in shop.cases().values())
    assert cases == [
        ("Mine is late, too: parcel 7",),
        (f"Waiting for a parcel of @{shop.brand.handle}", "Which parcel?"),
    ]
    assert shop.stored(root) == "What do you all do on Sunday?"
    shop.is_whole()


def test_a_quote_of_a_post_of_ours_is_a_case(shop: Shop, ada: Somebody) -> None:
    ours = shop.brand.says("Every parcel in a day!")
    ada.says("Ha! Where is mine?", quotes=ours)
    shop.sync()
    ((_, said),) = shop.cases().items()
    assert said == [("Ha! Where is mine?", "in")]


def test_what_mentions_nobody_is_found_by_a_search(network: Network, tmp_path: Path, ada: Somebody) -> None:
    shop = open_shop(tmp_path / "shop", network, search='["klabauterbox"]')
    shop.sync()
    ada.says("Is the parcel of a klabauterbox always broken?")
    ada.says("What a day")
    shop.sync()
    ((_, said),) = shop.cases().items()
    assert said == [("Is the parcel of a klabauterbox always broken?", "in")]


def test_a_post_from_a_clock_that_is_hours_slow_is_read(shop: Shop, ada: Somebody) -> None:
    ada.says(f"@{shop.brand.handle} parcel one", mentions=shop.brand)
    shop.sync()
    before = (datetime.now(UTC) - timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    late = ada.says(f"@{shop.brand.handle} parcel two", mentions=shop.brand, at=before)
    shop.sync()
    assert shop.stored(late) == f"@{shop.brand.handle} parcel two"


def test_who_changes_the_handle_stays_the_same_customer(shop: Shop, ada: Somebody) -> None:
    ada.says(f"@{shop.brand.handle} where is my parcel?", mentions=shop.brand)
    shop.sync()
    new = f"new-{ada.handle}"
    ada.is_called(new)
    shop.sync()
    assert shop.handles() == [new]
    ada.says(f"@{shop.brand.handle} and my other parcel?", mentions=shop.brand)
    shop.sync()
    assert len(shop.customers()) == 1
    assert len(shop.cases()) == 1


def test_an_answer_to_a_post_that_was_deleted_meanwhile_is_not_sent(shop: Shop, ada: Somebody) -> None:
    question = ada.says(f"@{shop.brand.handle} where is my parcel?", mentions=shop.brand)
    shop.sync()
    (case,) = shop.cases()
    shop.answers(case, "On its way!")
    ada.deletes(question)
    shop.sync()
    ((state, reason),) = [(row.state, row.reason) for row in shop.rows(select(schema.action))]
    assert (state, "deleted" in reason) == ("refused", True)
    assert shop.brand.posts() == []


@pytest.mark.parametrize(
    ("closes", "why"),
    [
        ("blocks", "the author has blocked this account"),
        ("gates", "the author lets only some people reply"),
        ("leaves", "the customer's message was deleted"),
    ],
)
def test_who_does_not_want_to_hear_from_us_does_not(shop: Shop, ada: Somebody, closes: str, why: str) -> None:
    question = ada.says(f"@{shop.brand.handle} where is my parcel?", mentions=shop.brand)
    shop.sync()
    (case,) = shop.cases()
    shop.answers(case, "On its way!")
    if closes == "blocks":
        ada.blocks(shop.brand)
    elif closes == "gates":
        ada.lets_nobody_reply(question)
    else:
        ada.leaves()
    shop.sync()
    ((state, reason),) = [(row.state, row.reason) for row in shop.rows(select(schema.action))]
    assert state == "refused"
    assert why in reason
    assert shop.brand.posts() == []


def test_a_long_answer_becomes_a_thread_where_that_is_wanted(network: Network, tmp_path: Path, ada: Somebody) -> None:
    shop = open_shop(tmp_path / "shop", network, split="true")
    shop.sync()
    question = ada.says(f"@{shop.brand.handle} parcel?", mentions=shop.brand)
    shop.sync()
    (case,) = shop.cases()
    sentence = f"Dein Päckchen 📦 ist unterwegs, @{ada.handle}, siehe https://parcels.example/1 #paket. "
    shop.answers(case, sentence * 6)
    shop.sync()
    shop.sync()
    assert [(row.state, row.reason) for row in shop.rows(select(schema.action))] == [("sent", "")]
    below = ada.sees_below(question)
    told = [post["record"]["text"] for post in below]
    assert len(told) > 1
    assert "".join(text.rpartition(" (")[0] + " " for text in told) == sentence * 6
    assert [text.rpartition(" (")[2] for text in told] == [f"{n}/{len(told)})" for n in range(1, len(told) + 1)]
    for post in below:
        whole = post["record"]["text"].encode()
        shown = {whole[each["index"]["byteStart"] : each["index"]["byteEnd"]] for each in post["record"]["facets"]}
        assert shown == {f"@{ada.handle}".encode(), b"https://parcels.example/1", b"#paket"}
    assert len(shop.cases()) == 1
    shop.is_whole()


def test_an_answer_whose_answer_was_lost_stands_once(shop: Shop, ada: Somebody) -> None:
    """The request arrives, the network's answer does not; the next sync looks and finds it."""
    question = ada.says(f"@{shop.brand.handle} where is my parcel?", mentions=shop.brand)
    shop.sync()
    (case,) = shop.cases()
    shop.answers(case, "On its way!")
    shop.sync(losing="response")
    assert shop.actions() == {"On its way!": "unknown"}
    shop.sync()
    assert shop.actions() == {"On its way!": "sent"}
    assert [post["record"]["text"] for post in ada.sees_below(question)] == ["On its way!"]
    assert len(shop.cases()[case]) == 2
    shop.is_whole()


def test_an_answer_that_was_lost_on_its_way_is_sent_again(shop: Shop, ada: Somebody) -> None:
    question = ada.says(f"@{shop.brand.handle} where is my parcel?", mentions=shop.brand)
    shop.sync()
    (case,) = shop.cases()
    shop.answers(case, "On its way!")
    shop.sync(losing="request")
    assert ada.sees_below(question) == []
    shop.sync()
    assert [post["record"]["text"] for post in ada.sees_below(question)] == ["On its way!"]


@pytest.mark.parametrize(
    "point", ["publish.begin.after_commit:1", "publish.after_send:1", "publish.record.before_commit:1"]
)
def test_a_process_that_dies_neither_loses_nor_doubles(
    network: Network, tmp_path: Path, ada: Somebody, point: str
) -> None:
    shop = open_shop(tmp_path / "shop", network, hold=0)
    shop.sync()
    question = ada.says(f"@{shop.brand.handle} where is my parcel?", mentions=shop.brand)
    shop.sync()
    (case,) = shop.cases()
    with shop.agent() as agent:
        agent.reply(case, "On its way!")
    network.settle()
    assert casebridge(shop.folder, "sync", CRASH_AT=point).returncode == 137
    shop.sync()
    shop.sync()
    assert [post["record"]["text"] for post in ada.sees_below(question)] == ["On its way!"]
    assert [direction for _, direction in shop.cases()[case]] == ["in", "out"]
    shop.is_whole()


def test_one_login_serves_all_runs_and_a_refreshed_session_goes_on(shop: Shop) -> None:
    with shop.app() as app:
        first = app.sources["bluesky"].source
        assert isinstance(first, BlueskySource)
        began = first.client.sessions.current()
        kept = first.around.safe.read().values["refresh"]
        renewed = first.client.sessions.renewed(began)
        assert first.around.safe.read().values["refresh"] != kept
    with shop.app() as app:
        second = app.sources["bluesky"].source
        assert isinstance(second, BlueskySource)
        assert second.client.sessions.current() == renewed
        assert second.check().ok
        assert second.around.meter.used(LOGINS) == 1


def test_check_names_account_server_and_password(shop: Shop) -> None:
    with shop.app() as app:
        account = app.sources["bluesky"].source.check()
    assert account.ok
    assert shop.brand.did in account.findings[0].text
    assert "an app password without direct messages" in account.findings[0].text


def test_a_withdrawn_password_is_said_so(shop: Shop) -> None:
    (shop.folder / ".env").write_text("BLUESKY_PASSWORD=abcd-abcd-abcd-abcd\n")
    report = shop.sync()
    assert report.exit_code is Exit.CREDENTIALS
    assert "Make a new app password" in str(report.problems)

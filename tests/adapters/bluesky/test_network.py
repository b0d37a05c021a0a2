"""On a real Bluesky network: customers write, agents answer at their desk, customers read it in the thread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from adapters.bluesky.session import LOGINS
from adapters.bluesky.source import BlueskySource
from bridge.clock import ShiftedClock
from bridge.errors import Exit
from bridge.store import schema
from tests.adapters.bluesky.day import CLOSED, LONG, SENTENCE, Day, play
from tests.adapters.bluesky.shop import open_shop
from tests.servers import shared

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("bluesky")]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Return a day on the session's network when it is over."""
    return play(tmp_path_factory.mktemp("day"), shared.bluesky())


def told(day: Day, who: str) -> list[tuple[str, str]]:
    """Return what was said in somebody's case."""
    return day.shop.cases()[day.case(who)]


def texts(posts: list[dict[str, Any]]) -> list[str]:
    """Return what posts say."""
    return [post["record"]["text"] for post in posts]


def test_a_mention_becomes_a_case_and_the_answer_stands_in_the_thread(day: Day) -> None:
    (answer,) = day.below("ada")
    words = "On its way, see https://parcels.example/1. Übrigens: danke!"
    assert answer["author"]["did"] == day.shop.brand.did
    assert (answer["record"]["text"], answer["record"]["langs"]) == (words, ["en"])
    asked = f"Grüße @{day.shop.brand.handle}, ada: where is my parcel?"
    assert told(day, "ada") == [(asked, "in"), (words, "out")]


def test_everything_stands_once_and_nothing_is_lost(day: Day) -> None:
    day.shop.is_whole()
    stand = [post["value"]["text"] for post in day.shop.brand.posts()]
    assert len(stand) == len(set(stand))
    assert {row.state for row in day.shop.rows(select(schema.action))} == {"sent", "refused", "review"}


def test_what_the_brand_says_in_the_app_opens_no_case_and_counts_as_an_answer(day: Day) -> None:
    assert day.shop.stored(day.posted) == "Every parcel in a day!"
    assert not [each for each in day.shop.cases().values() if each[0][1] == "out"]
    assert [text for text, direction in told(day, "ben") if direction == "out"] == ["On its way, Ben!"]


def test_the_brand_is_no_customer(day: Day) -> None:
    member = schema.member.c
    known = {row.vertex for row in day.shop.rows(select(member.vertex).where(member.vertex.startswith("p:")))}
    assert known == {f"p:bluesky//{person.did}" for person in day.people.values()}
    assert len(day.shop.customers()) == len(known)


def test_strangers_in_a_thread_have_cases_of_their_own_and_what_was_said_before_opens_none(day: Day) -> None:
    handle = day.shop.brand.handle
    assert told(day, "dora") == [(f"@{handle} dora: waiting for a parcel", "in"), ("Which parcel?", "out")]
    assert told(day, "emil") == [("emil: mine is late, too: parcel 7", "in")]
    assert day.shop.stored(day.said["cem"]) == "What do you all do on Sunday?"
    assert not [text for each in day.shop.cases().values() for text, _ in each if "Sunday" in text]


def test_a_quote_of_a_post_of_ours_is_a_case(day: Day) -> None:
    assert told(day, "finn") == [("finn: ha! Where is mine?", "in")]


def test_what_mentions_nobody_is_found_by_a_search(day: Day) -> None:
    assert told(day, "gita") == [("gita: is the parcel of a klabauterbox always broken?", "in")]


def test_a_post_from_a_clock_that_is_hours_slow_is_read(day: Day) -> None:
    assert day.shop.stored(day.said["hugo, late"]) == f"@{day.shop.brand.handle} hugo: and parcel two"


def test_who_changes_the_handle_stays_the_same_customer(day: Day) -> None:
    iris = day.people["iris"]
    assert day.shop.handle(iris) == iris.handle
    assert iris.handle.startswith("new-")
    assert [direction for _, direction in told(day, "iris")] == ["in", "in"]


@pytest.mark.parametrize(("who", "why"), list(CLOSED.items()))
def test_who_cannot_or_does_not_want_to_hear_from_us_does_not(day: Day, who: str, why: str) -> None:
    ((state, reason),) = [
        (row.state, row.reason) for row in day.shop.rows(select(schema.action)) if row.text == f"On its way, {who}!"
    ]
    assert state == "refused"
    assert why in reason
    assert f"On its way, {who}!" not in [post["value"]["text"] for post in day.shop.brand.posts()]


def test_an_agent_is_asked_about_an_answer_if_somebody_has_answered_in_the_app(day: Day) -> None:
    ((state, reason),) = [
        (row.state, row.reason) for row in day.shop.rows(select(schema.action)) if row.text.startswith("It has arrived")
    ]
    assert state == "review"
    assert "somebody answered on bluesky" in reason
    assert texts(day.below("rosa")) == ["It stands at the neighbours', Rosa!"]


def test_what_its_author_deletes_is_not_to_be_read_at_the_desk_any_more(day: Day) -> None:
    left = {text for each in day.shop.cases().values() for text, _ in each}
    assert f"@{day.shop.brand.handle} lea: where is my parcel?" in left
    for who in ("jan", "max"):
        assert f"@{day.shop.brand.handle} {who}: where is my parcel?" not in left


def test_a_long_answer_becomes_a_thread_where_that_is_wanted(day: Day) -> None:
    below, handle = day.below("nora"), day.people["nora"].handle
    parts = texts(below)
    assert len(parts) > 1
    assert "".join(text.rpartition(" (")[0] + " " for text in parts) == SENTENCE.format(handle) * LONG
    assert [text.rpartition(" (")[2] for text in parts] == [f"{n}/{len(parts)})" for n in range(1, len(parts) + 1)]
    for post in below:
        whole = post["record"]["text"].encode()
        shown = {whole[each["index"]["byteStart"] : each["index"]["byteEnd"]] for each in post["record"]["facets"]}
        assert shown == {f"@{handle}".encode(), b"https://parcels.example/1", b"#paket"}


def test_a_picture_comes_with_its_description_and_one_goes_back(day: Day) -> None:
    column, message = schema.attachment.c, schema.message.c
    query = select(column.name, column.mime, column.url).join(schema.message, message.id == column.message_id)
    ((name, mime, url),) = day.shop.rows(query.where(message.key == f"bluesky//{day.said['oda']}"))
    assert (name, mime) == ("A crumpled parcel.png", "image/png")
    assert url.startswith("http")
    (answer,) = day.below("oda")
    (image,) = answer["embed"]["images"]
    assert (answer["record"]["text"], image["alt"]) == ("Here is a label for a new one", "Return label")


def test_a_post_is_liked(day: Day) -> None:
    assert day.people["oda"].sees(day.said["oda"])["likeCount"] == 1


def test_a_reply_in_a_thread_of_ours_is_hidden_and_shown_again(day: Day) -> None:
    assert day.hidden == [day.said["pia"]]
    assert day.people["pia"].sees(day.posted)["threadgate"]["record"]["hiddenReplies"] == []
    assert day.people["ada"].says("ada: still open?", to=day.posted), "to hide one closes the thread for nobody"


def test_an_answer_in_several_posts_is_taken_back_whole(day: Day) -> None:
    assert len(day.quins_answer) > 1
    assert day.below("quin") == []


def test_one_login_serves_all_runs_and_a_refreshed_session_goes_on(day: Day) -> None:
    shop = replace(day.shop, clock=ShiftedClock())
    with shop.app() as app:
        first = app.sources["bluesky"].source
        assert isinstance(first, BlueskySource)
        assert first.around.meter.used(LOGINS) == 1
        began = first.client.sessions.current()
        kept = first.around.safe.read().values["refresh"]
        renewed = first.client.sessions.renewed(began)
        assert first.around.safe.read().values["refresh"] != kept
    with shop.app() as app:
        second = app.sources["bluesky"].source
        assert isinstance(second, BlueskySource)
        assert second.client.sessions.current() == renewed
        account = second.check()
        assert account.ok
        assert shop.brand.did in account.findings[0].text
        assert "an app password without direct messages" in account.findings[0].text
        assert second.around.meter.used(LOGINS) == 1


def test_a_withdrawn_password_is_said_so(tmp_path: Path) -> None:
    shop = open_shop(tmp_path / "shop", shared.bluesky())
    (shop.folder / ".env").write_text("BLUESKY_PASSWORD=abcd-abcd-abcd-abcd\n")
    report = shop.sync()
    assert report.exit_code is Exit.CREDENTIALS
    assert "Make a new app password" in str(report.problems)

"""Nothing is missed between two runs, whatever is said, edited or deleted meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import AuthError, ConfigError, RateLimited, Refused, Transient
from bridge.nouns import Cursor, Deleted, Direction, Kind, Said
from identity.model import Relation
from tests.adapters.mastodon.accounts import HOST, place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.mastodon.accounts import Place

DAY = timedelta(days=1)


def test_more_than_a_page_between_two_runs_is_read_without_a_gap(here: Place, mira: str) -> None:
    head = here.source.head()
    said = [here.server.world.say(mira, f"@acme number {number}") for number in range(7)]
    assert [message.native_id for message in here.said(head)] == said


def test_strangers_whom_the_account_filters_are_read(here: Place, jonas: str) -> None:
    head = here.source.head()
    id_ = here.server.world.say(jonas, "@acme Nobody answers me!", filtered=True)
    assert [message.native_id for message in here.said(head)] == [id_]


def test_direct_messages_and_posts_for_followers_are_private(here: Place, mira: str) -> None:
    head, world = here.source.head(), here.server.world
    for visibility in ("direct", "private", "unlisted"):
        world.say(mira, "@acme Hello", visibility=visibility)
    found = [(message.kind, message.public) for message in here.said(head)]
    assert found == [(Kind.DIRECT, False), (Kind.POST, False), (Kind.POST, True)]


def test_what_the_brand_posts_itself_is_an_answer(here: Place, mira: str) -> None:
    head, world = here.source.head(), here.server.world
    asked = world.say(mira, "@acme Why?")
    world.say(here.brand, "@mira Because.", reply_to=asked, visibility="direct")
    ours = here.said(head)[-1]
    assert (ours.direction, ours.kind, ours.answers) == (Direction.OUT, Kind.DIRECT, (asked,))


def test_the_thread_above_a_mention_is_read_once_and_marked_as_overheard(here: Place, mira: str, jonas: str) -> None:
    world = here.server.world
    ours = world.say(here.brand, "We have news.")
    head = here.source.head()
    top = world.say(mira, "Their line is down.", reply_to=ours)
    asked = world.say(jonas, "@mira @acme same here", reply_to=top)
    again = world.say(jonas, "@acme hello?", reply_to=asked)
    found = [(message.native_id, bool(message.extra.get("listening"))) for message in here.said(head)]
    assert found == [(ours, False), (top, True), (asked, False), (again, False)]


def test_threads_are_left_out_where_that_is_wanted(tmp_path: Path) -> None:
    here = place(tmp_path, threads=False)
    world = here.server.world
    mira, head = world.person("mira"), here.source.head()
    top = world.say(mira, "Their line is down.")
    named = world.say(mira, "@acme yours", reply_to=top)
    assert [message.native_id for message in here.said(head)] == [named]


def test_a_thread_whose_beginning_is_gone_is_read_from_where_it_stands(here: Place, mira: str) -> None:
    head, world = here.source.head(), here.server.world
    named = world.say(mira, "@acme and?", reply_to="113")
    assert [message.native_id for message in here.said(head)] == [named]


def test_an_edit_is_a_new_revision_and_told_once(here: Place, mira: str) -> None:
    world, head = here.server.world, here.source.head()
    id_ = world.say(mira, "@acme Since Monday")
    _, cursor = here.read(head)
    here.clock.forward(timedelta(minutes=5))
    world.edit(id_, "@acme Since Tuesday")
    (event,), cursor = here.read(cursor)
    assert isinstance(event, Said)
    assert (event.message.text, event.message.edited_at) == ("@acme Since Tuesday", here.clock.now())
    assert here.read(cursor)[0] == []


def test_a_name_that_an_edit_adds_is_a_mention(here: Place, mira: str) -> None:
    world, head = here.server.world, here.source.head()
    id_ = world.say(mira, "Since Monday")
    world.edit(id_, "@acme Since Monday")
    assert [message.native_id for message in here.said(head)] == [id_]


def test_deletions_of_customers_and_of_ours_are_told_once(here: Place, mira: str) -> None:
    world, head = here.server.world, here.source.head()
    gone = [world.say(mira, "@acme Oh no"), world.say(here.brand, "@mira Oh yes")]
    stays = world.say(mira, "@acme And yet")
    _, cursor = here.read(head)
    for id_ in gone:
        world.delete(id_)
    events, cursor = here.read(cursor)
    assert events == [Deleted("mastodon", id_, here.clock.now(), HOST) for id_ in gone]
    assert (here.read(cursor)[0], stays in cursor.value) == ([], True)


def test_a_proxy_that_finds_nothing_deletes_nothing(here: Place, mira: str) -> None:
    """Only the server's own word for it counts."""
    here.server.world.say(mira, "@acme Help")
    _, cursor = here.read(Cursor())
    here.server.faults.order(None, None, "nowhere")
    with pytest.raises(Transient, match="in trouble"):
        here.read(cursor)


def test_posts_are_looked_at_again_as_often_and_as_long_as_is_said(tmp_path: Path) -> None:
    here = place(tmp_path, watch_minutes=30, watch_days=2, watch=3)
    mira = here.server.world.person("mira")
    for number in range(5):
        here.server.world.say(mira, f"@acme {number}")
    _, cursor = here.read(Cursor())

    def looks(after: timedelta) -> int:
        nonlocal cursor
        here.clock.forward(after)
        here.server.calls.clear()
        _, cursor = here.read(cursor)
        return sum(call.path.startswith("/api/v1/statuses/") for call in here.server.calls)

    assert [looks(timedelta(minutes=29)), looks(timedelta(minutes=1)), looks(timedelta())] == [0, 3, 0]
    assert looks(2 * DAY) == 0


def test_looking_again_leaves_the_servers_window_to_what_matters(tmp_path: Path) -> None:
    here = place(tmp_path, limit=30, reserve=20, watch_minutes=0)
    mira = here.server.world.person("mira")
    for number in range(20):
        here.server.world.say(mira, f"@acme {number}")
    _, cursor = here.read(Cursor())
    assert here.source.client.left == 20
    here.clock.forward(timedelta(minutes=5))
    here.read(cursor)
    looked = [call for call in here.server.calls if call.path.startswith("/api/v1/statuses/")]
    assert 0 < len(looked) < 20


def test_a_spent_window_is_waited_for_until_it_ends(tmp_path: Path) -> None:
    here = place(tmp_path, limit=1)
    with pytest.raises(RateLimited) as caught:
        here.source.check()
    assert caught.value.retry_after == 300


def test_quotes_are_asked_for_where_the_server_knows_them(tmp_path: Path) -> None:
    for version, expected in (("4.5.2", 1), ("4.4.9", 0), ("0.17.3+git", 0)):
        here = place(tmp_path, version=version)
        world, head = here.server.world, here.source.head()
        jonas = world.person("jonas@fernweh.example")
        quote = world.say(jonas, "Who believes this?", quote={"state": "accepted", "quoted_status": {"id": "113"}})
        world.tell(here.brand, "quote", jonas, quote)
        assert len(here.said(head)) == expected


def test_a_person_who_moved_is_known_by_both_addresses(here: Place, jonas: str) -> None:
    world, head = here.server.world, here.source.head()
    world.move(jonas, world.person("jonas@neu.example", "Jonas Talbach"))
    world.say(jonas, "@acme I have moved")
    (message,) = here.said(head)
    assert message.author is not None
    shown = {(each.identifier.value, each.relation) for each in message.author.shown}
    assert shown == {
        ("https://fernweh.example/users/jonas", Relation.PROFILE),
        ("https://neu.example/users/jonas", Relation.ATTESTED),
    }


def test_two_servers_number_their_people_for_themselves(tmp_path: Path) -> None:
    keys = set()
    for host in ("social.example", "other.example"):
        here = place(tmp_path, base_url=f"https://{host}")
        here.server.world.say(here.server.world.person("mira"), "@acme Hello")
        keys |= {message.key for message in here.said(Cursor())}
    assert len(keys) == 2


def test_history_is_read_from_a_time_on_and_counted_before(here: Place, mira: str) -> None:
    world = here.server.world
    for number in range(6):
        world.say(mira, f"@acme day {number}")
        here.clock.forward(DAY)
    begin = here.source.at(here.clock.now() - 3 * DAY)
    assert here.source.estimate(begin).messages == 3
    assert [message.text for message in here.said(begin)] == [f"@acme day {number}" for number in (3, 4, 5)]


@pytest.mark.parametrize("cursor", ["7", "{}", '{"notification": 1, "own": 2, "watched": {"3": [1]}}', "[]"])
def test_a_cursor_of_somebody_else_is_refused(here: Place, cursor: str) -> None:
    with pytest.raises(ConfigError, match="no place to resume from"):
        here.source.pages(Cursor(cursor))


def test_a_withdrawn_token_says_how_to_sign_in(here: Place) -> None:
    here.server.tokens.clear()
    with pytest.raises(AuthError, match="casebridge connect mastodon"):
        here.source.head()


def test_a_repaired_post_must_be_json(here: Place) -> None:
    with pytest.raises(Refused, match="no JSON"):
        here.source.reread({"post": "{"}, "here")


def test_servers_without_link_headers_are_read_to_the_end(here: Place, mira: str) -> None:
    here.server.links = False
    said = [here.server.world.say(mira, f"@acme {number}") for number in range(5)]
    assert [message.native_id for message in here.said(Cursor())] == said

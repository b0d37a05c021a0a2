"""Customers write on a network, agents answer in the desk, and the answer stands on the network once, whatever dies."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.fakes.discourse.forum import KEY, Forum
from tests.fakes.feed.site import Site
from tests.fakes.mastodon.app import Mastodon
from tests.fakes.serving import running
from tests.servers import shared
from tests.weeks.channel import READING, a_week_with_deaths, open_brand
from tests.weeks.tools import TRACKER, Ahead, Tracker

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import ShiftedClock
    from tests.servers.mastodon import MastodonServer

MASTODON = """\
    type: mastodon
    base_url: {url}
    token: {token}
"""


FEED = """\
    type: feed
    url: {url}/feed
    entries: comment
    addressed: true
    own_authors: [Acme]
"""


DISCOURSE = """\
    type: discourse
    base_url: {url}
    api_key: {key}
    username: acme
    shortest: 5
"""


@dataclass
class Blog:
    """A blog whose comments are read."""

    source: str


@dataclass
class PretendMastodon:
    """Our own pretend server."""

    server: Mastodon
    url: str
    brand: str

    @property
    def source(self) -> str:
        """Say how it is connected."""
        return MASTODON.format(url=self.url, token=self.server.admit(self.brand))

    def says(self, who: str, text: str, *, above: str = "", private: bool = False) -> str:
        """Let a customer name the brand."""
        world = self.server.world
        known = {account["acct"]: id_ for id_, account in world.accounts.items()}
        author = known.get(who) or world.person(who, who.title())
        return world.say(author, f"@acme {text}", reply_to=above, visibility="direct" if private else "public")

    def posts(self, text: str) -> str:
        """Let the brand post."""
        return self.server.world.say(self.brand, text)

    def answers(self) -> list[tuple[str, str]]:
        """Return what stands below posts of others."""
        posts = [post for post in self.server.world.posts.values() if post.author == self.brand and post.reply_to]
        return [(post.text.split(" ", 1)[1], post.reply_to) for post in posts]


@dataclass
class RealMastodon:
    """The server of a third party, and how many posts the brand had there before."""

    server: MastodonServer
    before: int = 0

    def __post_init__(self) -> None:
        """Count them: tests share the server."""
        self.before = len(self.server.posts("acme"))

    @property
    def source(self) -> str:
        """Say how it is connected."""
        return MASTODON.format(url=self.server.url, token="token-acme")

    def says(self, who: str, text: str, *, above: str = "", private: bool = False) -> str:
        """Let a customer name the brand."""
        form = {"visibility": "direct" if private else "public", "language": "en"}
        return self.server.say(who, f"@acme {text}", **form, **({"in_reply_to_id": above} if above else {}))

    def posts(self, text: str) -> str:
        """Let the brand post."""
        return self.server.say("acme", text)

    def answers(self) -> list[tuple[str, str]]:
        """Return what stands below posts of others."""
        posts = [post for post in self.server.posts("acme")[self.before :] if post["in_reply_to_id"]]
        return [(post["content"].removesuffix("</p>").split(" ", 1)[1], post["in_reply_to_id"]) for post in posts]


def test_a_week_on_mastodon(tmp_path: Path, clock: ShiftedClock) -> None:
    server = Mastodon(clock, limit=100_000)
    brand = server.world.person("acme", "Acme Internet")
    with running(server.app) as url:
        network = PretendMastodon(server, url, brand)
        a_week_with_deaths(open_brand(tmp_path / "project", network, clock), network)


@dataclass
class PretendForum:
    """Our own pretend Discourse."""

    forum: Forum
    url: str

    @property
    def source(self) -> str:
        """Say how it is connected."""
        return DISCOURSE.format(url=self.url, key=KEY)

    def says(self, who: str, text: str, *, above: str = "", private: bool = False) -> str:
        """Let a customer begin a topic, or answer in one."""
        if above:
            post = self.forum.posts[int(above)]
            return str(self.forum.reply(who, post.topic.id, text, above=post.number))
        return str(self.forum.open_topic(who, "A question", text, private=private))

    def posts(self, text: str) -> str:
        """Let the brand begin a topic."""
        return str(self.forum.open_topic("acme", "News", text))

    def answers(self) -> list[tuple[str, str]]:
        """Return what stands below posts of others."""
        ids = {(post.topic.id, post.number): str(post.id) for post in self.forum.posts.values()}
        ours = [post for post in self.forum.posts.values() if post.author == "acme" and post.above]
        return [(post.raw, ids[post.topic.id, post.above or 0]) for post in ours]


def test_a_week_in_a_forum(tmp_path: Path, clock: ShiftedClock) -> None:
    forum = Forum(clock, shortest=5)
    with running(forum.app) as url:
        network = PretendForum(forum, url)
        a_week_with_deaths(open_brand(tmp_path / "project", network, clock), network)


def test_entries_of_a_feed_become_cases_and_agents_are_told_to_answer_by_hand(
    tmp_path: Path, clock: ShiftedClock
) -> None:
    site = Site(clock)
    with running(site.app) as url:
        brand = open_brand(tmp_path / "project", Blog(FEED.format(url=url)), clock)
        brand.office.later(minutes=1)
        site.say("My line is down", "Why does nobody help? It is broken since Monday!")
        site.say("Opening hours", "We open at nine.", author="Acme")
        brand.sync(*READING)
        (case,) = brand.cases()
        brand.office.run("desk", "reply", case["ref"], "We look into it.")
        brand.sync("write_back.before_commit", "write_back.after_commit")
        (case,) = brand.cases()
    assert brand.deaths == [*READING, "write_back.before_commit", "write_back.after_commit"]
    told = [message["text"] for message in case["messages"] if "not sent" in message["text"]]
    assert len(told) == 1
    assert told[0] == "Your answer was not sent: feeds can be read only. Instead: by hand at https://blog.example/1."


@pytest.mark.real
def test_a_week_on_the_mastodon_of_a_third_party(tmp_path: Path, clock: ShiftedClock) -> None:
    server = shared.mastodon()
    network = RealMastodon(server)
    brand = open_brand(tmp_path / "project", network, clock)
    server.stop(signal.SIGKILL)
    server.start()
    a_week_with_deaths(brand, network)
    for post in server.posts("acme"):
        if post["in_reply_to_id"]:
            assert post["visibility"] in {"unlisted", "direct"}


@pytest.mark.real
def test_an_agent_of_request_tracker_answers_on_mastodon(tmp_path: Path) -> None:
    tool = Tracker(shared.request_tracker())
    tool.server.reset()
    network = RealMastodon(shared.mastodon())
    target = TRACKER.format(url=tool.server.url) + "    hold_seconds: 0\n"
    token = tool.server.tokens["casebridge"]
    brand = open_brand(tmp_path / "project", network, Ahead(tool.server), target, TOOL_TOKEN=token)
    asked = network.says("ada", "My telephone is dead since Monday, why? Please help!")
    network.posts("We are open on Sunday.")
    brand.sync()
    tool.answer(tool.holding("telephone is dead"), "We look into it, Ada.")
    for _ in range(2):
        brand.sync()
    assert network.answers() == [("We look into it, Ada.", asked)]
    assert not [row for row in tool.server.rows("SELECT Subject FROM Tickets") if "Sunday" in str(row["Subject"])]
    brand.office.balances()

"""A brand with accounts on two Mastodon servers: one person stays one, wherever they are seen, also after they moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge.store import schema
from bridge.store.store import Store
from tests.fakes.mastodon.app import Mastodon
from tests.fakes.serving import running
from tests.weeks.channel import open_brand
from tests.weeks.test_channels import MASTODON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.clock import ShiftedClock
    from tests.weeks.channel import Brand

HOME, ELSEWHERE = "social.example", "kiel.example"


@dataclass
class Instance:
    """A server with the brand on it."""

    server: Mastodon
    url: str
    brand: str

    @property
    def source(self) -> str:
        """Say how it is connected."""
        token = self.server.admit(self.brand)
        return MASTODON.format(url=self.url, token=token) + "    watch_minutes: 0\n"

    def ours(self) -> list[str]:
        """Return what the brand posted, without whom it names."""
        posts = [post for post in self.server.world.posts.values() if post.author == self.brand]
        return [post.text.split(" ", 1)[1] for post in posts]


@dataclass
class Two:
    """Both servers, as one project reads them."""

    first: Instance
    second: Instance

    @property
    def source(self) -> str:
        """Say how both are connected."""
        return f"{self.first.source}  kiel:\n{self.second.source}"


@pytest.fixture
def two(clock: ShiftedClock) -> Iterator[Two]:
    """Return two servers."""
    first, second = Mastodon(clock, limit=100_000), Mastodon(clock, limit=100_000)
    second.world.domain = ELSEWHERE
    with running(first.app) as here, running(second.app) as there:
        yield Two(
            Instance(first, here, first.world.person("acme", "Acme")),
            Instance(second, there, second.world.person("acme", "Acme Kiel")),
        )


@pytest.fixture
def brand(two: Two, tmp_path: Path, clock: ShiftedClock) -> Brand:
    """Return the project of the brand."""
    return open_brand(tmp_path / "project", two, clock)


def customers(brand: Brand) -> set[int]:
    """Return the customers of the messages that came in."""
    store = Store(f"sqlite:///{brand.office.folder}/casebridge.db")
    query = select(schema.resolved.c.customer_id).join(
        schema.message, schema.message.c.id == schema.resolved.c.message_id
    )
    with store.read() as connection:
        found = set(connection.execute(query.where(schema.message.c.direction == "in")).scalars())
    store.close()
    return found


def test_one_person_on_two_servers_is_one_customer_and_answered_where_they_wrote(two: Two, brand: Brand) -> None:
    here, there = two.first.server.world, two.second.server.world
    here.say(here.person("mira", "Mira"), "@acme My line is down since Monday, why? Please help!")
    there.say(there.person(f"mira@{HOME}", "Mira"), "@acme Where is my router? I ordered it two weeks ago!")
    there.say(there.person("jonas", "Jonas"), "@acme Why is my bill wrong? Please help!")
    brand.sync()
    assert len(customers(brand)) == 2
    for text, answer in (("line is down", "We look into it."), ("Where is my router", "It is on its way.")):
        (case,) = brand.holding(text)
        brand.office.run("desk", "reply", case["ref"], answer)
    brand.sync()
    assert ("We look into it." in two.first.ours(), "It is on its way." in two.second.ours()) == (True, True)
    assert len(two.first.ours()) + len(two.second.ours()) == 2


def test_a_person_who_moved_to_another_server_stays_one_customer(two: Two, brand: Brand) -> None:
    here = two.first.server.world
    old = here.person("mira", "Mira")
    here.say(old, "@acme My line is down since Monday, why? Please help!")
    brand.sync()
    new = here.person(f"mira@{ELSEWHERE}", "Mira")
    here.move(old, new)
    here.say(old, "@acme I have moved, my line is still down, why?")
    here.say(new, "@acme And it is down here as well, please help!")
    brand.sync()
    assert len(customers(brand)) == 1


def test_edits_and_deletions_reach_the_case_and_a_like_the_customer(two: Two, brand: Brand) -> None:
    here = two.first.server.world
    mira = here.person("mira", "Mira")
    kept = here.say(mira, "@acme My line is down, why? Please help!")
    gone = here.say(mira, "@acme My number is 030 901820, please call!")
    brand.sync()
    assert brand.holding("030 901820")
    here.edit(kept, "@acme My line is down in Bonn, why? Please help!")
    here.delete(gone)
    brand.sync()
    (case,) = brand.holding("down in Bonn")
    assert "030 901820" not in str(brand.cases())
    brand.office.run("desk", "reply", case["ref"], "#like")
    brand.sync()
    assert here.posts[kept].favourited_by == {two.first.brand}
    assert two.first.ours() == []

"""A network that fails again and again, before and after it did what it was asked: each question one case, each answer once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from tests.fakes.discourse.forum import Forum
from tests.fakes.mastodon.app import Mastodon
from tests.fakes.serving import running
from tests.weeks.channel import open_brand
from tests.weeks.test_channels import PretendForum, PretendMastodon

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bridge.clock import ShiftedClock
    from tests.fakes.faults import Faults
    from tests.weeks.channel import Brand, Network

FAULTS = {"500": 0.02, "503": 0.02, "reset_before": 0.02, "reset_after": 0.08, "429": 0.01, "nowhere": 0.01}
ROUNDS = 40
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12))]


class Faulty(Protocol):
    """A pretend network that can be told to fail."""

    faults: Faults


def mastodon(clock: ShiftedClock) -> tuple[Mastodon, Callable[[str], Network]]:
    """Return a pretend Mastodon server, and how it is connected."""
    server = Mastodon(clock, limit=100_000)
    brand = server.world.person("acme", "Acme Internet")
    return server, lambda url: PretendMastodon(server, url, brand)


def discourse(clock: ShiftedClock) -> tuple[Forum, Callable[[str], Network]]:
    """Return a pretend forum, and how it is connected."""
    forum = Forum(clock, shortest=5)
    return forum, lambda url: PretendForum(forum, url)


def settle(brand: Brand, done: Callable[[], bool]) -> None:
    """Sync until it is done, some minutes between."""
    for _ in range(ROUNDS):
        brand.office.sync()
        if done():
            return
    raise AssertionError(brand.office.run("status"))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("make", [mastodon, discourse])
def test_nothing_is_lost_and_nothing_done_twice(
    make: Callable[[ShiftedClock], tuple[Mastodon | Forum, Callable[[str], Network]]],
    seed: int,
    tmp_path: Path,
    clock: ShiftedClock,
) -> None:
    server, connected = make(clock)
    with running(server.app) as url:
        network = connected(url)
        brand = open_brand(tmp_path / "project", network, clock)
        asked = {
            network.says(
                f"person{number}", f"Line {number} is down since Monday, why? Please help!", private=bool(number % 2)
            ): number
            for number in range(4)
        }
        server.faults.seed, server.faults.probabilities = seed, FAULTS
        server.faults.__post_init__()
        settle(brand, lambda: len(brand.cases()) == len(asked))
        for number in asked.values():
            (case,) = brand.holding(f"Line {number} is down")
            brand.office.run("desk", "reply", case["ref"], f"We look into line {number}.")
        settle(brand, lambda: len(network.answers()) >= len(asked) and not unsettled(brand))
        assert {post: text for text, post in network.answers()} == {
            post: f"We look into line {number}." for post, number in asked.items()
        }
        assert len(network.answers()) == len(brand.cases()) == len(asked)
        server.faults.probabilities = {}
        for _ in range(2):
            brand.office.sync()
        assert len(network.answers()) == len(brand.cases()) == len(asked)
    assert server.faults.drawn.total() >= 3
    assert "unbalanced" not in brand.office.run("ledger")


def unsettled(brand: Brand) -> list[str]:
    """Return the states of answers that nobody knows the end of yet."""
    return [
        action["state"]
        for action in brand.office.ask("actions", "list")
        if action["state"] not in ("sent", "delivered")
    ]

"""On a real Bluesky network, whatever is lost on the way or dies: answers stand once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.bluesky.shop import open_shop
from tests.project import casebridge
from tests.servers import shared

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.bluesky.shop import Shop
    from tests.servers.bluesky import Somebody

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("bluesky")]

POINTS = ("publish.begin.after_commit:1", "publish.after_send:1", "publish.record.before_commit:1")


def asked(shop: Shop, *names: str) -> dict[str, tuple[Somebody, str, str]]:
    """Let people ask; returns each with the post and the case."""
    people = {name: shop.network.person(name) for name in names}
    posts = {
        name: one.says(f"@{shop.brand.handle} {name}: parcel?", mentions=shop.brand) for name, one in people.items()
    }
    shop.sync()
    cases = {name: ref for ref, ((text, _),) in shop.cases().items() for name in names if f"{name}:" in text}
    return {name: (people[name], posts[name], cases[name]) for name in names}


def answers(person: Somebody, post: str) -> list[str]:
    """Return what stands below a post."""
    return [each["record"]["text"] for each in person.sees_below(post)]


def test_an_answer_that_is_lost_on_its_way_or_whose_answer_is_lost_stands_once(tmp_path: Path) -> None:
    """Of the one the request never arrives, of the other the network's answer; the next sync looks, and sends what is not there."""
    shop = open_shop(tmp_path / "shop", shared.bluesky())
    shop.sync()
    told = asked(shop, "ada", "ben")
    shop.answers({case: f"On its way, {name}!" for name, (_, _, case) in told.items()})
    shop.sync(losing=("request", "response"))
    assert set(shop.actions().values()) == {"unknown"}
    assert sum(len(answers(person, post)) for person, post, _ in told.values()) == 1
    shop.sync()
    assert set(shop.actions().values()) == {"sent"}
    shop.sync()
    for name, (person, post, case) in told.items():
        assert answers(person, post) == [f"On its way, {name}!"]
        assert [direction for _, direction in shop.cases()[case]] == ["in", "out"]
    shop.is_whole()


def test_a_process_that_dies_neither_loses_nor_doubles(tmp_path: Path) -> None:
    shop = open_shop(tmp_path / "shop", shared.bluesky(), hold=0)
    shop.sync()
    told = asked(shop, "ada", "ben", "cem")
    for point, (name, (_, _, case)) in zip(POINTS, told.items(), strict=True):
        with shop.agent() as agent:
            agent.reply(case, f"On its way, {name}!")
        assert casebridge(shop.folder, "sync", CRASH_AT=point).returncode == 137
        shop.sync()
    shop.sync()
    for name, (person, post, case) in told.items():
        assert answers(person, post) == [f"On its way, {name}!"]
        assert [direction for _, direction in shop.cases()[case]] == ["in", "out"]
    shop.is_whole()

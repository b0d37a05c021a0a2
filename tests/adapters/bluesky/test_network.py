"""On a real Bluesky network: customers write, agents answer at their desk, customers read it in the thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.bluesky.shop import Shop, open_shop
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

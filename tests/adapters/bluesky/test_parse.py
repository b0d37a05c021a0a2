"""Posts and direct messages as Bluesky shows them become messages; what does not fit is kept as it came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bluesky import parse
from adapters.bluesky.parse import Brand, Surrounding
from bridge.nouns import Broken, Said, UnknownKind
from tests.adapters.golden import situations, told
from tests.adapters.mutations import mutated

if TYPE_CHECKING:
    from bridge.nouns import SourceEvent

SITUATIONS = situations(Path(__file__).with_name("fixtures"))
ACME = Brand("did:plc:brandaaaaaaaaaaaaaaaaaaa", "acme.example")
CONVO = "3lgconvo0001"


def read(kind: str, payload: Any, around: Surrounding) -> SourceEvent:  # noqa: ANN401 - any JSON
    """Read a post, or a direct message."""
    if kind == "direct":
        return parse.direct(CONVO, payload, ACME, around, "here")
    return parse.post(payload, ACME, around, "here")


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_payload_becomes_what_is_expected_of_it(name: str) -> None:
    situation = SITUATIONS[name]
    around = Surrounding(**situation.get("around", {}))
    assert told([read(situation.get("kind", "post"), situation["given"], around)]) == situation["expect"]


@pytest.mark.parametrize("kind", ["post", "direct"])
@given(data=st.data())
def test_no_payload_raises_and_none_is_lost(kind: str, data: st.DataObject) -> None:
    """Also one whose author is known by another payload that somebody broke."""
    given_ones = [each["given"] for each in SITUATIONS.values() if each.get("kind", "post") == kind]
    payload = data.draw(mutated(given_ones))
    known = data.draw(
        mutated([each["around"]["profiles"] for each in SITUATIONS.values() if "profiles" in each.get("around", {})])
    )
    profiles = {did: each for did, each in known.items() if isinstance(each, dict)} if isinstance(known, dict) else {}
    match read(kind, payload, Surrounding(profiles)):
        case Said(message):
            assert message.native_id
            assert message.raw == payload
            body = payload["record"]["text"] if kind == "post" else payload["text"]
            assert message.text == body or payload.get("facets") or payload.get("record", {}).get("facets")
            assert message.sent_at is None or message.sent_at.tzinfo is not None
        case UnknownKind(raw=raw):
            assert raw == payload
        case Broken(raw=raw):
            assert orjson.loads(raw) == payload
        case other:
            pytest.fail(f"became {other}")


def test_a_profile_in_full_does_not_lose_what_a_post_shows_of_it() -> None:
    """And an empty answer about an author changes nothing."""
    payload = SITUATIONS["reply_in_a_thread_of_ours"]["given"]
    did = payload["author"]["did"]
    plain, known = (read("post", payload, Surrounding({did: each})) for each in ({}, {"followersCount": 7}))
    assert isinstance(plain, Said)
    assert isinstance(known, Said)
    assert plain.message.author is not None
    assert known.message.author is not None
    assert (plain.message.author.handle, plain.message.author.reach) == ("ben.talbach.example", None)
    assert (known.message.author.handle, known.message.author.reach) == ("ben.talbach.example", 7)

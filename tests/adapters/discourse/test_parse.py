"""Posts as lists and webhooks give them become messages; what does not fit is kept as it came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from adapters.discourse.parse import post_event
from adapters.discourse.settings import DiscourseSettings
from bridge.nouns import Broken, Deleted, Said, UnknownKind
from tests.adapters.golden import situations, told
from tests.adapters.mutations import mutated

if TYPE_CHECKING:
    from bridge.nouns import SourceEvent

SITUATIONS = situations(Path(__file__).with_name("fixtures"))


def read(payload: Any, **changed: Any) -> SourceEvent:  # noqa: ANN401 - any JSON, any setting
    """Read a post."""
    known = {"base_url": "https://forum.example", "api_key": SecretStr("x"), "username": "acme", "team": ["Bela"]}
    return post_event(payload, "here", DiscourseSettings(**known | changed))


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_post_becomes_what_is_expected_of_it(name: str) -> None:
    situation = SITUATIONS[name]
    assert told([read(situation["given"], **situation.get("settings", {}))]) == situation["expect"]


@given(st.data())
def test_no_post_raises_and_none_is_lost(data: st.DataObject) -> None:
    payload = data.draw(mutated([situation["given"] for situation in SITUATIONS.values()]))
    match read(payload):
        case Said(message):
            assert message.native_id == str(payload["id"])
            assert message.raw == payload
        case UnknownKind(raw=raw):
            assert raw == payload
        case Broken(raw=raw, fields=fields):
            assert orjson.loads(raw) == payload
            assert fields == {"post": raw}
        case Deleted(native_id=id_):
            assert id_ == str(payload["id"])
        case other:
            pytest.fail(f"became {other}")

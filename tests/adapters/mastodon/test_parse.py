"""Posts and notifications as Mastodon sends them become messages; what does not fit is kept as it came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mastodon.parse import Me, notification_event, status_event
from bridge.nouns import Broken, Said, UnknownKind
from tests.adapters.golden import situations, told
from tests.adapters.mutations import mutated

if TYPE_CHECKING:
    from bridge.nouns import SourceEvent

SITUATIONS = situations(Path(__file__).with_name("fixtures"))
ME = Me("109000000000000001", "acme@social.example", "social.example", "social.example", "https://social.example")


def read(payload: Any) -> SourceEvent:  # noqa: ANN401 - any JSON
    """Read a notification, or a post if it is one."""
    is_post = isinstance(payload, dict) and "content" in payload
    return status_event(payload, "here", ME) if is_post else notification_event(payload, "here", ME)


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_payload_becomes_what_is_expected_of_it(name: str) -> None:
    assert told([read(SITUATIONS[name]["given"])]) == SITUATIONS[name]["expect"]


@given(st.data())
def test_no_payload_raises_and_none_is_lost(data: st.DataObject) -> None:
    payload = data.draw(mutated([situation["given"] for situation in SITUATIONS.values()]))
    match read(payload):
        case Said(message):
            assert message.native_id
            assert message.raw
            assert message.sent_at is None or message.sent_at.tzinfo is not None
        case UnknownKind(raw=raw):
            assert raw == payload or raw in (payload.get("status"), payload)
        case Broken(raw=raw):
            assert orjson.loads(raw) in (payload, payload.get("status") if isinstance(payload, dict) else None)
        case other:
            pytest.fail(f"became {other}")

"""A call without an answer: what was read is asked for again, what was written may have been done."""

from __future__ import annotations

import httpx
import pytest

from bridge.errors import Transient, Uncertain
from bridge.unanswered import lost, unsure

NOT_REACHED = [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol]
UNKNOWN = [httpx.ReadTimeout, httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError]


@pytest.mark.parametrize("kind", NOT_REACHED)
@pytest.mark.parametrize("writing", [True, False])
def test_what_never_arrived_was_not_done(kind: type[httpx.HTTPError], *, writing: bool) -> None:
    error = lost(kind("secret"), "Acme", writing=writing, setting="url")
    assert type(error) is Transient
    assert str(error) == f"Acme cannot be reached ({kind.__name__}): look at url and the network."


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_arrived_perhaps_may_have_been_done_if_it_changes_something(kind: type[httpx.HTTPError]) -> None:
    assert type(lost(kind("secret"), "Acme", writing=True)) is Uncertain
    assert type(lost(kind("secret"), "Acme", writing=False)) is Transient


def test_a_server_in_trouble_says_nothing_of_what_was_asked() -> None:
    assert str(unsure("Acme is in trouble (502)", writing=False)) == "Acme is in trouble (502)."
    said = str(unsure("Acme is in trouble (502)", writing=True))
    assert said == "Acme is in trouble (502); what was asked for may have been done."

"""An OAuth client gets its tokens itself, renews them in time, and once more where one is not taken."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from bridge.errors import AuthError, RateLimited, Transient
from bridge.nouns import Cursor
from tests.adapters.zendesk.accounts import Place, place, refs, ticket
from tests.fakes.zendesk.org import CLIENT_ID, CLIENT_SECRET

if TYPE_CHECKING:
    from pathlib import Path


def signed(folder: Path, **settings: Any) -> Place:  # noqa: ANN401 - any setting
    """Open an account where a client signs in."""
    secret = {"client_id": CLIENT_ID, "client_secret": SecretStr(CLIENT_SECRET), "email": "", "token": None}
    return place(folder, **{**secret, **settings})


def asked(here: Place) -> int:
    """Return how often a token was asked for."""
    return sum(call.path == "/oauth/tokens" for call in here.fake.calls)


def test_one_token_serves_until_shortly_before_its_end(tmp_path: Path) -> None:
    here = signed(tmp_path, token_seconds=3_600)
    assert here.target.check().ok
    refs(here.target, [ticket(1)])
    assert asked(here) == 1
    here.clock.forward(timedelta(minutes=59, seconds=30))
    refs(here.target, [ticket(2)])
    assert asked(here) == 2


def test_a_token_that_somebody_revoked_is_renewed_and_nothing_is_done_twice(tmp_path: Path) -> None:
    here = signed(tmp_path)
    refs(here.target, [ticket(1)])
    here.fake.access.granted = dict.fromkeys(here.fake.access.granted, here.clock.now())
    refs(here.target, [ticket(2)])
    assert asked(here) == 2
    assert len(here.fake.state.tickets) == 2


def test_a_token_that_is_never_taken_ends_it_after_one_more(tmp_path: Path) -> None:
    here = signed(tmp_path)
    here.target.schema("tickets")
    here.fake.faults.order("401", None, "401")
    with pytest.raises(AuthError):
        list(here.target.contacts(Cursor()))
    assert asked(here) == 2


def test_what_the_token_may_not_do_is_no_reason_for_another(tmp_path: Path) -> None:
    here = signed(tmp_path)
    here.target.check()
    here.fake.state.org = here.fake.state.org.__class__(admin=False)
    with pytest.raises(AuthError, match="admin"):
        list(here.target.contacts(Cursor()))
    assert asked(here) == 1


def test_a_wrong_secret_is_a_finding_with_the_menu_path_and_is_not_shown(tmp_path: Path) -> None:
    here = signed(tmp_path, client_secret=SecretStr("not-the-secret"))
    (finding,) = here.target.check().findings
    assert "OAuth clients" in finding.text
    assert "not-the-secret" not in repr(finding)
    with pytest.raises(AuthError) as raised:
        here.target.write("tickets", [ticket(1)])
    assert "not-the-secret" not in "".join(map(repr, (raised.value, raised.value.__cause__, here.target)))


@pytest.mark.parametrize(("fault", "kind"), [("429", RateLimited), ("503", Transient), ("timeout", Transient)])
def test_where_nobody_is_signed_in_now_nothing_was_written_and_all_is_tried_again(
    tmp_path: Path, fault: str, kind: type[Exception]
) -> None:
    here = signed(tmp_path)
    here.target.schema("tickets")
    here.clock.forward(timedelta(days=1))
    here.fake.faults.order(fault)
    with pytest.raises(kind):
        here.target.write("tickets", [ticket(1)])
    assert here.fake.state.tickets == {}
    refs(here.target, [ticket(1)])


def test_an_api_token_that_is_refused_is_not_tried_twice(here: Place) -> None:
    here.fake.faults.order("401")
    with pytest.raises(AuthError):
        list(here.target.contacts(Cursor()))
    assert len(here.fake.calls) == 1

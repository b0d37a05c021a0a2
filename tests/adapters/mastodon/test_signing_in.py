"""A person allows it in the browser; `check` says what the account lacks and whose words it never hears."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from adapters.mastodon.settings import MastodonSettings
from bridge.errors import AuthError
from bridge.signing_in import SignsIn
from tests.adapters.mastodon.accounts import place
from tests.willing import Willing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.mastodon.accounts import Place

BACK = "http://127.0.0.1:4711/"


def unsigned(folder: Path) -> Place:
    """Return a place whose connection has no token."""
    return place(folder, token=None)


def test_a_person_signs_in_and_the_account_is_read(tmp_path: Path) -> None:
    here = unsigned(tmp_path)
    with pytest.raises(AuthError, match="casebridge connect mastodon"):
        here.source.head()
    assert isinstance(here.source, SignsIn)
    person = Willing(BACK, lambda _: f"code-of-{here.brand}")
    here.source.sign_in(person)
    assert (person.asked_for["redirect_uri"], person.asked_for["client_id"]) == (BACK, "app-0")
    assert here.source.check().name == "@acme@social.example"
    assert here.source.check().ok


def test_a_server_that_registers_nobody_says_what_to_do_by_hand(tmp_path: Path) -> None:
    here = unsigned(tmp_path)
    here.server.faults.order("nobody-registers")
    with pytest.raises(AuthError, match="Make an application by hand"):
        here.source.sign_in(Willing(BACK, lambda _: f"code-of-{here.brand}"))


def test_missing_rights_are_named(tmp_path: Path) -> None:
    here = place(tmp_path)
    here.server.tokens[here.token] = (here.brand, frozenset({"read", "write:statuses"}))
    (finding,) = [finding for finding in here.source.check().findings if not finding.ok]
    assert finding.text == "the token lacks write:media, write:favourites"
    assert finding.remedy == "Sign in anew: casebridge connect mastodon"


def test_people_whom_the_account_ignores_are_named(tmp_path: Path) -> None:
    here = place(tmp_path)
    here.server.policy["for_new_accounts"] = "drop"
    (finding,) = [finding for finding in here.source.check().findings if not finding.ok]
    assert "new accounts: their messages never arrive" in finding.text


def test_how_long_answers_may_be_and_what_is_left_is_said(tmp_path: Path) -> None:
    texts = [finding.text for finding in place(tmp_path, limit=300).source.check().findings]
    assert "answers have up to 500 characters" in texts
    assert any("calls are left" in text for text in texts)


@pytest.mark.parametrize(
    "address",
    [
        "http://social.example",
        "social.example",
        "https://social.example/api/v1",
        "https://you@social.example",
        "ftp://x",
    ],
)
def test_an_address_that_is_not_a_servers_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="base_url"):
        MastodonSettings(base_url=address)

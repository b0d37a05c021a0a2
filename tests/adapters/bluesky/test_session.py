"""Signing in: seldom, once for all processes, and with a word to people where it fails."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from adapters.bluesky.errors import refused
from adapters.bluesky.settings import BlueskySettings
from adapters.bluesky.source import BlueskySource
from bridge.contracts import Surroundings
from bridge.errors import AuthError, BudgetSpent, RateLimited, Transient
from bridge.safe import MemorySafe
from bridge.signing_in import SignsIn
from tests.adapters.bluesky.harness import START, Account
from tests.fakes.bluesky.app import PASSWORD
from tests.fakes.carried import Carried

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class AtTheKeyboard:
    """Somebody who types a password."""

    def __init__(self, password: str) -> None:
        """Know it."""
        self.password, self.shown = password, list[str]()

    def told(self, text: str) -> None:
        """Read what is said."""
        self.shown.append(text)

    def asked(self, text: str, *, secret: bool = False) -> str:
        """Type it where nobody sees it."""
        assert secret, text
        return self.password

    def sent(self, address: Callable[[str], str]) -> Mapping[str, str]:
        """Be sent nowhere."""
        pytest.fail(f"there is nothing to allow at {address}")


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Return an account that has signed in once."""
    opened = Account(tmp_path)
    assert opened.far.logins == 1
    return opened


def another(account: Account, folder: Path, **settings: object) -> BlueskySource:
    """Return what another process would use, which shares the safe."""
    known = {"handle": account.far.brand.handle, "app_password": SecretStr(PASSWORD), **settings}
    around = Surroundings("bluesky", folder, account.clock, safe=account.source.around.safe)
    return BlueskySource(BlueskySettings.model_validate(known), around, Carried(account.far.app, account.clock))


def test_many_polls_by_many_processes_sign_in_once(account: Account, tmp_path: Path) -> None:
    for _ in range(3):
        source = another(account, tmp_path)
        list(source.pages(source.head()))
    assert account.far.logins == 1


def test_a_session_that_ends_is_refreshed_before_it_ends(account: Account) -> None:
    for _ in range(5):
        account.clock.forward(timedelta(hours=2) - timedelta(seconds=30))
        account.source.head()
    assert account.far.logins == 1
    assert {call.status for call in account.far.calls} == {200}


def test_a_session_that_is_ended_there_is_refreshed_and_the_call_made_again(account: Account) -> None:
    account.far.end_tokens()
    assert account.source.check().ok
    assert account.far.logins == 1


def test_a_refresh_token_is_used_once(account: Account, tmp_path: Path) -> None:
    """A second process takes what the first has got for it."""
    other = another(account, tmp_path)
    before = other.client.sessions.current()
    account.far.end_tokens()
    account.source.head()
    assert other.client.sessions.renewed(before).access == account.source.client.sessions.current().access
    assert account.far.logins == 1


def test_a_dead_session_is_begun_anew_once(account: Account) -> None:
    account.far.end_tokens(refresh=True)
    account.source.head()
    account.source.head()
    assert account.far.logins == 2


def test_a_withdrawn_password_is_an_error_that_says_what_to_do(account: Account, tmp_path: Path) -> None:
    source = another(account, tmp_path, app_password=SecretStr("wron-gwro-ngwr-ongw"))
    with pytest.raises(AuthError, match=r"Make a new app password .*casebridge connect bluesky"):
        source.head()


def test_something_that_ends_every_session_does_not_use_the_logins_up(account: Account, tmp_path: Path) -> None:
    source = another(account, tmp_path, logins_per_day=3)
    for _ in range(3):
        account.far.end_tokens(refresh=True)
        source.head()
    account.far.end_tokens(refresh=True)
    with pytest.raises(BudgetSpent, match="3 times"):
        source.head()
    assert account.far.logins == 4


def test_another_account_in_the_settings_gets_a_session_of_its_own(account: Account, tmp_path: Path) -> None:
    by_did = another(account, tmp_path, handle=account.far.brand.did, service="https://pds.example")
    assert by_did.client.did == account.far.brand.did
    assert account.far.logins == 2


def test_a_person_signs_in_and_the_password_need_not_stand_in_the_settings(account: Account, tmp_path: Path) -> None:
    around = Surroundings("bluesky", tmp_path, account.clock, safe=MemorySafe())
    settings = BlueskySettings(handle=f"@{account.far.brand.handle}")
    source = BlueskySource(settings, around, Carried(account.far.app, account.clock))
    with pytest.raises(AuthError, match="casebridge connect bluesky"):
        source.head()
    assert isinstance(source, SignsIn)
    person = AtTheKeyboard(f" {PASSWORD}\n")
    source.sign_in(person)
    assert "App passwords" in person.shown[0]
    account.far.end_tokens(refresh=True)
    assert source.check().ok
    assert PASSWORD not in repr(source.around.safe.read())


def test_a_person_who_mistypes_keeps_what_was(account: Account) -> None:
    kept = account.source.around.safe.read()
    with pytest.raises(AuthError):
        account.with_settings(app_password=SecretStr("")).sign_in(AtTheKeyboard("nope"))
    assert account.source.around.safe.read() == kept


def test_a_password_in_the_settings_is_not_asked_for(account: Account) -> None:
    person = AtTheKeyboard("never typed")
    account.source.sign_in(person)
    assert person.shown == []
    assert account.far.logins == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "9"}, 9.0),
        ({"RateLimit-Reset": str(int(START.timestamp()) + 120)}, 120.0),
        ({"RateLimit-Reset": str(int(START.timestamp()) - 5)}, 1.0),
        ({"RateLimit-Reset": "soon"}, 60.0),
        ({}, 60.0),
    ],
)
def test_limits_are_waited_for_until_they_reset(headers: dict[str, str], seconds: float) -> None:
    error = refused(httpx.Response(429, headers=headers), START, writing=True)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_to_wait_is_told_in_seconds(account: Account) -> None:
    account.far.faults.order("429")
    with pytest.raises(RateLimited) as waiting:
        account.source.head()
    assert waiting.value.retry_after == 17


@pytest.mark.parametrize(("fault", "error"), [("503", Transient), ("reset_before", Transient), ("401", AuthError)])
def test_trouble_while_refreshing_does_not_cost_a_login_unless_the_token_is_refused(
    account: Account, fault: str, error: type[Exception]
) -> None:
    account.clock.forward(timedelta(hours=2))
    account.far.faults.order(fault)
    if error is AuthError:
        account.source.head()
        assert account.far.logins == 2
    else:
        with pytest.raises(error):
            account.source.head()
        account.source.head()
        assert account.far.logins == 1


def test_a_password_goes_nowhere_unencrypted() -> None:
    for name in ("service", "appview", "directory"):
        with pytest.raises(ValidationError, match="https://"):
            BlueskySettings.model_validate({"handle": "acme.example", name: "http://pds.example"})


def test_a_document_that_leads_to_this_machine_is_not_followed(account: Account, tmp_path: Path) -> None:
    account.far.service = "http://127.0.0.1:1"
    source = another(account, tmp_path, logins_per_day=9)
    account.source.around.safe.keep(MemorySafe().read())
    with pytest.raises(AuthError, match="names no server"):
        source.head()


def test_check_says_who_where_how_and_what_is_wrong(account: Account, tmp_path: Path) -> None:
    source = another(account, tmp_path, direct_messages=True)
    told = [finding.text for finding in source.check().findings]
    assert told == [
        f"signed in as brand.bsky.example ({account.far.brand.did}) at https://pds.example with an app password with direct messages",
        "the server's clock is 0 s ahead of ours",
        "2990 of 3000 calls are left",
        "5000 points are left for writing, a post takes 3",
        "direct messages can be read",
        "direct messages are taken from: all",
    ]
    account.far.brand.deactivated, account.far.brand.allow_incoming = True, "following"
    account.far.brand.handle = "handle.invalid"
    account.far.clock.forward(timedelta(minutes=5))
    wrong = {finding.text: finding.remedy for finding in source.check().findings if not finding.ok}
    assert all(wrong.values())
    assert "the account's handle does not lead to it" in wrong
    assert "the account is not active" in wrong


@pytest.mark.parametrize(
    ("scope", "wrong"),
    [("com.atproto.appPass", "does not allow direct messages"), ("com.atproto.access", "own password is used")],
)
def test_check_tells_a_password_that_may_too_little_or_too_much(
    account: Account, tmp_path: Path, scope: str, wrong: str
) -> None:
    account.far.scope = scope
    account.far.end_tokens(refresh=True)
    found = another(account, tmp_path, direct_messages=True).check()
    assert [finding for finding in found.findings if not finding.ok and wrong in finding.text]

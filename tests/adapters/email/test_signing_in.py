"""Mailboxes of providers that take no password: a person allows it once, tokens are kept and renewed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import respx
from pydantic import ValidationError

from adapters.email.settings import EmailSettings
from adapters.email.source import EmailSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.safe import MemorySafe
from bridge.signing_in import SignsIn
from tests.willing import Willing

if TYPE_CHECKING:
    from pathlib import Path

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKENS = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/acme/oauth2/v2.0/token",
}
SCOPES = {
    "google": "https://mail.google.com/",
    "microsoft": "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
}
BACK = {"google": "http://127.0.0.1:1234/", "microsoft": "http://localhost:1234"}


def source(folder: Path, clock: FixedClock, **settings: Any) -> EmailSource:  # noqa: ANN401 - values of any setting
    """Return a source that opens nothing."""
    known = EmailSettings(addresses=("support@acme.example",), imap_host="imap.acme.example", **settings)
    return EmailSource.connect(known, Surroundings("mail", folder, clock, safe=MemorySafe()))


@pytest.mark.parametrize("vendor", ["google", "microsoft"])
@respx.mock
def test_it_is_allowed_once_and_renewed_in_time(vendor: str, tmp_path: Path) -> None:
    clock, admin = FixedClock(MONDAY), Willing("http://127.0.0.1:1234/")
    answers = [
        {"access_token": "one", "refresh_token": "r", "expires_in": 3600},
        {"access_token": "two", "expires_in": 3600},
    ]
    tokens = respx.post(TOKENS[vendor]).mock(side_effect=[httpx.Response(200, json=each) for each in answers])
    here = source(
        tmp_path, clock, oauth={"vendor": vendor, "client_id": "app", "client_secret": "s3cret", "tenant": "acme"}
    )
    assert isinstance(here, SignsIn)
    here.sign_in(admin)
    asked = parse_qs(urlsplit(admin.address).query)
    assert asked["scope"] == [SCOPES[vendor]]
    assert asked["login_hint"] == ["support@acme.example"]
    assert asked["redirect_uri"] == [BACK[vendor]]
    assert parse_qs(tokens.calls[0].request.content.decode())["redirect_uri"] == [BACK[vendor]]
    assert here.credentials.secret() == "one"
    clock.forward(timedelta(minutes=59))
    assert here.credentials.secret() == "two"
    assert b"refresh_token=r" in tokens.calls[-1].request.content
    assert "s3cret" not in repr(here.settings)
    here.close()


def test_with_a_password_there_is_nothing_to_allow(tmp_path: Path) -> None:
    admin = Willing("http://127.0.0.1:1234/")
    source(tmp_path, FixedClock(MONDAY), password="p").sign_in(admin)
    assert admin.heard == ["It signs in with the password of the settings."]
    assert admin.address == ""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "a password or oauth"),
        ({"password": "p", "oauth": {"vendor": "google", "client_id": "a"}}, "a password or oauth"),
        ({"oauth": {"vendor": "other", "client_id": "a"}}, "needs authorize_url and token_url"),
        ({"password": "p", "imap_safety": "none"}, "readable over the network"),
        ({"password": "p", "smtp_host": "mail.acme.example", "smtp_safety": "none"}, "readable over the network"),
        ({"password": "p", "addresses": ("support",)}, "is no mail address"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, Any], said: str) -> None:
    known = {"addresses": ("support@acme.example",), "imap_host": "imap.acme.example", **settings}
    with pytest.raises(ValidationError, match=said):
        EmailSettings(**known)

"""Signing in: by password, or by OAuth 2 with the big providers, whose tokens live an hour and are renewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from adapters.email.errors import refuses_secret
from adapters.email.settings import Vendor
from bridge.oauth import TIMEOUT, Provider, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.email.settings import EmailSettings, OAuthSettings
    from bridge.contracts import Surroundings
    from bridge.signing_in import Person

_MICROSOFT = "https://login.microsoftonline.com"
_SCOPES = {
    Vendor.GOOGLE: ("https://mail.google.com/",),
    Vendor.MICROSOFT: (
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ),
    Vendor.OTHER: (),
}
_PARAMETERS = {Vendor.GOOGLE: {"access_type": "offline", "prompt": "consent"}}
"""Without these Google gives no refresh token, or none the second time."""


class Credentials:
    """What a connection signs in with at both servers."""

    def __init__(self, settings: EmailSettings, surroundings: Surroundings) -> None:
        """Open nothing."""
        self._settings = settings
        self._client: httpx.Client | None = None
        self._surroundings = surroundings

    @property
    def by_token(self) -> bool:
        """Tell whether it signs in by OAuth 2."""
        return self._settings.oauth is not None

    def secret(self) -> str:
        """Return the password, or an access token that holds for the next minutes. Raises ``AuthError``, ``Transient``."""
        if self._settings.oauth is not None:
            return self._tokens(self._settings.oauth).access()
        return self._settings.password.get_secret_value() if self._settings.password else ""

    def use(self, attempt: Callable[[str], object]) -> None:
        """Sign in by ``attempt``, which raises what the server says.

        A token can end before its time; then there is one more attempt with another one.
        """
        secret = self.secret()
        try:
            attempt(secret)
        except Exception as error:
            if self._settings.oauth is None or not refuses_secret(error):
                raise
            attempt(self._tokens(self._settings.oauth).instead_of(secret))

    def sign_in(self, person: Person) -> None:
        """Sign in with a person's help, or say that nothing is needed."""
        if self._settings.oauth is None:
            person.told("It signs in with the password of the settings.")
            return
        self._tokens(self._settings.oauth).sign_in(person)

    def close(self) -> None:
        """Close what was opened to ask for tokens."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _tokens(self, oauth: OAuthSettings) -> Tokens:
        if self._client is None:
            self._client = httpx.Client(timeout=TIMEOUT)
        here = self._surroundings
        return Tokens(provider(here.name, oauth, self._settings), here.safe, here.clock, self._client)


def provider(name: str, oauth: OAuthSettings, settings: EmailSettings) -> Provider:
    """Return where and as what a connection signs in."""
    microsoft = f"{_MICROSOFT}/{oauth.tenant}/oauth2/v2.0"
    usual = {
        Vendor.GOOGLE: ("https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token"),
        Vendor.MICROSOFT: (f"{microsoft}/authorize", f"{microsoft}/token"),
        Vendor.OTHER: ("", ""),
    }[oauth.vendor]
    return Provider(
        name=name,
        authorize_url=oauth.authorize_url or usual[0],
        token_url=oauth.token_url or usual[1],
        client_id=oauth.client_id,
        client_secret=oauth.client_secret,
        scopes=oauth.scopes or _SCOPES[oauth.vendor],
        localhost=oauth.vendor is Vendor.MICROSOFT,
        parameters={**_PARAMETERS.get(oauth.vendor, {}), "login_hint": settings.signs_in_as},
    )

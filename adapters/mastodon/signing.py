"""Signing in with a person's help: the server is told of us first, then the person allows it in the browser."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bridge.errors import AuthError
from bridge.oauth import Provider, Tokens

if TYPE_CHECKING:
    import httpx

    from adapters.mastodon.client import Client
    from adapters.mastodon.settings import MastodonSettings
    from bridge.clock import Clock
    from bridge.safe import Safe
    from bridge.signing_in import Person

SCOPES = ("read", "write:statuses", "write:media", "write:favourites")
"""Read everything of the account's, answer, with files, take answers back, and like; nothing of its settings or its follows."""


def provider_of(name: str, settings: MastodonSettings) -> Provider:
    """Return where to sign in."""
    return Provider(
        name=name,
        authorize_url=f"{settings.base_url}/oauth/authorize",
        token_url=f"{settings.base_url}/oauth/token",
        client_id="",
        scopes=SCOPES,
    )


def tokens_of(name: str, settings: MastodonSettings, safe: Safe, clock: Clock, http: httpx.Client) -> Tokens:
    """Return the tokens that are kept: they do not end by themselves."""
    return Tokens(provider_of(name, settings), safe, clock, http)


def sign_in(person: Person, tokens: Tokens, client: Client, provider: Provider) -> None:
    """Register with the server under the address that the browser comes back to, then send the person there."""

    def registered(back: str) -> Provider:
        form = {"client_name": "Casebridge", "redirect_uris": back, "scopes": " ".join(SCOPES)}
        made = client.post("/api/v1/apps", form, signed=False)
        if not isinstance(made, dict) or not made.get("client_id") or not made.get("client_secret"):
            message = f"{provider.name}: the server does not let programs register. Make an application by hand (Preferences > Development) and set its token."
            raise AuthError(message)
        return replace(provider, client_id=str(made["client_id"]), client_secret=SecretStr(str(made["client_secret"])))

    tokens.sign_in(person, registered)

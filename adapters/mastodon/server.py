"""A server as one account of it sees it: who the account is, what the server allows, lists of what is there."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from adapters.mastodon.entities import AccountEntity, Instance
from adapters.mastodon.errors import Missing
from adapters.mastodon.parse import Me, handle_of
from bridge.errors import Transient

if TYPE_CHECKING:
    from adapters.mastodon.client import Client, Listed
    from adapters.mastodon.settings import MastodonSettings

_QUOTES_SINCE = (4, 5)
"""Version of Mastodon that tells of quotes; other programs have other versions, below it so far."""


class Server:
    """What is asked once is kept."""

    def __init__(self, name: str, client: Client, settings: MastodonSettings) -> None:
        """Ask nothing yet; ``name`` is the connection's."""
        self.name, self.client, self._settings = name, client, settings

    @cached_property
    def account(self) -> AccountEntity:
        """Return the account that is signed in."""
        raw = self.client.get("/api/v1/accounts/verify_credentials")
        try:
            return AccountEntity.model_validate(raw)
        except ValidationError as error:
            message = f"{self._settings.host} does not say as whom we are signed in: look at base_url."
            raise Transient(message) from error

    @cached_property
    def instance(self) -> Instance:
        """Return what the server says of itself; what it does not say is as usual."""
        try:
            return Instance.model_validate(self.client.get("/api/v2/instance"))
        except (Missing, ValidationError):
            return Instance()

    @cached_property
    def me(self) -> Me:
        """Return the account as messages name it."""
        domain = self.instance.domain or self._settings.host
        handle = handle_of(self.account.acct, domain)
        return Me(self.account.id, handle, self._settings.host, domain, self._settings.base_url)

    def told(self, **place: str) -> Listed:
        """Return a page of what the account was told: also by people whom the server takes for strangers."""
        tells_of_quotes = _version(self.instance.version) >= _QUOTES_SINCE
        types = ["mention", "quote"] if tells_of_quotes else ["mention"]
        query: dict[str, Any] = {"types[]": types, "include_filtered": "true", "limit": self._settings.page, **place}
        return self.client.listed("/api/v1/notifications", **query)

    def posted(self, **place: str) -> Listed:
        """Return a page of the account's own posts, those that it only passed on left out."""
        query: dict[str, Any] = {"exclude_reblogs": "true", "limit": min(self._settings.page, 40), **place}
        return self.client.listed(f"/api/v1/accounts/{self.account.id}/statuses", **query)


def _version(text: str) -> tuple[int, int]:
    found = re.match(r"(\d{1,4})\.(\d{1,4})", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)

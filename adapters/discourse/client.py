"""The one door to a forum: every call has a time limit and fails with our errors; nothing is repeated by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import orjson

from adapters.discourse.errors import Forbidden, Missing, refused
from bridge.errors import AuthError, Transient
from bridge.unanswered import lost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.discourse.settings import DiscourseSettings

LISTS = {"public": ("posts.json", "latest_posts"), "private": ("private-posts.json", "private_posts")}
"""List → path, and where in the answer the posts are: newest first, 50 at most."""


class Client:
    """Signs in and calls."""

    def __init__(self, name: str, settings: DiscourseSettings, transport: httpx.BaseTransport | None = None) -> None:
        """Open nothing yet; ``transport`` stands in for the network."""
        self._name, self._host = name, settings.host
        self._http = httpx.Client(
            base_url=f"{settings.base_url}/",
            headers={
                "Api-Key": settings.api_key.get_secret_value(),
                "Api-Username": settings.username,
                "Accept": "application/json",
                "User-Agent": "Casebridge",
            },
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
            transport=transport,
            follow_redirects=False,
        )

    def __repr__(self) -> str:
        """Show the forum and no secret."""
        return f"Client({self._host!r})"

    def me(self) -> dict[str, Any]:
        """Return the user whose key it is. Raises ``AuthError``."""
        try:
            body = self._send("GET", "session/current.json")
        except (Forbidden, Missing) as error:
            message = f"{self._host} does not take the key: make a new one for the user (Admin > API), and set api_key and username of {self._name}."
            raise AuthError(message) from error
        user = body.get("current_user") if isinstance(body, dict) else None
        return user if isinstance(user, dict) else {}

    def listed(self, which: str, before: int | None = None) -> list[Any]:
        """Return the newest posts of a list, or those before one. Raises ``AuthError``."""
        path, name = LISTS[which]
        try:
            body = self._send("GET", path, query={"before": before} if before is not None else None)
        except Forbidden as error:
            self.me()
            message = f"{self._host} does not show {path} to the user ({error}): look at the key's rights."
            raise AuthError(message) from error
        posts = body.get(name) if isinstance(body, dict) else None
        if not isinstance(posts, list):
            message = f"{self._host} answers {path} with something else than posts."
            raise Transient(message)
        return posts

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Read one thing. Raises ``Missing``; ``Forbidden`` only where the key is good."""
        try:
            return self._send("GET", path)
        except Forbidden:
            self.me()
            raise

    def write(self, method: str, path: str, form: Mapping[str, str | int] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Change something. Raises ``Uncertain`` where nobody knows whether it was done."""
        try:
            return self._send(method, path, form=form, writing=True)
        except Forbidden:
            self.me()
            raise

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, int] | None = None,
        form: Mapping[str, str | int] | None = None,
        writing: bool = False,
    ) -> Any:  # noqa: ANN401 - JSON
        try:
            response = self._http.request(method, path, params=query, json=form)
        except httpx.HTTPError as error:
            raise lost(error, self._host, writing=writing) from None  # the request carries the key
        if not response.is_success:
            raise refused(response, writing=writing)
        if writing and not response.content.strip():
            return None
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError:
            message = f"{self._host} answers with something that is no JSON: look at base_url."
            raise Transient(message) from None

"""Webhooks of a forum: signed with a secret that it shares with us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from adapters.discourse.parse import NETWORK, post_event
from adapters.discourse.source import DiscourseSource
from bridge.contracts import Receiver
from bridge.errors import AuthError, ConfigError
from bridge.nouns import Broken, Cursor, Deleted, Page, Said, UnknownKind
from bridge.signatures import header, require, sign

if TYPE_CHECKING:
    from bridge.contracts import HookRequest, HookResponse, Source
    from bridge.nouns import Message, SourceEvent

_SAID = frozenset({"post_created", "post_edited", "post_recovered"})
_GONE = "post_destroyed"
_PING = "ping"


class DiscourseReceiver(Receiver):
    """Checks who posts, and understands what; polling brings whatever did not come."""

    def __init__(self, source: DiscourseSource) -> None:
        """Receive for ``source``."""
        self._settings, self._name, self._clock = source.settings, source.name, source.clock

    @classmethod
    def beside(cls, source: Source) -> DiscourseReceiver:
        """Return the receiver of a forum."""
        if not isinstance(source, DiscourseSource):
            message = f"The Discourse receiver stands beside a Discourse source, not {type(source).__name__}."
            raise ConfigError(message)
        return cls(source)

    def handshake(self, request: HookRequest) -> HookResponse | None:  # noqa: ARG002 - the contract's signature
        """Answer None: a forum's ping is a call like any other."""
        return None

    def verify(self, request: HookRequest) -> None:
        """Check the signature over the body; there is no time in it, so that the same call again is told by its body."""
        secret = self._settings.webhook_secret
        if secret is None:
            raise AuthError("Webhooks are not expected: webhook_secret is not set.")
        given = header(request, "X-Discourse-Event-Signature")
        if not given.startswith("sha256="):
            raise AuthError("The signature is not written as Discourse writes it.")
        require([given.removeprefix("sha256=")], [sign(secret.get_secret_value().encode(), request.body)])

    def parse(self, request: HookRequest) -> Page:
        """Return the post of a call."""
        name, where = (
            header(request, "X-Discourse-Event"),
            f"{self._name} webhook {header(request, 'X-Discourse-Event-Id')}",
        )
        return Page(tuple(self._events(name, request.body, where.strip())), Cursor())

    def _events(self, name: str, body: bytes, where: str) -> list[SourceEvent]:
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            return [Broken(where, f"not valid JSON: {error}", body.decode("utf-8", "backslashreplace"))]
        post = data.get("post") if isinstance(data, dict) else None
        if name == _PING:
            return []
        if post is None or name not in {*_SAID, _GONE}:
            return [UnknownKind(name or "a call without X-Discourse-Event", data)]
        event = post_event(post, where, self._settings)
        if not isinstance(event, Said):
            return [event]
        if name == _GONE:
            return [Deleted(NETWORK, event.message.native_id, self._clock.now(), self._settings.host)]
        return [event] if self._wanted(event.message) else []

    def _wanted(self, message: Message) -> bool:
        if not message.public:
            return self._settings.private
        return not self._settings.categories or message.extra.get("category") in self._settings.categories

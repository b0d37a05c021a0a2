"""The webhook source: nothing to read, everything comes by itself; and its receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from adapters.webhook.parse import Parser
from adapters.webhook.settings import WebhookSettings
from bridge.contracts import Receiver, Source
from bridge.documents import Document
from bridge.errors import AuthError, ConfigError
from bridge.mapping.rows import load_row_mapping
from bridge.nouns import Account, Cursor, Estimate, Finding, Page
from bridge.signatures import header, require, require_fresh, sign

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from bridge.contracts import HookRequest, HookResponse, Surroundings
    from bridge.mapping.rows import RowMapping


class WebhookSource(Source):
    """What others post to ``/hooks/<connection>``."""

    settings_model = WebhookSettings
    live: ClassVar[bool] = True

    def __init__(self, settings: WebhookSettings, surroundings: Surroundings) -> None:
        """Load the mapping; raises ``ConfigError`` if it is wrong."""
        self.settings, self.name, self.clock = settings, surroundings.name, surroundings.clock
        self.parser = Parser(settings, _mapping(settings, surroundings))

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> WebhookSource:
        """Return a source; opens nothing but the mapping's file."""
        own = settings.model_dump(include=set(WebhookSettings.model_fields))
        return cls(WebhookSettings.model_validate(own), surroundings)

    def check(self) -> Account:
        """Say where to post."""
        how = "as Standard Webhooks" if self.settings.signature == "standard" else f"in {self.settings.header}"
        text = f"post to /hooks/{self.name} of casebridge serve, signed {how}"
        return Account(name=self.name, findings=(Finding(ok=True, text=text),))

    def close(self) -> None:
        """Do nothing: nothing was opened."""

    def head(self) -> Cursor:
        """Return the one cursor that there is."""
        return Cursor()

    def at(self, time: datetime) -> Cursor:  # noqa: ARG002 - the contract's signature
        """Return the one cursor that there is: there is no history to ask for."""
        return Cursor()

    def estimate(self, after: Cursor) -> Estimate:  # noqa: ARG002 - the contract's signature
        """Say that there is nothing to read."""
        return Estimate(messages=0, money=0.0)

    def pages(self, after: Cursor) -> Iterator[Page]:  # noqa: ARG002 - the contract's signature
        """Yield nothing."""
        return iter(())

    def reread(self, fields: Mapping[str, str], where: str) -> Page:
        """Parse one repaired call."""
        return Page(tuple(self.parser.document(fields, where)), Cursor())


class WebhookReceiver(Receiver):
    """Checks who posts, and understands what."""

    def __init__(self, source: WebhookSource) -> None:
        """Receive for ``source``."""
        self._source = source

    @classmethod
    def beside(cls, source: Source) -> WebhookReceiver:
        """Return the receiver of a webhook source."""
        if not isinstance(source, WebhookSource):
            raise ConfigError(f"The webhook receiver stands beside a WebhookSource, not {type(source).__name__}.")
        return cls(source)

    def handshake(self, request: HookRequest) -> HookResponse | None:  # noqa: ARG002 - the contract's signature
        """Answer None: there is no subscription to confirm."""
        return None

    def verify(self, request: HookRequest) -> None:
        """Check the signature; raises ``AuthError``."""
        settings = self._source.settings
        if settings.signature == "hmac":
            given = header(request, settings.header)
            if not given.startswith(settings.prefix):
                raise AuthError("The signature is not written as agreed.")
            expected = [
                sign(each, request.body, algorithm=settings.algorithm, encoding=settings.encoding)
                for each in settings.secrets
            ]
            require([given.removeprefix(settings.prefix)], expected)
            return
        id_, at = header(request, "webhook-id"), header(request, "webhook-timestamp")
        signed = b".".join((id_.encode(), at.encode(), request.body))
        given_ones = [each.removeprefix("v1,") for each in header(request, "webhook-signature").split()]
        require(given_ones, [sign(each, signed, encoding="base64") for each in settings.secrets])
        require_fresh(at, self._source.clock.now(), settings.window)

    def parse(self, request: HookRequest) -> Page:
        """Return the messages of a call."""
        where = f"{self._source.name} webhook {header(request, 'webhook-id')}".strip()
        return Page(tuple(self._source.parser.body(request.body, where)), Cursor())


def _mapping(settings: WebhookSettings, surroundings: Surroundings) -> RowMapping | None:
    """Load the mapping that the settings name or hold."""
    if settings.mapping is None:
        return None
    if isinstance(settings.mapping, str):
        return load_row_mapping(surroundings.folder / settings.mapping)
    return load_row_mapping(Document(settings.mapping, f"sources.{surroundings.name}.mapping", first_line=0))

"""The webhook source: nothing to read, everything comes by itself; and its receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from adapters.webhook import signing
from adapters.webhook.parse import Parser
from adapters.webhook.settings import WebhookSettings
from bridge.contracts import Receiver, Source
from bridge.documents import Document
from bridge.errors import ConfigError
from bridge.mapping.rows import load_row_mapping
from bridge.nouns import Account, Cursor, Estimate, Finding, Page
from bridge.signatures import header

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
        own = {"standard": "as Standard Webhooks", "hmac": f"in {self.settings.header}"}
        how = own.get(self.settings.signature) or f"as {self.settings.signature} signs"
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

    def handshake(self, request: HookRequest) -> HookResponse | None:
        """Answer those who make sure of the address before they call it."""
        return signing.answered(self._source.settings, request)

    def verify(self, request: HookRequest) -> None:
        """Check the signature; raises ``AuthError``."""
        signing.verify(self._source.settings, request, self._source.clock.now())

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

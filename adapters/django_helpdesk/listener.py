"""What a django-helpdesk tells by itself: each new ticket and follow-up, by a call that it neither signs nor repeats.

Facts: ``HELPDESK_NEW_TICKET_WEBHOOK_URLS`` and ``HELPDESK_FOLLOWUP_WEBHOOK_URLS`` in the environment of the site; name and
password in such an address are sent as Basic authentication.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING

import orjson

from adapters.django_helpdesk import activity
from adapters.django_helpdesk.target import DjangoHelpdeskTarget
from bridge.contracts import Listener
from bridge.errors import AuthError, ConfigError

if TYPE_CHECKING:
    from adapters.django_helpdesk.helpdesk import Helpdesk
    from bridge.contracts import HookRequest, HookResponse, Target
    from bridge.nouns import ActivityPage


class DjangoHelpdeskListener(Listener):
    """Hears of answers as soon as an agent has written them."""

    def __init__(self, desk: Helpdesk) -> None:
        """Listen to one helpdesk."""
        self._desk = desk

    @classmethod
    def beside(cls, target: Target) -> DjangoHelpdeskListener:
        """Return the listener to a helpdesk that is delivered to."""
        if not isinstance(target, DjangoHelpdeskTarget):
            message = f"The django_helpdesk listener listens to its target, not to {type(target).__name__}."
            raise ConfigError(message)
        return cls(target.desk)

    def handshake(self, request: HookRequest) -> HookResponse | None:  # noqa: ARG002 - the contract's signature
        """Return None: there is no handshake."""
        return None

    def verify(self, request: HookRequest) -> None:
        """Compare the password; raises ``AuthError``."""
        wanted = self._desk.settings.webhook_password
        if wanted is None:
            message = "webhook_password is not set, so nobody may call"
            raise AuthError(message)
        if not hmac.compare_digest(_password(request).encode(), wanted.get_secret_value().encode()):
            message = "the password of the call is not webhook_password"
            raise AuthError(message)

    def parse(self, request: HookRequest) -> ActivityPage:
        """Return what the ticket in the call tells."""
        return activity.told(self._desk, orjson.loads(request.body)["ticket"])


def _password(request: HookRequest) -> str:
    """Return the password of Basic authentication, empty without one."""
    given = next((value for name, value in request.headers.items() if name.lower() == "authorization"), "")
    scheme, _, words = given.partition(" ")
    try:
        name_and_password = base64.b64decode(words, validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return name_and_password.partition(":")[2]

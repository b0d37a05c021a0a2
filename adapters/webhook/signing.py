"""How calls are signed, and how whoever calls makes sure of us before: as Standard Webhooks, or as a vendor does it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge import handshakes
from bridge.errors import AuthError
from bridge.signatures import header, require, require_fresh, sign

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from adapters.webhook.settings import WebhookSettings
    from bridge.contracts import HookRequest, HookResponse
    from bridge.signatures import Algorithm, Encoding

_STANDARD_PREFIX = "whsec_"
"""Standard Webhooks write their secrets so, with the bytes in base64 behind it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the HMAC of a body stands, how it is written, and what is signed before the body."""

    header: str
    prefix: str = "sha256="
    algorithm: Algorithm = "sha256"
    encoding: Encoding = "hex"
    before: bytes = b""


VENDORS: Mapping[str, Shape] = {
    "meta": Shape("X-Hub-Signature-256"),
    "x": Shape("x-twitter-webhooks-signature", encoding="base64"),
    "linkedin": Shape("X-LI-Signature", prefix="", before=b"hmacsha256="),
}
"""Facebook, Instagram and WhatsApp with the secret of the app, X with the consumer secret, LinkedIn with the client secret."""


def answered(settings: WebhookSettings, request: HookRequest) -> HookResponse | None:
    """Return what a handshake is answered with, None where there is none. Raises ``AuthError``."""
    if settings.signature == "meta" and settings.verify_token is not None:
        return handshakes.meta(request, settings.verify_token.get_secret_value())
    if settings.signature == "x":
        return handshakes.x(request, secrets(settings)[0])
    if settings.signature == "linkedin":
        return handshakes.linkedin(request, secrets(settings)[0])
    return None


def verify(settings: WebhookSettings, request: HookRequest, now: datetime) -> None:
    """Check the signature of a call, and its time where it has one. Raises ``AuthError``."""
    if settings.signature == "standard":
        _verify_standard(settings, request, now)
        return
    if settings.signature == "x" and handshakes.could_be_token(request.body):
        raise AuthError("The body is a token of a handshake.")
    shape = VENDORS.get(settings.signature) or _own_shape(settings)
    given = header(request, shape.header)
    if not given.startswith(shape.prefix):
        raise AuthError("The signature is not written as agreed.")
    expected = [
        sign(each, shape.before + request.body, algorithm=shape.algorithm, encoding=shape.encoding)
        for each in secrets(settings)
    ]
    require([given.removeprefix(shape.prefix)], expected)


def secrets(settings: WebhookSettings) -> Sequence[bytes]:
    """Return the secrets that calls may be signed with, the present one first."""
    both = (settings.secret, settings.previous_secret)
    return [_key(each.get_secret_value()) for each in both if each is not None]


def _verify_standard(settings: WebhookSettings, request: HookRequest, now: datetime) -> None:
    id_, at = header(request, "webhook-id"), header(request, "webhook-timestamp")
    signed = b".".join((id_.encode(), at.encode(), request.body))
    given = [each.removeprefix("v1,") for each in header(request, "webhook-signature").split()]
    require(given, [sign(each, signed, encoding="base64") for each in secrets(settings)])
    require_fresh(at, now, settings.window)


def _own_shape(settings: WebhookSettings) -> Shape:
    return Shape(settings.header, settings.prefix, settings.algorithm, settings.encoding)


def _key(secret: str) -> bytes:
    """Return the bytes of a secret: those that it writes in base64, else its own."""
    if secret.startswith(_STANDARD_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_STANDARD_PREFIX), validate=True)
        except binascii.Error:
            pass  # a secret of somebody's own that begins so
    return secret.encode()

"""Handshakes of webhooks: how vendors make sure that an address is ours before they call it, and now and then after.

Two of them have us sign a token of their choice with the secret that their calls are signed with. So that nobody can have a
call signed in this way, only what looks like a token is signed, and what looks like one is no call.
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

import orjson

from bridge.contracts import HookResponse
from bridge.errors import AuthError
from bridge.signatures import sign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.contracts import HookRequest

_TOKEN = re.compile(r"[\w.~+/=-]{1,512}", re.ASCII)
_WORD = re.compile(r"[\w-]{1,200}", re.ASCII)


def could_be_token(body: bytes) -> bool:
    """Tell whether a body is of the kind that a handshake has us sign: it proves nothing, then, that it is signed."""
    return bool(_TOKEN.fullmatch(body.decode("latin-1")))


def meta(request: HookRequest, verify_token: str) -> HookResponse | None:
    """Answer Facebook, Instagram and WhatsApp, or None if they do not ask. Raises ``AuthError`` for another token.

    They want ``hub.challenge`` back as plain text.
    """
    query = request.query
    if request.method != "GET" or query.get("hub.mode") != "subscribe":
        return None
    if not hmac.compare_digest(query.get("hub.verify_token", "").encode(), verify_token.encode()):
        raise AuthError("The verify token of the handshake is not ours.")
    return HookResponse(200, _token(query, "hub.challenge", _TOKEN).encode())


def x(request: HookRequest, secret: bytes) -> HookResponse | None:
    """Answer the challenge-response check of X, or None if it does not ask. Raises ``AuthError``."""
    if request.method != "GET" or "crc_token" not in request.query:
        return None
    signature = sign(secret, _token(request.query, "crc_token", _TOKEN).encode(), encoding="base64")
    return _json({"response_token": f"sha256={signature}"})


def linkedin(request: HookRequest, secret: bytes) -> HookResponse | None:
    """Answer the challenge of LinkedIn, which comes every two hours, or None if it does not ask. Raises ``AuthError``."""
    if request.method != "GET" or "challengeCode" not in request.query:
        return None
    code = _token(request.query, "challengeCode", _WORD)  # its calls are signed behind hmacsha256=, which is no word
    return _json({"challengeCode": code, "challengeResponse": sign(secret, code.encode())})


def _token(query: Mapping[str, str], name: str, shape: re.Pattern[str]) -> str:
    value = query.get(name, "")
    if not shape.fullmatch(value):
        raise AuthError("The token of the handshake is no token.")
    return value


def _json(body: Mapping[str, str]) -> HookResponse:
    return HookResponse(200, orjson.dumps(body), "application/json")

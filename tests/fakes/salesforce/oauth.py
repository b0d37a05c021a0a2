"""The token endpoint: client credentials, and JWT assertions whose signature is verified."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import jwt

from tests.fakes.salesforce.protocol import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.salesforce.state import State

AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
LONGEST_ASSERTION = timedelta(minutes=5)


class Denied(Exception):
    """No token: an OAuth error and its description."""


def token(state: State, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
    """Answer a request for a token at ``address``, scheme and host of the call."""
    form = dict(parse_qsl(body.decode("latin-1")))
    try:
        _check(state, address, headers, form)
    except Denied as denied:
        error, description = denied.args
        return Reply({"error": error, "error_description": description}, 401 if error == "invalid_client" else 400)
    return Reply(_granted(state, address))


def _check(state: State, address: str, headers: Mapping[str, str], form: Mapping[str, str]) -> None:
    """Check what was handed in, by the flow that it belongs to."""
    match form.get("grant_type"):
        case "client_credentials":
            _client_credentials(state, address, headers, form)
        case "urn:ietf:params:oauth:grant-type:jwt-bearer":
            _assertion(state, address, form.get("assertion", ""))
        case _:
            raise Denied("unsupported_grant_type", "grant type not supported")


def _client_credentials(state: State, address: str, headers: Mapping[str, str], form: Mapping[str, str]) -> None:
    """Check key and secret, from the header or the form."""
    client = state.world.org.client
    if any(address.startswith(shared) for shared in AUDIENCES):
        raise Denied("invalid_grant", "request not supported on this domain")
    key, secret = _basic(headers.get("authorization", "")) or (form.get("client_id"), form.get("client_secret"))
    if key != client.key:
        raise Denied("invalid_client_id", "client identifier invalid")
    if secret != client.secret:
        raise Denied("invalid_client", "invalid client credentials")
    if not client.approved:
        raise Denied("invalid_grant", "no client credentials user enabled")


def _basic(header: str) -> tuple[str, str] | None:
    """Return user and password of a Basic header."""
    kind, _, coded = header.partition(" ")
    if kind.casefold() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


def _assertion(state: State, address: str, assertion: str) -> None:
    """Check an assertion: who signed it, for whom, until when."""
    client = state.world.org.client
    try:
        claims = jwt.decode(
            assertion,
            client.public_key or "",
            algorithms=["RS256"],
            audience=[*AUDIENCES, address],
            options={"verify_exp": False, "require": ["iss", "sub", "aud", "exp"]},
        )
    except jwt.InvalidAudienceError:
        raise Denied("invalid_grant", "audience is invalid") from None
    except (jwt.PyJWTError, ValueError):
        raise Denied("invalid_grant", "invalid assertion") from None
    left = int(claims["exp"]) - state.world.clock.now().timestamp()
    if claims["iss"] != client.key:
        raise Denied("invalid_client_id", "client identifier invalid")
    if not 0 < left <= LONGEST_ASSERTION.total_seconds():
        raise Denied("invalid_grant", "assertion expired or expires too late")
    if claims["sub"] != client.username or not client.approved:
        raise Denied("invalid_grant", "user hasn't approved this consumer")


def _granted(state: State, address: str) -> dict[str, str]:
    """Return a new token."""
    now = state.world.clock.now()
    granted = f"00DCb0000000001!pretend.token.{state.number():06}"
    state.tokens[granted] = now
    return {
        "access_token": granted,
        "instance_url": address,
        "id": f"{AUDIENCES[0]}/id/00DCb0000000001AAA/{state.world.system}",
        "token_type": "Bearer",
        "issued_at": str(int(now.timestamp() * 1000)),
        "signature": "pretend",
        "scope": "api",
    }

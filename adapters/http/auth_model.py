"""What of a manifest speaks of signing in, and of signatures."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapters.http.answer_model import Part, Path


class Basic(Part):
    """User and password."""

    user: str = Field(description="User.")
    password: str = Field(default="", description="Password.")


class Header(Part):
    """A header with a key in it."""

    name: str = Field(description="Its name.")
    value: str = Field(description="Its value, such as 'Token token={secrets.token}'.")


class OAuth(Part):
    """OAuth client credentials."""

    token_url: str = Field(description="Where tokens are given; within the base URL or a whole address.")
    client_id: str = Field(description="Client id.")
    client_secret: str = Field(description="Client secret.")
    scope: str = Field(default="", description="Scope, if one is asked for.")
    form: dict[str, str] = Field(default={}, description="Further fields of the form, such as audience.")
    headers: dict[str, str] = Field(default={}, description="Further headers of the request for a token.")


class Session(Part):
    """A request that gives a token for a while, in the tool's own way."""

    url: str = Field(description="Where sessions begin; within the base URL or a whole address.")
    method: Literal["get", "post"] = Field(default="post", description="How it is asked.")
    headers: dict[str, str] = Field(default={}, description="Headers, such as a key.")
    body: dict[str, str] = Field(default={}, description="Fields of the JSON body, such as user and password.")
    token: Path = Field(default="token", description="JMESPath to the token.")
    lasts: float = Field(default=1800, gt=0, description="Seconds that a token lasts.")
    header: str = Field(default="Authorization", description="Header that carries it.")
    value: str = Field(default="{token}", description="That header's value.")


class Auth(Part):
    """How to sign in: one of these, and headers."""

    basic: Basic | None = Field(default=None, description="User and password.")
    bearer: str = Field(default="", description="A bearer token.")
    header: Header | None = Field(default=None, description="A header of the tool's own.")
    oauth: OAuth | None = Field(default=None, description="OAuth client credentials.")
    session: Session | None = Field(default=None, description="A session that is begun by a request.")
    query: dict[str, str] = Field(default={}, description="Query parameters of every request, such as key.")
    headers: dict[str, str] = Field(
        default={}, description="Headers of every request beside that, such as X-App-Key: '{secrets.app}'."
    )


class Signing(Part):
    """A signature over each body; the default is that of Standard Webhooks."""

    secret: str = Field(description="The secret that both sides know.")
    algorithm: Literal["sha256", "sha512", "sha1"] = Field(default="sha256", description="Hash of the HMAC.")
    content: str = Field(default="{id}.{timestamp}.{body}", description="What is signed.")
    header: str = Field(default="webhook-signature", description="Header of the signature.")
    form: str = Field(default="v1,{base64}", description="How it is written: {base64} or {hex}.")
    id_header: str = Field(default="webhook-id", description="Header of the id by which the other side knows a repeat.")
    time_header: str = Field(default="webhook-timestamp", description="Header of the time, in seconds since 1970.")

"""Settings of the webhook source."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bridge.document_faults import did_you_mean
from bridge.message_documents import MessageDocument
from bridge.signatures import Algorithm, Encoding  # noqa: TC001 - pydantic reads the annotations


class WebhookSettings(BaseModel):
    """How calls are signed, and how their bodies become messages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secret: SecretStr = Field(
        min_length=16,
        description="Shared with whoever calls, at least 16 characters; from the environment, as ${WEBHOOK_SECRET}.",
    )
    previous_secret: SecretStr | None = Field(
        default=None, description="The secret before: calls signed with it are taken, too, until you take it out."
    )
    signature: Literal["standard", "hmac", "meta", "x", "linkedin"] = Field(
        default="standard",
        description="standard: as Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature); hmac: the body alone, in a header of your choice; meta, x, linkedin: as these sign, their handshakes answered.",
    )
    verify_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="For meta: the verify token that you typed beside the callback address.",
    )
    header: str = Field(default="X-Signature", description="For hmac: the header that carries the signature.")
    prefix: str = Field(default="", description="For hmac: what stands before the signature in it, such as sha256=.")
    algorithm: Algorithm = Field(default="sha256", description="For hmac: the hash.")
    encoding: Encoding = Field(default="hex", description="For hmac: how the signature is written.")
    window_seconds: int = Field(
        default=300, ge=10, le=3_600, description="For standard: how far its time may be from ours."
    )
    network: str = Field(default="", description="Network of messages that do not say so themselves.")
    account: str = Field(default="", description="Account of yours, for messages that do not say so themselves.")
    scope: str = Field(default="", description="Within what message ids are valid, where messages do not say so.")
    defaults: dict[str, Any] = Field(
        default_factory=dict, description="Fields of the message format where they are empty: {kind: review, lang: de}."
    )
    mapping: str | dict[str, Any] | None = Field(
        default=None,
        description="How the body becomes a message: a YAML file, or the fields themselves. Without it, it is in the message format.",
    )
    records: str = Field(
        default="",
        description="For bodies with several messages: dotted path to them, * for each of a list, as in entry.*.changes.*.value.",
    )
    region: str = Field(
        default="DE", pattern="^[A-Z]{2}$", description="Country of phone numbers that have no country code."
    )

    @field_validator("defaults")
    @classmethod
    def _known_defaults(cls, value: dict[str, Any]) -> dict[str, Any]:
        known = MessageDocument.model_fields.keys()
        for name in value:
            if name not in known:
                message = f"{name!r} is no field of the message format{did_you_mean(name, known)}"
                raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _asked_for(self) -> WebhookSettings:
        if (self.signature == "meta") != (self.verify_token is not None):
            message = "signature: meta and verify_token belong together"
            raise ValueError(message)
        return self

    @property
    def window(self) -> timedelta:
        """Return how far the time of a call may be from ours."""
        return timedelta(seconds=self.window_seconds)

    def all_defaults(self) -> dict[str, Any]:
        """Return the defaults, with network, account and scope among them."""
        named = {"network": self.network, "account": self.account, "scope": self.scope}
        return {name: value for name, value in named.items() if value} | self.defaults

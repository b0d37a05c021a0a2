"""Settings of a mailbox: where it is read, whose it is, where answers leave."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from adapters.email.headers import with_ascii_domain

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Safety(StrEnum):
    """How a connection is encrypted."""

    TLS = "tls"
    """From the first byte on: ports 993 and 465."""
    STARTTLS = "starttls"
    """After a greeting: ports 143 and 587."""
    NONE = "none"
    """Not at all: on this machine only."""


class Vendor(StrEnum):
    """Who signs in by OAuth 2."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"
    OTHER = "other"


class OAuthSettings(BaseModel):
    """An application that is registered with the provider, to sign in without a password."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vendor: Vendor = Field(description="google, microsoft, or other with addresses and scopes of its own.")
    client_id: str = Field(min_length=1, description="Of the application that you registered with the provider.")
    client_secret: SecretStr | None = Field(
        default=None, description="Its secret, as ${MAIL_CLIENT_SECRET}; Microsoft's public clients have none."
    )
    tenant: str = Field(default="common", description="For microsoft: the directory (tenant) of your organisation.")
    authorize_url: str = Field(default="", description="For other: where a person allows it.")
    token_url: str = Field(default="", description="For other: where tokens come from.")
    scopes: tuple[str, ...] = Field(default=(), description="Instead of the vendor's usual scopes.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.vendor is Vendor.OTHER and not (self.authorize_url and self.token_url):
            message = "vendor: other needs authorize_url and token_url"
            raise ValueError(message)
        return self


class EmailSettings(BaseModel):
    """One account: its folders are read, its answers are sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    addresses: tuple[str, ...] = Field(
        min_length=1,
        description="Your own addresses that come in here: what they send is an answer. The first one sends.",
    )
    name: str = Field(default="", description="Name beside the address in answers, such as Acme Support.")
    user: str = Field(default="", description="Whom to sign in as; the first address if left out.")
    password: SecretStr | None = Field(
        default=None, description="As ${MAIL_PASSWORD}; an app password where the provider has such."
    )
    oauth: OAuthSettings | None = Field(
        default=None, description="Instead of a password, for providers that take none: casebridge connect NAME."
    )
    imap_host: str = Field(description="Server that the mailbox is read from.")
    imap_port: int = Field(default=993, ge=1, le=65_535, description="Its port.")
    imap_safety: Safety = Field(default=Safety.TLS, description="tls, starttls, or none for a server on this machine.")
    folders: tuple[str, ...] = Field(
        default=("INBOX",), min_length=1, description="Folders that are read; * stands for any characters: Support/*."
    )
    sent_folder: str = Field(
        default="",
        description="Folder of sent mail: read for answers from other mail programs, and holds copies of ours. Found by itself if left out; none: there is none, and an answer of unknown fate is never looked up.",
    )
    smtp_host: str = Field(default="", description="Server that answers leave by; without it nothing can be answered.")
    smtp_port: int = Field(default=587, ge=1, le=65_535, description="Its port.")
    smtp_safety: Safety = Field(
        default=Safety.STARTTLS, description="starttls, tls, or none for a server on this machine."
    )
    smtp_sign_in: bool = Field(default=True, description="False: the server takes mail without signing in.")
    trusted_authserv: tuple[str, ...] = Field(
        default=(),
        description="Name under which your own receiving server writes Authentication-Results, unnamed for one that leaves it out (Exchange Online); without it no sender is proved.",
    )
    answer_all: bool = Field(default=False, description="Whether answers also go to the others who got the mail.")
    quote: bool = Field(default=False, description="Whether answers quote the customer's mail below.")
    reply_token: bool = Field(
        default=False,
        description="Whether Reply-To of answers is address+token@: needed where a relay changes Message-IDs; the server must deliver such addresses.",
    )
    mark_seen: bool = Field(default=False, description="Whether mails are marked as read once they are stored.")
    page_size: int = Field(default=50, ge=1, le=500, description="Mails on a page.")
    max_bytes: int = Field(
        default=40_000_000, ge=10_000, description="Of a larger mail only so much is read, and no attachments."
    )
    max_sent_bytes: int = Field(
        default=20_000_000, ge=10_000, description="Largest answer with its files, as it goes over the wire."
    )
    timeout: float = Field(default=30, gt=0, le=600, description="Seconds to wait for a server.")

    @field_validator("addresses", "trusted_authserv")
    @classmethod
    def _lower(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each.strip().lower() for each in value)

    @field_validator("addresses")
    @classmethod
    def _mailboxes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            local, _, domain = each.partition("@")
            if not local or not domain or any(sign in each for sign in " <>,;\r\n"):
                message = f"{each!r} is no mail address"
                raise ValueError(message)
        return tuple(map(with_ascii_domain, value))

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if (self.password is None) == (self.oauth is None):
            message = "give a password or oauth, one of the two"
            raise ValueError(message)
        for what, host, safety in (
            ("imap", self.imap_host, self.imap_safety),
            ("smtp", self.smtp_host, self.smtp_safety),
        ):
            if host and safety is Safety.NONE and host not in LOOPBACK:
                message = (
                    f"{what}_safety: none would send everything readable over the network; {host} needs tls or starttls"
                )
                raise ValueError(message)
        return self

    @property
    def address(self) -> str:
        """Return the address that answers come from."""
        return self.addresses[0]

    @property
    def signs_in_as(self) -> str:
        """Return the name to sign in with."""
        return self.user or self.address

"""Settings of a Bluesky account."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class BlueskySettings(BaseModel):
    """An account, how to sign in, what to read and how to answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    handle: str = Field(min_length=3, description="Handle (brand.bsky.social) or DID of the account.")
    app_password: SecretStr = Field(
        default=SecretStr(""),
        description="App password: Settings > Privacy and security > App passwords; empty: casebridge connect asks for it.",
    )
    service: str = Field(
        default="", description="Address of the account's server (PDS); empty: found from the handle when signing in."
    )
    appview: str = Field(default="https://public.api.bsky.app", description="Where handles are looked up.")
    directory: str = Field(default="https://plc.directory", description="Where the server of a DID is looked up.")
    search: tuple[str, ...] = Field(
        default=(), description="Searches for posts that do not mention you: names, products, addresses of yours."
    )
    direct_messages: bool = Field(
        default=False, description="Whether direct messages are read and answered; the app password must allow it."
    )
    chat_service: str = Field(
        default="did:web:api.bsky.chat#bsky_chat", description="The service that direct messages are asked for."
    )
    context: int = Field(
        default=10, ge=0, le=80, description="How many posts above one that concerns you are read with it."
    )
    overlap_hours: float = Field(
        default=24,
        gt=0,
        description="How far each poll looks back, in hours: a post stands where its author's clock puts it.",
    )
    watch: int = Field(
        default=300, ge=0, le=1_000, description="How many of the latest posts are looked after for deletion."
    )
    watch_days: float = Field(default=30, gt=0, description="For how long, in days.")
    watch_minutes: float = Field(default=15, ge=0, description="How often at most, in minutes.")
    split: bool = Field(
        default=False, description="Whether an answer of more than 300 characters becomes a thread of several posts."
    )
    split_posts: int = Field(default=4, ge=2, le=10, description="Most posts that one answer may become.")
    languages: tuple[str, ...] = Field(
        default=(), max_length=3, description="Languages of answers (de, en-GB); empty: those of the post."
    )
    image_bytes: int = Field(default=1_000_000, ge=1, description="Largest image of an answer, in bytes.")
    points_per_hour: int = Field(
        default=5_000, ge=3, description="Points that writes may use in an hour; a post is 3, a deletion 1."
    )
    points_per_day: int = Field(default=35_000, ge=3, description="Points that writes may use in a day.")
    logins_per_day: int = Field(
        default=50, ge=1, le=300, description="Sign-ins a day, of the 300 that Bluesky allows an account."
    )
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")

    @field_validator("handle")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.strip().removeprefix("@")

    @field_validator("service", "appview", "directory")
    @classmethod
    def _safe(cls, value: str) -> str:
        if value and not safe_address(value):
            message = "an address begins with https:// (http:// only on this machine)"
            raise ValueError(message)
        return value.rstrip("/")


def safe_address(value: str) -> bool:
    """Tell whether a password may be sent there."""
    parts = urlsplit(value)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))

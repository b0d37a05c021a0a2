"""Settings of a Discourse forum."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bridge.web_address import safe_address


class DiscourseSettings(BaseModel):
    """A forum, and the user there who reads and answers for you."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(description="Address of the forum, with its folder if it has one: https://forum.example.")
    api_key: SecretStr = Field(description="Key of that user: Admin > API, user level single user.")
    username: str = Field(min_length=1, description="Name of the user who reads and answers for you.")
    team: tuple[str, ...] = Field(
        default=(), description="Names of further users who are yours: what they post are answers, never cases."
    )
    addressed: Literal["everything", "mentions"] = Field(
        default="everything",
        description="everything: the forum is yours. mentions: only what names or answers you, and personal messages; the rest is overheard (`extra.listening`).",
    )
    categories: tuple[int, ...] = Field(
        default=(), description="Only public posts in these categories, by number; all where there is none."
    )
    private: bool = Field(default=True, description="Read personal messages to the user, too.")
    webhook_secret: SecretStr | None = Field(
        default=None,
        min_length=12,
        description="Secret of the forum's webhook, at least 12 characters, where it calls us.",
    )
    shortest: int = Field(default=20, ge=1, description="Shortest answer: the forum's setting min post length.")
    longest: int = Field(default=32_000, ge=1, description="Longest answer: the forum's setting max post length.")
    watch: int = Field(
        default=200,
        ge=0,
        le=1000,
        description="How many of the last posts are looked at again for edits and deletions.",
    )
    watch_minutes: float = Field(default=60, ge=0, description="How often each of them is.")
    looks: int = Field(
        default=15, ge=0, description="Most posts that a run looks at again: forums take 60 calls a minute, as a rule."
    )
    page: int = Field(default=50, ge=1, le=500, description="Posts in one step.")
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")

    @field_validator("base_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        parts = urlsplit(safe_address(value))
        if parts.query or parts.username:
            message = "base_url is the address of the forum alone"
            raise ValueError(message)
        return value.rstrip("/")

    @property
    def host(self) -> str:
        """Return the forum's name: within it, ids are valid."""
        return urlsplit(self.base_url).netloc.lower()

    def is_ours(self, username: str) -> bool:
        """Tell whether a user is you."""
        return username.casefold() in {self.username.casefold(), *(name.casefold() for name in self.team)}

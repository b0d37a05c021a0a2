"""Settings of an account on a Mastodon server."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bridge.web_address import safe_address


class MastodonSettings(BaseModel):
    """One account of yours on one server; several accounts are several connections."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(description="Address of the server on which the account lives: https://social.example.")
    token: SecretStr | None = Field(
        default=None, description="Access token of the account; without it, sign in with casebridge connect NAME."
    )
    answer_in_public: Literal["unlisted", "same"] = Field(
        default="unlisted",
        description="How public posts are answered: unlisted (in the thread, not in timelines), or as the customer's post is. Private posts are answered as direct messages.",
    )
    keep_warning: bool = Field(default=True, description="Answer below the content warning of the customer's post.")
    threads: bool = Field(
        default=True, description="Read the posts above a mention that answers something that was not read."
    )
    watch: int = Field(
        default=200,
        ge=0,
        le=1000,
        description="How many of the last posts are looked at again for edits and deletions.",
    )
    watch_days: float = Field(default=3, gt=0, description="For how long each of them is.")
    watch_minutes: float = Field(default=30, ge=0, description="How often each of them is.")
    reserve: int = Field(
        default=60,
        ge=0,
        description="Calls of the server's window (300 in five minutes, as a rule) that looking again leaves to reading and answers.",
    )
    page: int = Field(default=40, ge=1, le=80, description="Notifications or posts on a page.")
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")

    @field_validator("base_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        parts = urlsplit(safe_address(value))
        if parts.path.strip("/") or parts.query or parts.username:
            message = "base_url is the address of the server alone, such as https://social.example"
            raise ValueError(message)
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @property
    def host(self) -> str:
        """Return the server's name: within it, ids are valid."""
        return urlsplit(self.base_url).netloc

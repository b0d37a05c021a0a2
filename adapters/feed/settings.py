"""Settings of a feed."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class FeedSettings(BaseModel):
    """One RSS or Atom feed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="Address of the feed.")
    network: str = Field(default="feed", pattern=r"^[a-z0-9_-]+$", description="The network's name in message keys.")
    entries: Literal["post", "comment", "review"] = Field(
        default="post", description="What an entry is: an article or a forum's post, a comment, a review."
    )
    addressed: bool = Field(
        default=False,
        description="The entries are said to you, such as comments on your own blog; otherwise they are overheard (`extra.listening`).",
    )
    match: tuple[str, ...] = Field(
        default=(),
        description="Only entries with one of these words in title or text, in any case: [acme, acme internet].",
    )
    own_authors: tuple[str, ...] = Field(default=(), description="Names of authors that are yours: theirs are answers.")
    language: str = Field(default="", description="Language of entries where the feed does not say.")
    user: str = Field(default="", description="User name, where the feed wants one.")
    password: SecretStr | None = Field(default=None, description="Password of that user.")
    page: int = Field(default=50, ge=1, le=500, description="Entries in one step.")
    further: int = Field(
        default=5,
        ge=0,
        le=50,
        description="Most further documents that a feed names as its older ones and that are read.",
    )
    max_bytes: int = Field(default=5_000_000, ge=1_000, description="Largest document that is read.")
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            message = "url is a web address; user and password have settings of their own"
            raise ValueError(message)
        return value

    @property
    def host(self) -> str:
        """Return the site's name: within it, the names of entries are valid."""
        return urlsplit(self.url).netloc.lower()

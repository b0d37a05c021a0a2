"""Settings of a django-helpdesk."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bridge.web_address import safe_address


class DjangoHelpdeskSettings(BaseModel):
    """A site, how to sign in there, and what its numbers mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(description="Address of the helpdesk, with its prefix: https://example.com/helpdesk.")
    token: SecretStr = Field(description="Token of our staff user (rest_framework.authtoken, or another scheme's).")
    scheme: str = Field(
        default="Token", pattern=r"^\w+$", description="First word of the header: Token, Bearer or Basic."
    )
    open: tuple[int, ...] = Field(default=(1, 2), description="Statuses in which a ticket is open.")
    tags_field: str = Field(default="custom_tags", description="Custom field (text) that takes our tags, one a line.")
    personal_fields: tuple[str, ...] = Field(
        default=("custom_customer",), description="Custom fields that a redaction covers."
    )
    automations: tuple[int, ...] = Field(default=(), description="Ids of users that are programs, no agents.")
    webhook_password: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Password with which the site calls /hooks/<target>, as its webhooks are not signed; at least 16 characters.",
    )
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=60, gt=0, description="Seconds to wait for an answer.")
    page: int = Field(
        default=500,
        ge=1,
        le=1000,
        description="Tickets or follow-ups on a page of a list; for each page the site reads all its tickets.",
    )
    batch: int = Field(default=20, ge=1, le=50, description="Records in one write; each takes a call of its own.")
    overlap: int = Field(default=50, ge=0, description="How many follow-ups each poll looks back.")
    deletions_minutes: float = Field(
        default=15, ge=0, description="How often all tickets are listed, to notice which of ours were deleted."
    )

    @field_validator("base_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        return safe_address(value).rstrip("/").removesuffix("/api")

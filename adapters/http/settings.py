"""Settings of a tool that is connected by a manifest."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bridge.web_address import encrypted


class HttpSettings(BaseModel):
    """Which manifest, and what differs from site to site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    manifest: str = Field(
        min_length=1,
        description="One that comes along (freshdesk, zammad, jira-service-management, django_helpdesk, webhook), or a YAML file of the project.",
    )
    base_url: str = Field(default="", description="Address of the API, where it differs from the manifest's.")
    values: dict[str, str | int] = Field(
        default_factory=dict, description="What the manifest wants to know of this site: {values.NAME} there."
    )
    secrets: dict[str, SecretStr] = Field(
        default_factory=dict, description="Keys and passwords that the manifest signs in with: {secrets.NAME} there."
    )
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")
    batch: int = Field(default=20, ge=1, le=500, description="Most records in one go; each takes calls of its own.")
    use_up_to: float = Field(
        default=0.8, gt=0, le=1, description="Share of a daily limit at which deliveries stop; the rest is for others."
    )
    overlap_seconds: float = Field(
        default=300, ge=0, description="How far back each poll looks again, because lists lag and clocks differ."
    )
    watch_minutes: float = Field(
        default=10, ge=0, description="For so long it is watched whether a public answer is taken back."
    )

    @field_validator("base_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        if value and not safe(value):
            message = "base_url begins with https:// (http:// only on this machine)"
            raise ValueError(message)
        return value.rstrip("/")

    @property
    def shipped_mappings(self) -> str:
        """Return the folder of the mappings that come along for this tool."""
        return self.manifest


def safe(address: str) -> bool:
    """Tell whether secrets may be sent to an address: over TLS, or on this machine; never with a user in it."""
    return not urlsplit(address).username and encrypted(address)

"""Settings of a HubSpot account."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bridge.web_address import safe_address

API = "https://api.hubapi.com"


class HubSpotSettings(BaseModel):
    """An account, how to sign in there, and how answers are told from notes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr | None = Field(
        default=None, description="Service key (or the token of an existing private app): pat-…; needs no renewal."
    )
    client_id: str = Field(default="", description="Client id of an OAuth app, instead of a token.")
    client_secret: SecretStr | None = Field(default=None, description="Client secret of the OAuth app.")
    refresh_token: SecretStr | None = Field(default=None, description="Refresh token of the OAuth app's installation.")
    base_url: str = Field(default=API, description="Address of the API; http only for a pretend account on loopback.")
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")
    portal: str = Field(
        default="",
        pattern=r"^\d*$",
        description="The account's number (Hub ID): a key of another account is refused, and what stands nowhere any more counts as deleted.",
    )
    time_zone: str = Field(default="UTC", description="The account's time zone: daily limits end at its midnight.")
    calls_per_10_seconds: int = Field(default=100, ge=10, description="Burst limit until HubSpot has told its own.")
    use_up_to: float = Field(
        default=0.8, gt=0, le=1, description="Share of the account's daily calls at which all stops."
    )
    reserve: float = Field(default=0.1, ge=0, lt=1, description="Share of it kept for answers and deletions.")
    imports_up_to: float = Field(
        default=0.2, gt=0, le=1, description="Share of it that reading contacts and tickets may take."
    )
    pipeline: str = Field(
        default="0", description="The pipeline that the mapping of cases names; check looks what would mail from there."
    )
    waiting_stages: tuple[str, ...] = Field(
        default=("2",), description="Stages that mean: waiting for the customer; by default that of the first pipeline."
    )
    answers: tuple[Literal["notes", "emails", "threads"], ...] = Field(
        default=("notes",),
        min_length=1,
        description="Where agents answer customers. Mails and threads of the inbox reach them by HubSpot, too.",
    )
    channel: str = Field(default="", pattern=r"^\d*$", description="Id of a custom channel that messages go into.")
    channel_account: str = Field(default="", pattern=r"^\d*$", description="Id of our account of that channel.")
    answer_prefix: str = Field(
        default="#reply", min_length=2, description="A note that begins with this word answers the customer."
    )
    handles: dict[str, str] = Field(
        default_factory=dict,
        description="Properties of contacts in which their handles stand, by network: {bluesky: bluesky_handle}; twitterhandle is read anyway.",
    )
    export_contacts_from: int = Field(
        default=0, ge=0, description="From so many contacts on, the first reading is an export; 0: always by lists."
    )
    overlap_seconds: float = Field(
        default=600, ge=60, description="How far back each poll looks again, because HubSpot's search lags."
    )
    deletions_minutes: float = Field(default=15, ge=0, description="How often deleted records are listed.")
    post_properties: tuple[str, ...] = Field(
        default=(),
        description="Properties of tickets in which an earlier connector kept a post's address or message key.",
    )
    archived_owner: Literal["none", "refuse"] = Field(
        default="none", description="What to do where an owner was deactivated: leave it without owner, or refuse."
    )

    @field_validator("base_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        return safe_address(value).rstrip("/")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            message = f"{value!r} is no time zone; write one such as Europe/Berlin"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _one_way_in(self) -> HubSpotSettings:
        parts = (self.client_id, self.client_secret, self.refresh_token)
        if bool(self.token) == any(parts) or (any(parts) and not all(parts)):
            message = "give either token, or client_id, client_secret and refresh_token"
            raise ValueError(message)
        if bool(self.channel) != bool(self.channel_account):
            message = "channel and channel_account go together"
            raise ValueError(message)
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Return the account's time zone."""
        return ZoneInfo(self.time_zone)

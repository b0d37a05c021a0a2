"""Settings of a Zendesk account."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bridge.web_address import safe_address


class ZendeskSettings(BaseModel):
    """An account, how to sign in there, and how much of its limits may be used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="Address of the account: https://acme.zendesk.com; http only for one on loopback.")
    email: str = Field(default="", description="Address of the agent whose API token this is; an admin's.")
    token: SecretStr | None = Field(default=None, description="API token of that agent's account.")
    oauth_token: SecretStr | None = Field(default=None, description="OAuth access token, instead of address and token.")
    client_id: str = Field(default="", description="Identifier of an OAuth client that gets its tokens itself.")
    client_secret: SecretStr | None = Field(default=None, description="Secret of that OAuth client.")
    grant: Literal["client_credentials", "authorization_code"] = Field(
        default="client_credentials",
        description="How that OAuth client gets its tokens: by itself, or once with a person's help (casebridge connect) and renewed from then on.",
    )
    scope: str = Field(default="read write", description="Scopes that the OAuth client asks for.")
    token_seconds: int = Field(
        default=7_200, ge=600, le=172_000, description="How long a token of the OAuth client is to last, in seconds."
    )
    tag: str = Field(
        default="casebridge", pattern=r"^\S+$", description="Tag of our tickets; check looks whether triggers spare it."
    )
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")
    calls_per_minute: int = Field(default=400, ge=10, description="The plan's limit, until Zendesk has told it itself.")
    exports_per_minute: int = Field(default=10, ge=1, description="Calls of incremental exports; 30 with the add-on.")
    use_up_to: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="Part of the account's minute after which deliveries wait, others' use counted.",
    )
    job_wait: float = Field(
        default=0, ge=0, description="Seconds to wait for a batch's job before it is left to a later look at all jobs."
    )
    export_lag: float = Field(
        default=70,
        ge=0,
        description="Seconds that exports lag behind; verify waits until they show the latest change.",
    )
    overlap_seconds: float = Field(default=120, ge=60, description="How far back each poll of events looks again.")
    deletions_minutes: float = Field(default=15, ge=0, description="How often deleted tickets are listed.")
    closed_tickets: Literal["follow_up", "refuse"] = Field(
        default="follow_up", description="What becomes of a message for a ticket of ours that is closed for good."
    )
    handles: dict[str, str] = Field(
        default_factory=dict,
        description="Fields of users in which their handles stand, by network: {bluesky: user_fields.bluesky}.",
    )
    identities_verified: bool = Field(
        default=True, description="Whether further addresses of a user are added as verified ones."
    )
    history_days: float = Field(
        default=30,
        gt=0,
        description="Tickets that began longer ago, and all that are closed already, are imported: at their own times, past all triggers.",
    )
    fallback_group: str = Field(
        default="", pattern=r"^\d*$", description="Number of the group for tickets whose assignee is no agent any more."
    )
    time_field: str = Field(
        default="",
        pattern=r"^\d*$",
        description="Number of the Time Tracking app's field Total time spent (sec); empty if time is not tracked.",
    )
    old_posts: dict[str, str] = Field(
        default_factory=dict,
        description="Fields in which an old connector kept the post of a ticket: name and what to put before its value, x// for ids of X.",
    )
    open_cases_days: float = Field(
        default=90, gt=0, description="How far back the first reading looks for open tickets that others made."
    )

    @field_validator("url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        return safe_address(value, "url").rstrip("/")

    @model_validator(mode="after")
    def _one_way_in(self) -> ZendeskSettings:
        pairs = ((bool(self.email), self.token), (bool(self.client_id), self.client_secret))
        halves = any(named != (secret is not None) for named, secret in pairs)
        ways = sum(secret is not None for secret in (self.token, self.oauth_token, self.client_secret))
        if halves or ways != 1:
            message = "give either email and token, or client_id and client_secret, or oauth_token"
            raise ValueError(message)
        if self.by_person and not self.client_secret:
            message = "grant: authorization_code needs client_id and client_secret"
            raise ValueError(message)
        return self

    @property
    def by_person(self) -> bool:
        """Tell whether a person signs in, and tokens are renewed from then on."""
        return self.grant == "authorization_code"

"""Settings of a Request Tracker."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bridge.web_address import safe_address


class RequestTrackerSettings(BaseModel):
    """A server, how to sign in there, and what its words mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(description="Address of Request Tracker, with its WebPath: https://rt.example.com or …/rt.")
    token: SecretStr = Field(description="Auth token of our user: Logged in as … > Settings > Auth Tokens; 1-14-….")
    user: str = Field(min_length=1, description="Name of the user whose token it is; what it writes is known as ours.")
    queues: tuple[str, ...] = Field(min_length=1, description="The queues that the mapping of cases names.")
    closed: tuple[str, ...] = Field(
        default=("resolved", "rejected", "deleted"), description="Statuses that end a ticket, of every lifecycle."
    )
    waiting: tuple[str, ...] = Field(default=("stalled",), description="Statuses in which a ticket waits for somebody.")
    reopen_to: str = Field(
        default="open", description="Status of a reopened ticket where its lifecycle has no button for that."
    )
    automations: tuple[str, ...] = Field(
        default=(), description="Names of users that are programs; what they write is no agent's answer."
    )
    change_field: str = Field(
        default="Casebridge Change",
        description="Custom field of transactions that marks our edits and notes, so that none is written twice.",
    )
    tags_field: str = Field(default="Casebridge Tags", description="Custom field of tickets that takes our tags.")
    handles: dict[str, str] = Field(
        default_factory=dict,
        description="Fields of users in which their handles stand, by network: {bluesky: 'CF.{Bluesky}'}.",
    )
    mail_requestors: bool = Field(
        default=False,
        description="Whether a person with a mail address may become the requestor, whom scrips then mail.",
    )
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=60, gt=0, description="Seconds to wait for an answer.")
    batch: int = Field(default=20, ge=1, le=50, description="Records in one call; each takes about 0.2 s there.")
    overlap: int = Field(
        default=200, ge=0, description="How many transactions each poll looks back: ids are given before they are seen."
    )

    @field_validator("base_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        return safe_address(value).rstrip("/").removesuffix("/REST/2.0")

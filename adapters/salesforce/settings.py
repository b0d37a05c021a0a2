"""Settings of a Salesforce org."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Answers = Literal["CaseComment", "FeedItem", "FeedComment", "EmailMessage"]
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_EMPTY = SecretStr("")


class SalesforceSettings(BaseModel):
    """One org and how Casebridge works in it. Give one of: consumer_secret, private_key, access_token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="The org's My Domain address, https://ACME.my.salesforce.com.")
    consumer_key: str = Field(default="", description="Consumer key of the External Client App.")
    consumer_secret: SecretStr = Field(default=_EMPTY, description="Its secret: client credentials flow.")
    private_key: SecretStr = Field(default=_EMPTY, description="Private key (PEM) of its certificate: JWT bearer flow.")
    username: str = Field(default="", description="User that the JWT bearer flow signs in as.")
    audience: str = Field(
        default="https://login.salesforce.com",
        description="Who the JWT is for; https://test.salesforce.com for a sandbox.",
    )
    access_token: SecretStr = Field(default=_EMPTY, description="A session that somebody else keeps; never renewed.")
    version: str = Field(default="66.0", pattern=r"^\d+\.0$", description="Version of the API.")
    timeout: float = Field(default=120, gt=0, description="Seconds to wait for an answer before it counts as lost.")
    case_owner: str = Field(
        default="", description="Id of the queue that owns new cases unless an assignment rule says otherwise."
    )
    record_owner: str = Field(
        default="", description="Id of the user who owns new contacts, person accounts and tasks."
    )
    fallback_queue: str = Field(default="", description="Id of the queue for cases whose owner is not active any more.")
    allow_duplicates: bool = Field(
        default=False, description="Save contacts although a duplicate rule that may be overruled objects."
    )
    parent_field: str = Field(
        default="", description="Field of the messages' object that holds the case; empty: the usual one of the object."
    )
    tag_field: str = Field(default="Casebridge_Tags__c", description="Text field of Case that takes tags.")
    reopened_status: str = Field(default="New", description="Status of a case that is opened again.")
    waiting_statuses: tuple[str, ...] = Field(
        default=("On Hold", "Waiting on Customer", "Waiting"), description="Statuses that mean: waiting."
    )
    answers: tuple[Answers, ...] = Field(
        default=("CaseComment", "FeedItem", "FeedComment"),
        description="Objects in which agents answer. With EmailMessage mails that were sent from a case go to the network, too.",
    )
    handles: dict[str, str] = Field(
        default_factory=dict,
        description="Fields of contacts or person accounts in which their handles stand, by network: {bluesky: Bluesky__c}.",
    )
    address: tuple[str, ...] = Field(
        default=(),
        description="Fields of contacts or person accounts for street, then town, that no public answer may tell: [MailingStreet, MailingPostalCode, MailingCity].",
    )
    automations: tuple[str, ...] = Field(
        default=(), description="Usernames of programs that work in cases; what they write is no agent's answer."
    )
    records_per_call: int = Field(
        default=1000,
        ge=200,
        le=1000,
        multiple_of=200,
        description="New records in one call: collections of 200, up to five of them in one composite call.",
    )
    bulk_from: int = Field(
        default=0, ge=0, description="From so many new records on, the Bulk API takes them, settled later; 0: never."
    )
    bulk_contacts_from: int = Field(
        default=5000, ge=1, description="From so many contacts on, the first reading is a bulk query."
    )
    use_up_to: float = Field(default=0.8, gt=0, le=1, description="Share of the org's daily calls at which all stops.")
    reserve: float = Field(default=0.1, ge=0, lt=1, description="Share of it kept for answers and deletions.")
    imports_up_to: float = Field(default=0.2, gt=0, le=1, description="Share of it that reading contacts may take.")

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        """Return the address without a path; plain http only for a pretend org on this machine."""
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("url begins with https://")
        return f"{parts.scheme}://{parts.netloc}"

    @model_validator(mode="after")
    def _has_credentials(self) -> Self:
        """Check that there is exactly one way in, and all that it needs."""
        ways = [name for name in ("consumer_secret", "private_key", "access_token") if getattr(self, name)]
        if len(ways) != 1:
            raise ValueError("give one of consumer_secret, private_key and access_token")
        if ways != ["access_token"] and not self.consumer_key:
            raise ValueError(f"{ways[0]} needs consumer_key")
        if ways == ["private_key"] and not self.username:
            raise ValueError("private_key needs username")
        return self

    @property
    def batch(self) -> int:
        """Return the largest number of records in one write."""
        return max(self.records_per_call, 10_000 if self.bulk_from else 0)

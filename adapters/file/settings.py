"""Settings of the file source."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bridge.document_faults import did_you_mean
from bridge.message_documents import MessageDocument, PersonDocument

Format: TypeAlias = Literal["auto", "jsonl", "json", "csv", "tsv"]
STDIN = "-"


class FileSettings(BaseModel):
    """Which files to read, how they are written, and how their rows become messages or people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(
        min_length=1,
        description="A file, a pattern such as exports/*.csv (read in order of name), or - for standard input; relative to the project folder. Files may be packed with gzip.",
    )
    format: Format = Field(default="auto", description="How the file is written; auto looks at its name and beginning.")
    encoding: str = Field(
        default="auto",
        description="Character encoding such as utf-8 or cp1252; auto guesses it from the content, and check says which.",
    )
    delimiter: str = Field(
        default="auto",
        pattern=r"^(auto|.|\\t)$",
        description="What separates cells of a CSV file; auto tries , ; tab and |.",
    )
    quote: str = Field(
        default="auto",
        pattern=r"^(auto|none|.)$",
        description='What encloses cells that contain separators, usually "; none if quotes are ordinary characters; auto guesses.',
    )
    columns: tuple[str, ...] = Field(
        default=(), description="Names of the columns, for a CSV file without a line of headings."
    )
    what: Literal["messages", "people"] = Field(
        default="messages", description="Whether a row is a message or a person (a contact of your CRM)."
    )
    network: str = Field(
        default="", description="Network of messages that do not say so themselves: x, mail, reviews …"
    )
    account: str = Field(default="", description="Account of yours, for messages that do not say so themselves.")
    scope: str = Field(
        default="", description="Within what message ids are valid, for messages that do not say so themselves."
    )
    defaults: dict[str, Any] = Field(
        default_factory=dict,
        description="Fields of the message (or person) format for rows where they are empty: {kind: mail, lang: de}.",
    )
    mapping: str | dict[str, Any] | None = Field(
        default=None,
        description="How columns become fields: a YAML file, or the fields themselves. Without it, columns are named as in the message format.",
    )
    records: str = Field(
        default="",
        description="For JSON whose list of rows stands deeper: dotted path to the list, such as data.messages.",
    )
    each: str = Field(
        default="",
        description="For rows that contain a list of messages: dotted path to that list. Each item becomes a row, the row around it is `parent`, its place in the list `index`.",
    )
    region: str = Field(
        default="DE", pattern="^[A-Z]{2}$", description="Country of phone numbers that have no country code."
    )
    max_record_bytes: int = Field(default=1_000_000, ge=1_000, description="Longer rows, in bytes, are set aside.")
    outbox: str | None = Field(
        default=None,
        pattern=r"\.(jsonl|ndjson)$",
        description="File that agents' answers are written to, one JSON line each in the message format, such as answers.jsonl; relative to the project folder. Keep what is in it. Without it nothing is answered.",
    )
    page_size: int = Field(default=1_000, ge=1, le=10_000, description="Rows that are stored in one transaction.")

    @field_validator("defaults")
    @classmethod
    def _known_defaults(cls, value: dict[str, Any]) -> dict[str, Any]:
        known = MessageDocument.model_fields.keys() | PersonDocument.model_fields.keys()
        for name in value:
            if name not in known:
                message = f"{name!r} is no field of the message format{did_you_mean(name, known)}"
                raise ValueError(message)
        return value

    def all_defaults(self) -> dict[str, Any]:
        """Return the defaults for documents, with network, account and scope among them."""
        if self.what == "people":
            return self.defaults
        named = {"network": self.network, "account": self.account, "scope": self.scope}
        return {name: value for name, value in named.items() if value} | self.defaults

"""What of a manifest speaks of answers: where things stand in them, and what they mean."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, TypeAlias

import jmespath  # type: ignore[import-untyped]  # ships no types
from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]  # ships no types
from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _compiles(path: str) -> str:
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        message = f"this is no JMESPath ({str(error).splitlines()[0]})"
        raise ValueError(message) from error
    return path


Path: TypeAlias = Annotated[str, AfterValidator(_compiles)]
"""JMESPath into an answer."""


class Part(BaseModel):
    """Part of a manifest: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Means(StrEnum):
    """What an answer means, named for what happens next."""

    DONE = "done"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    ABSENT = "absent"
    DELETED = "deleted"
    MERGED = "merged"
    STALE = "stale"
    LIMITED = "limited"
    LATER = "later"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"


class Rule(Part):
    """What an answer means; the first rule that fits is taken."""

    status: int | list[int] | None = Field(default=None, description="Status, or several.")
    path: Path | None = Field(
        default=None, description="JMESPath into the body that must find something, and not false."
    )
    value: Any = Field(default=None, description="What the path must find, where that matters.")
    header: str = Field(default="", description="A header that must be there.")
    means: Means = Field(description="What happens next.")
    reason: Path | None = Field(default=None, description="JMESPath to the tool's own words.")
    field: Path | None = Field(default=None, description="JMESPath to the name of the field to blame.")
    code: Path | None = Field(default=None, description="JMESPath to the tool's code.")
    remedy: str = Field(default="", description="What a person does about it.")
    after: str = Field(
        default="Retry-After", description="With limited or later: the header with seconds or a time to wait."
    )
    wait: Path | None = Field(
        default=None, description="With limited or later: JMESPath to the same in the body, also within a sentence."
    )
    job: Path | None = Field(default=None, description="With accepted: JMESPath to the id of the job.")
    survivor: Path | None = Field(default=None, description="With merged: JMESPath to the id that stands.")
    candidates: Path | None = Field(
        default=None, description="With duplicate: JMESPath to the ids that the tool means."
    )


class Take(Part):
    """A value out of an answer."""

    path: Path = Field(description="JMESPath to it.")
    map: dict[str, Any] | None = Field(default=None, description="Value → ours; '*' for all others.")
    time: str | list[str] | None = Field(
        default=None, description="How a time is written: iso, epoch, epoch_ms or a format."
    )
    zone: str = Field(default="UTC", description="Time zone of times without one.")
    html: bool = Field(default=False, description="It is HTML; make it plain text.")
    split: str = Field(default="", description="Cut a text at this into a list.")


Reading: TypeAlias = Path | Take
"""A JMESPath, or one with what is done to the value."""


class Reads(Part):
    """Where things stand in a row."""

    at: Reading | None = Field(default=None, description="When it was changed last.")
    created_at: Reading | None = Field(default=None, description="When it was made.")
    deleted: Reading | None = Field(default=None, description="Whether it is deleted.")
    merged_into: Reading | None = Field(default=None, description="Id of the record that it was merged into.")
    name: Reading | None = Field(default=None, description="Person: the name.")
    emails: Reading | None = Field(
        default=None, description="Person, or case of somebody who has no record: mail address or addresses."
    )
    phones: Reading | None = Field(default=None, description="The same: phone number or numbers.")
    address: Reading | None = Field(
        default=None, description="Person: street and town, which no public answer may tell."
    )
    handles: dict[str, Reading] = Field(default={}, description="The same: network → handle there.")
    subject: Reading | None = Field(default=None, description="Case: the subject.")
    text: Reading | None = Field(default=None, description="Case or message: the text.")
    closed: Reading | None = Field(default=None, description="Case: whether it is closed.")
    closed_at: Reading | None = Field(default=None, description="Case: since when.")
    person: Reading | None = Field(default=None, description="Case: id of its person.")
    status: Reading | None = Field(default=None, description="Case: open, waiting or closed.")
    native_status: Reading | None = Field(
        default=None,
        description="Case: the status in the tool's own word, for approvals; what status is mapped from, if not given.",
    )
    priority: Reading | None = Field(default=None, description="Case: priority.")
    owner: Reading | None = Field(default=None, description="Case: who owns it.")
    queue: Reading | None = Field(default=None, description="Case: its queue.")
    actor: Reading | None = Field(
        default=None, description="Case: who changed it last: agent, automation, customer, us or unknown."
    )
    parent: Reading | None = Field(default=None, description="Message: id of its case.")
    public: Reading | None = Field(default=None, description="Message: whether it is for the customer.")
    author: Reading | None = Field(default=None, description="Message: agent, automation, customer, us or unknown.")
    author_id: Reading | None = Field(default=None, description="Message: id of who wrote it; our own login's is us.")
    author_name: Reading | None = Field(default=None, description="Message: name of who wrote it.")
    files: Reading | None = Field(default=None, description="Message: names of its files.")

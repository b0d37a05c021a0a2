"""What the project file says of how long a source's messages are kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.sections import Section

Days = Annotated[float, Field(ge=0)] | Literal["never"] | None


class RetentionEntry(Section):
    """For how long what a source brings is kept, in days; what is left out is as the network wants it, else for good."""

    keep_days: Days = Field(
        default=None,
        description="Texts, payloads, files and the words of answers, from when they were stored; never: for good.",
    )
    raw_days: Days = Field(
        default=None, description="Payloads as they came, and what could not be read; never: for good."
    )
    deleted_days: Days = Field(
        default=None,
        description="What its author deleted on the network, from when that was seen there; never: for good.",
    )

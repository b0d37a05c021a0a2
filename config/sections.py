"""What all parts of the project file have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Part of the project file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def one_or_many(value: object) -> object:
    """Return a single text as a list of one; anything else as it is."""
    return (value,) if isinstance(value, str) else value

"""Parts of the project file about agents' answers: templates, and approval."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from config.sections import Section


class TemplatesEntry(Section):
    """Texts that agents answer with by name: one file a template, `NAME.yaml`, with a text in each language."""

    folder: Path = Field(default=Path("templates"), description="Folder with the templates, in the project folder.")
    fallback: str = Field(
        default="en",
        pattern=r"^[a-z]{2,3}$",
        description="Language of the text that is taken where a template has none in the customer's language.",
    )


class ApprovalEntry(Section):
    """Which value of a case's field lets an answer go: one of status, queue, priority or owner."""

    status: str = Field(default="", description="Status of the case that lets its answers go, in the tool's own word.")
    queue: str = Field(default="", description="Or the queue.")
    priority: str = Field(default="", description="Or the priority.")
    owner: str = Field(default="", description="Or the owner.")
    rejected: str = Field(default="", description="Value of the same field that stops them.")
    four_eyes: bool = Field(default=False, description="Whether it must be set by somebody else than the author.")

    @model_validator(mode="after")
    def _one_field(self) -> Self:
        if len(self.fields()) != 1:
            message = "name one field of the case and its value, as status: Approved"
            raise ValueError(message)
        return self

    def fields(self) -> dict[str, str]:
        """Return what is named: field → value."""
        named = {"status": self.status, "queue": self.queue, "priority": self.priority, "owner": self.owner}
        return {name: value for name, value in named.items() if value}

"""The part of the project file that says whom to tell when something is wrong."""

from __future__ import annotations

from datetime import time
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator

from config.sections import Section, one_or_many


class AlertChannelEntry(Section):
    """A way to tell people of alarms."""

    type: Literal["mail", "webhook", "slack", "teams"] = Field(description="How they are told.")
    url: SecretStr | None = Field(default=None, description="For webhook, slack, teams: the address; it is a secret.")
    to: tuple[str, ...] = Field(default=(), description="For mail: addresses; a single one will do.")
    sender: str = Field(default="", description="For mail: who it is from.")
    host: str = Field(default="", description="For mail: the SMTP server.")
    port: int = Field(default=587, ge=1, le=65_535, description="For mail: its port.")
    user: str = Field(default="", description="For mail: who signs in there.")
    password: SecretStr | None = Field(default=None, description="For mail: with what.")

    @field_validator("to", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return one_or_many(value)

    @model_validator(mode="after")
    def _complete(self) -> AlertChannelEntry:
        needed = ("to", "sender", "host") if self.type == "mail" else ("url",)
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            message = f"{self.type} needs {' and '.join(missing)}"
            raise ValueError(message)
        return self


class AlertsEntry(Section):
    """Whom to tell when something is wrong, and when."""

    to: dict[str, AlertChannelEntry] = Field(default_factory=dict, description="Name → a way to tell people.")
    least: Literal["info", "warning", "critical"] = Field(
        default="warning", description="The least severity that is told."
    )
    quiet_from: time = Field(default=time(0), description="From this hour on only what is critical is told.")
    quiet_until: time = Field(default=time(0), description="Until this hour; the same as quiet_from: never quiet.")
    zone: str = Field(default="UTC", description="Time zone of the quiet hours, such as Europe/Berlin.")
    heartbeat: SecretStr | None = Field(
        default=None, description="Address that is called after each good run, for a dead man's switch."
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError):
            message = f"{value!r} is no time zone"
            raise ValueError(message) from None
        return value

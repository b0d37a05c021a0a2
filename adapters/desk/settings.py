"""Settings of the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bridge.errors import ConfigError
from bridge.faults import Fault  # noqa: TC001 - pydantic reads annotations at run time

Probability = Annotated[float, Field(ge=0, le=1)]


class CustomField(BaseModel):
    """A field that this desk has beyond the usual ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["string", "text", "integer", "number", "boolean", "datetime", "picklist", "list"] = Field(
        default="string", description="What values it takes."
    )
    length: int | None = Field(default=None, ge=1, description="Longest text, in characters.")
    picklist: tuple[str, ...] = Field(default=(), description="The values of a picklist.")
    required: bool = Field(default=False, description="Whether a new record must have it.")


class CustomFields(BaseModel):
    """Custom fields of each object, by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    Person: dict[str, CustomField] = Field(default_factory=dict, description="Custom fields of persons.")
    Case: dict[str, CustomField] = Field(default_factory=dict, description="Custom fields of cases.")
    Message: dict[str, CustomField] = Field(default_factory=dict, description="Custom fields of messages.")


class DeskSettings(BaseModel):
    """Where the desk lives and how it behaves. It has no secrets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(default=Path("desk.db"), description="The desk's SQLite file, relative to the project folder.")
    custom_fields: CustomFields = Field(default_factory=CustomFields, description="Fields beyond the usual ones.")
    search_lag: float = Field(default=0, ge=0, description="Seconds for which the desk's search misses a new record.")
    job_delay: float = Field(default=0, ge=0, description="Seconds until a job is done, where the fault job is played.")
    automation: bool = Field(default=True, description="Whether an agent's answer opens a new case by itself.")
    auto_reply: str = Field(default="", description="A public text that an automation puts into each new case.")
    faults: dict[Fault, Probability] = Field(
        default_factory=dict,
        description="Probability of each played fault; the environment variable DESK_FAULTS (fault:rate,…) adds to it.",
    )
    faults_seed: int | None = Field(
        default=None, description="Makes played faults repeatable; DESK_FAULTS_SEED in the environment wins."
    )


class PlayedFaults(BaseSettings):
    """Faults that the environment asks for: ``DESK_FAULTS`` and ``DESK_FAULTS_SEED``."""

    model_config = SettingsConfigDict(env_prefix="DESK_", env_ignore_empty=True, extra="ignore", frozen=True)

    faults: str = ""
    faults_seed: int | None = None


def played_faults() -> PlayedFaults:
    """Return what the environment asks for; raises ``ConfigError``."""
    try:
        return PlayedFaults()
    except ValidationError as error:
        message = "The environment variable DESK_FAULTS_SEED is no whole number."
        raise ConfigError(message) from error

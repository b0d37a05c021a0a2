"""Settings of the network and the CRM in memory."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bridge.faults import Fault  # noqa: TC001 - pydantic reads annotations at run time

Probability = Annotated[float, Field(ge=0, le=1)]


class Played(BaseModel):
    """Faults that the far side plays, and how slow its search is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr = Field(default=SecretStr(""), description="A secret that nothing needs, so that none shows.")
    faults: dict[Fault, Probability] = Field(default_factory=dict, description="Probability of each played fault.")
    faults_seed: int | None = Field(default=None, description="Makes played faults repeatable.")
    search_lag: float = Field(default=0, ge=0, description="Seconds for which a search misses something new.")


class MemorySourceSettings(Played):
    """A network in memory."""

    network: str = Field(default="memory", description="The network's name in message keys.")
    brand: str = Field(default="brand", description="Profile id of the brand there.")
    page_size: int = Field(default=50, ge=1, description="Events on a page.")
    overlap: int = Field(default=0, ge=0, description="Events of the page before that each page repeats.")
    max_length: int = Field(default=280, ge=1, description="Longest answer, in characters.")
    reply_window_hours: float = Field(default=24, gt=0, description="For how long a direct message can be answered.")


class MemoryTargetSettings(Played):
    """A CRM in memory."""

    batch: int = Field(default=50, ge=1, description="Most records in one write.")
    job_delay: float = Field(default=0, ge=0, description="Seconds until an accepted job is done.")

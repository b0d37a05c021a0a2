"""Identity policy: which identifiers link, how strongly, and under which guards."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class IdentityPolicy(BaseModel):
    """One version for the whole store; a change is a dated decision."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default_region: str = Field(
        "DE", pattern="^[A-Z]{2}$", description="Region for phone numbers without a country code."
    )
    own_domains: tuple[str, ...] = Field(
        (), description="Mail domains of the company itself; their addresses never link."
    )

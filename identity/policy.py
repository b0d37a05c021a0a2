"""Identity policy: which identifiers link, how strongly, and under which guards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, field_validator

from identity.model import Identifier, IdentifierKind, Relation

if TYPE_CHECKING:
    from collections.abc import Mapping


class NameCheck(StrEnum):
    """What the names on both sides of a link must say."""

    NONE = "none"
    """Nothing: the identifier proves one person by itself."""
    COMPATIBLE = "compatible"
    """Nothing against one person; no name is no objection."""
    KNOWN = "known"
    """Known on both sides and compatible; without a name the link is provisional."""
    FIRST = "first"
    """First names known on both sides and compatible; without any name the link is provisional."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How an identifier that is shown in one relation links. A link has the rule of its weaker side."""

    name: str
    priority: int
    """Links are tried in this order, the smallest first; decisions of people come before all of them."""
    names: NameCheck


def _same(rule: Rule, kind: IdentifierKind, *relations: Relation) -> dict[tuple[IdentifierKind, Relation], Rule]:
    return {(kind, relation): rule for relation in relations}


_K, _R = IdentifierKind, Relation
_PROVEN = (_R.AUTHENTICATED, _R.ATTESTED)
_KEPT = (_R.PROFILE, _R.CRM)

SENDER_RULES: Mapping[tuple[IdentifierKind, Relation], Rule] = {
    (_K.EMAIL, _R.SENDER): Rule("unverified mail sender", 46, NameCheck.COMPATIBLE),
    (_K.EMAIL_FOLDED, _R.SENDER): Rule("same mailbox as unverified mail sender", 48, NameCheck.COMPATIBLE),
}
"""In force while the policy trusts senders whose mail carries no valid authentication."""

RULES: Mapping[tuple[IdentifierKind, Relation], Rule] = {
    **_same(Rule("CRM record id", 10, NameCheck.NONE), _K.CRM_ID, *_PROVEN, *_KEPT),
    **_same(Rule("account id of the network", 20, NameCheck.NONE), _K.UID, *_PROVEN, *_KEPT),
    **_same(Rule("verified mail address", 30, NameCheck.NONE), _K.EMAIL, *_PROVEN),
    **_same(Rule("same mailbox, verified", 35, NameCheck.COMPATIBLE), _K.EMAIL_FOLDED, *_PROVEN),
    **_same(Rule("mail address", 40, NameCheck.COMPATIBLE), _K.EMAIL, *_KEPT),
    **_same(Rule("same mailbox", 44, NameCheck.COMPATIBLE), _K.EMAIL_FOLDED, *_KEPT),
    **_same(Rule("customer number", 45, NameCheck.KNOWN), _K.CUSTOMER_NUMBER, *_PROVEN, _R.CRM),
    **_same(Rule("attested phone number", 50, NameCheck.KNOWN), _K.PHONE, *_PROVEN, _R.PROFILE),
    **_same(Rule("phone number", 60, NameCheck.FIRST), _K.PHONE, _R.CRM, _R.SENDER),
    **_same(Rule("handle", 70, NameCheck.NONE), _K.HANDLE, *_PROVEN, *_KEPT),
}
"""What links at all. Claims, mentions and order numbers are missing: they never do."""

_ALL_RULES = {**RULES, **SENDER_RULES}

DECISION_PRIORITY = 0
ECHO_PRIORITY = 1
PROVISIONAL_PRIORITY = 90
WEAK_FROM = 40
"""Identifiers from this priority on are frozen first where a component grows too large."""


class IdentityPolicy(BaseModel):
    """One version for the whole store; a change is a dated decision."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default_region: str = Field(
        default="DE", pattern="^[A-Z]{2}$", description="Region for phone numbers without a country code."
    )
    own_domains: tuple[str, ...] = Field(
        default=(), description="Mail domains of the company itself; their addresses never link."
    )
    extra_role_locals: tuple[str, ...] = Field(
        default=(),
        description="Further names before the @ that belong to an office and not to a person; they never link.",
    )
    blocked_identifiers: tuple[str, ...] = Field(
        default=(), description="Identifiers that link nobody, as kind:scope:value, for example phone::+49301234567."
    )
    trust_unauthenticated_senders: bool = Field(
        default=True,
        description="Let a mail sender without valid authentication link, below all verified addresses and only with "
        "compatible names; false makes it a suggestion.",
    )
    max_people_per_email: int = Field(
        default=2,
        ge=1,
        description="A mail address shown by more different people than this is shared and links nobody.",
    )
    max_people_per_phone: int = Field(
        default=2,
        ge=1,
        description="A phone number shown by more different people than this is shared and links nobody.",
    )
    max_rows_per_value: int = Field(
        default=3, ge=1, description="A value in more records of one CRM than this, not all of one name, is shared."
    )
    max_accounts_per_value: int = Field(
        default=3, ge=1, description="A value on more accounts of one network than this, of different names, is shared."
    )
    max_vertices_per_value: int = Field(
        default=100, ge=2, description="A value on more accounts and records than this is shared, whatever their names."
    )
    max_emails_per_customer: int = Field(
        default=5, ge=1, description="A link that would give a customer more mailboxes than this goes to review."
    )
    max_phones_per_customer: int = Field(
        default=4, ge=1, description="A link that would give a customer more phone numbers than this goes to review."
    )
    max_accounts_per_network: int = Field(
        default=3,
        ge=1,
        description="A link that would give a customer more accounts of one network than this goes to review.",
    )
    recycled_after_months: int = Field(
        default=12,
        ge=1,
        description="A phone number that shows up under another name this many months (of 30 days) after its last "
        "owner was seen has a new owner; a handle likewise.",
    )
    component_cap: int = Field(
        default=5_000,
        ge=2,
        description="Where more accounts and records than this hang together, the weak identifiers that most of them "
        "share stop linking.",
    )

    @field_validator("own_domains", "extra_role_locals")
    @classmethod
    def _lower(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(value.strip().lower().removeprefix("@") for value in values)

    @field_validator("blocked_identifiers")
    @classmethod
    def _known_form(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            try:
                Identifier.parse(value)
            except ValueError:
                kinds = ", ".join(kind.value for kind in IdentifierKind)
                problem = f"{value!r} is no identifier: write kind:scope:value, the kind one of {kinds}"
                raise ValueError(problem) from None
        return values

    def rules(self) -> Mapping[tuple[IdentifierKind, Relation], Rule]:
        """Return what links under this policy."""
        return _ALL_RULES if self.trust_unauthenticated_senders else RULES

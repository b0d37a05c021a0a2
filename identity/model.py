"""The words of identity: what was seen, where, in which relation, and what follows from it.

Vertices are profiles and CRM rows, never messages: a loyal customer's ten-thousandth message changes
nothing here. Everything is immutable and hashable, so a solution is a pure function of its inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


class IdentifierKind(StrEnum):
    """What sort of value identifies somebody."""

    CRM_ID = "crm_id"
    """A record id in one CRM; scope = the CRM connection."""
    UID = "uid"
    """A network's stable user id; scope = network, or network/scope where ids are scoped."""
    EMAIL = "email"
    EMAIL_FOLDED = "email_folded"
    """Mail address after provider folding (dots, plus tags): a little weaker than EMAIL."""
    PHONE = "phone"
    HANDLE = "handle"
    """Scope = network."""
    ORDER = "order"
    CUSTOMER_NUMBER = "customer_number"


class Relation(StrEnum):
    """How a vertex shows an identifier."""

    AUTHENTICATED = "authenticated"
    """The network or mail authentication proves it (a DKIM-passed sender, a login)."""
    ATTESTED = "attested"
    """The platform vouches for it (the phone in a WhatsApp webhook, a shared contact card)."""
    PROFILE = "profile"
    """A field the network itself keeps: handle, stable id."""
    CRM = "crm"
    """A field of a CRM row that people keep there."""
    SENDER = "sender"
    """An unauthenticated sender address."""
    CLAIMED = "claimed"
    """Said about oneself, in a text or a bio: a contact point and maybe a suggestion, never a merge."""
    MENTIONED = "mentioned"
    """Said about somebody: never evidence for the speaker."""


LINKING = frozenset({Relation.AUTHENTICATED, Relation.ATTESTED, Relation.PROFILE, Relation.CRM, Relation.SENDER})
"""Relations that may link; whether they do is the policy's and the guards' decision."""


class Identifier(NamedTuple):
    """A normalised value within its scope; equal identifiers mean the same thing. A tuple: it is hashed all the time."""

    kind: IdentifierKind
    scope: str
    value: str

    def __str__(self) -> str:
        """Render as ``kind:scope:value``; the form stored and indexed."""
        return f"{self.kind.value}:{self.scope}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Identifier:
        """Read the form of ``str()`` back; scopes hold no colon. Raises ``ValueError`` for anything else."""
        kind, scope, value = text.split(":", 2)
        return cls(IdentifierKind(kind), scope, value)


@dataclass(frozen=True, slots=True)
class Vertex:
    """A profile on a network or a row in a CRM."""

    key: str
    """``p:<profile key>`` or ``r:<crm connection>:<native id>``."""
    instance: str | None = None
    """The CRM connection of a row, None for profiles. Two rows of one instance never merge by themselves."""
    names: tuple[str, ...] = ()
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    echo: bool = False
    """True for a row that we wrote ourselves: a reference to a customer, not evidence about one."""
    anchor: str = ""
    """For an echo: key of the vertex that its own key (``our_key``) was made from; empty if that is unknown."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One vertex shows one identifier in one relation, seen ``count`` times."""

    vertex: str
    identifier: Identifier
    relation: Relation
    count: int = 1
    first_seen: datetime | None = None
    last_seen: datetime | None = None


class DecisionKind(StrEnum):
    """What a human (or a CRM) decided about identity."""

    MUST_LINK = "must_link"
    CANNOT_LINK = "cannot_link"
    BLOCK = "block"
    """Operand: one identifier, as ``str(Identifier)``; it links nobody any more."""


@dataclass(frozen=True, slots=True, order=True)
class Decision:
    """A decision names vertices or identifiers, never customer ids. Of two that contradict the later id wins."""

    id: int
    kind: DecisionKind
    operands: tuple[str, ...]
    """MUST_LINK: all together. CANNOT_LINK: the first apart from each of the others. BLOCK: one identifier."""
    actor: str = ""
    reason: str = ""

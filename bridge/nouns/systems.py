"""What connected systems are like: their objects and fields, what a check finds, what they still let us do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSchema:
    """One field of a target's object."""

    name: str
    type: str = "string"
    """string, text, integer, number, boolean, datetime, picklist, reference, list."""
    length: int | None = None
    length_unit: str = "characters"
    """characters, utf16 or bytes: the unit that the target counts in."""
    picklist: tuple[str, ...] = ()
    required: bool = False
    createable: bool = True
    updateable: bool = True
    refers_to: str = ""


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """An object of a target with its fields by name."""

    name: str
    fields: Mapping[str, FieldSchema]


@dataclass(frozen=True, slots=True)
class KeyField:
    """A field that carries our key, wanted on an object."""

    object: str
    field: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of ``prepare``: a key field that is there by now (``done``) or is not; ``manual`` where the API cannot."""

    description: str
    done: bool
    manual: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a ``check``: what is right or wrong, and the remedy."""

    ok: bool
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whom we are connected as, and what ``check`` found."""

    name: str
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether every finding is fine."""
        return all(finding.ok for finding in self.findings)

    @property
    def told(self) -> tuple[Finding, ...]:
        """Say whom we are connected as, and what was found; where nothing is fine we are connected as nobody."""
        if self.findings and not any(finding.ok for finding in self.findings):
            return self.findings
        return Finding(ok=True, text=f"connected as {self.name}"), *self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How much a read would bring: None means unknown."""

    messages: int | None = None
    money: float | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how many days what was said over a connection is kept; None: for good."""

    keep_days: float | None = None
    """Texts, payloads, earlier versions, files and the words of answers, from when they were stored."""
    raw_days: float | None = None
    """Payloads alone, and what could not be read."""
    deleted_days: float | None = None
    """Texts and payloads of what was deleted on the network, from then on."""

    def days(self) -> list[float | None]:
        """Return the times in this order."""
        return [self.keep_days, self.raw_days, self.deleted_days]


class Share(StrEnum):
    """Whose part of a daily budget a call comes out of; what is spent rests alone."""

    ALL = "all"
    DELIVER = "deliver"
    """Persons, cases and messages."""
    READ = "read"
    """Contacts and foreign cases: imports and crawls."""
    ANSWER = "answer"
    """Agents' answers and events, links, redactions and withdrawals: what is kept in reserve is for these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a system still lets us do; None = no limit known."""

    per_second: float | None = None
    daily_left: int | None = None
    """Calls that deliveries may still make."""
    daily_limit: int | None = None
    resets_at: datetime | None = None
    batch: int = 100
    """Largest number of records in one ``write``."""

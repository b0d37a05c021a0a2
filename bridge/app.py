"""What a composed Casebridge consists of. Built in one place (``cli.py``), handed to engine and commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bridge.alarms.policy import AlertPolicy
from bridge.nouns import Retention
from bridge.personal.model import Allowed
from bridge.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pydantic import SecretStr

    from bridge.alarms.sending import Channel
    from bridge.approvals import Approval
    from bridge.cases.policy import CasePolicy
    from bridge.clock import Clock
    from bridge.contracts import Listener, Publisher, Receiver, Source, Target
    from bridge.mapping.target import TargetMapping
    from bridge.nouns import Thing
    from bridge.store.store import Store
    from bridge.triage.rules import RuleSet
    from bridge.vault import Vault
    from identity.policy import IdentityPolicy


class TargetMode(StrEnum):
    """How far deliveries to a target go."""

    OBSERVE = "observe"
    """Nothing is delivered; what would be is counted."""
    SHADOW = "shadow"
    """Delivered to the embedded desk only."""
    LIVE = "live"


class Persons(StrEnum):
    """Whether persons are created in a target."""

    LINK = "link"
    """Existing contacts are linked; new ones are created only for private contact with mail or phone."""
    CREATE = "create"
    """A person record for every customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brakes:
    """Limits that pause a step by themselves."""

    cases_per_hour: int = 200
    norm_factor: float = 5.0
    answers_per_hour: int = 60
    identical_texts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSetup:
    """A connected source with what the project file says of it."""

    name: str
    source: Source
    receiver: Receiver | None = None
    publisher: Publisher | None = None
    unit: str = ""
    own: frozenset[str] = frozenset()
    """The brand's own profile ids or handles there (lower case)."""
    keep_raw: bool = True
    retention: Retention = field(default_factory=Retention)
    """For how long what it brings is kept."""
    fact_patterns: Mapping[str, str] = field(default_factory=dict)
    """Kind of fact (``order``, ``customer_number``, ``product``…) → regular expression whose group 1 (or whole) is it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSetup:
    """A connected target with what the project file says of it."""

    name: str
    target: Target
    listener: Listener | None = None
    mode: TargetMode = TargetMode.LIVE
    mappings: Mapping[Thing, tuple[TargetMapping, ...]] = field(default_factory=dict)
    """Of several mappings of one thing the first whose ``when`` holds is taken; one without ``when`` stands last."""
    persons: Persons = Persons.LINK
    publish: bool = False
    hold: timedelta = timedelta(seconds=60)
    stale_answer: timedelta = timedelta(hours=4)
    approval: Approval | None = None
    brakes: Brakes = field(default_factory=Brakes)

    def every_mapping(self) -> Iterator[TargetMapping]:
        """Yield the mappings of all things."""
        for mappings in self.mappings.values():
            yield from mappings

    def objects(self, thing: Thing) -> tuple[str, ...]:
        """Return the target's objects that take ``thing``."""
        return tuple(dict.fromkeys(each.object for each in self.mappings.get(thing, ())))

    def refers(self, thing: Thing) -> frozenset[str]:
        """Return what records of ``thing`` refer to: person, case, profile."""
        return frozenset().union(*(each.refers for each in self.mappings.get(thing, ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSetup:
    """One named sync: which sources go to which targets."""

    name: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    schedule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentPolicy:
    """What is fetched and kept of attachments."""

    max_bytes: int = 25_000_000
    types: tuple[str, ...] = ("image/*", "video/*", "audio/*", "application/pdf", "text/plain")
    hosts: tuple[str, ...] = ()
    """Media hosts that may be fetched from; local paths of exports are always read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Whom to tell when something is wrong, and when."""

    channels: tuple[Channel, ...] = ()
    policy: AlertPolicy = field(default_factory=AlertPolicy)
    heartbeat: SecretStr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What the project file says of the check for personal data in public answers."""

    check: bool = True
    allowed: Allowed = field(default_factory=Allowed)
    """What the brand publishes itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A composed Casebridge."""

    organisation: str
    environment: str
    folder: Path
    store: Store
    clock: Clock
    sources: Mapping[str, SourceSetup]
    targets: Mapping[str, TargetSetup]
    syncs: Mapping[str, SyncSetup]
    rules: Callable[[], RuleSet]
    """Give the triage rules, read and compiled when first asked for: most commands need none."""
    cases: CasePolicy
    identity: IdentityPolicy
    unit_cases: Mapping[str, CasePolicy] = field(default_factory=dict)
    """Unit → its complete case policy, where it differs from ``cases``."""
    attachments: AttachmentPolicy = field(default_factory=AttachmentPolicy)
    templates: Templates = field(default_factory=Templates)
    config_files: Mapping[str, str] = field(default_factory=dict)
    """File name → text with secrets masked, for the audit."""
    warnings: tuple[str, ...] = ()
    alerts: Alerts = field(default_factory=Alerts)
    personal: PersonalData = field(default_factory=PersonalData)
    vault: Vault | None = None
    """What connections sign in with; None for an App that is put together by hand."""

    @property
    def triage(self) -> RuleSet:
        """Return the triage rules; raises ``ConfigError`` if the file holds none."""
        return self.rules()

    def load(self) -> None:
        """Read what is usually read when first asked for: a mistake in it stops everything before it begins."""
        self.rules()

    def close(self) -> None:
        """Close every connection and the store."""
        for source in self.sources.values():
            source.source.close()
        for target in self.targets.values():
            target.target.close()
        self.store.close()

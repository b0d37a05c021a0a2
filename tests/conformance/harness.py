"""What an adapter's harness gives the conformance suite.

A harness is a module ``tests.adapters.<kind>.harness`` with one function for each role that the adapter is registered
for: ``source(folder)``, ``publisher(folder)``, ``target(folder)``. Each is a context manager that starts a seeded far
side (a fake, a file, a real server), yields an object of the protocol below with a connected adapter, and tears down.
``folder`` is an empty folder of the test's own. The clock of the adapter is the harness's ``clock``, a
``FixedClock``: the suite moves it instead of waiting.

An adapter that speaks to several systems has ``VARIANTS`` there, a mapping by name (without ``-`` in the adapter's), and its
functions take ``variant=``; the suite then runs once for each.

What a far side cannot do, the harness refuses by ``raise Cannot("why")``; the promise then does not apply to that
adapter, and the reason stands in the harness for a reviewer to read. Nothing is skipped silently.

To run the suite for an adapter of your own distribution, register it under ``casebridge.sources``,
``casebridge.publishers`` or ``casebridge.targets``, put ``tests/adapters/<kind>/harness.py`` beside your code, install both
distributions in one environment and run, from a checkout of Casebridge::

    PYTHONPATH=/path/to/yours python -m pytest tests/conformance -k <kind>
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bridge.nouns import Thing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from bridge.clock import FixedClock
    from bridge.contracts import Publisher, Source, Target
    from bridge.nouns import Action, Json


class Cannot(Exception):
    """The far side has no such thing; ``str()`` is the reason."""


class Trouble(StrEnum):
    """What the far side is told to do at the next call; after that it is well again."""

    UNAUTHORISED = "401: the adapter raises AuthError"
    RATE_LIMITED = "429: the adapter raises RateLimited with the seconds to wait"
    UNREACHABLE = "5xx or no connection, known not to have been done: the adapter raises Transient"
    LOST_REQUEST = "the request is lost on its way: every outcome is Unknown and nothing was done"
    LOST_RESPONSE = "the response is lost: every outcome is Unknown and everything was done"
    JOB = "the request is taken and done later: every outcome is Accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A repaired row of the quarantine, and the key of the message that it is."""

    fields: Mapping[str, str]
    where: str
    key: str


class SourceHarness(Protocol):
    """A seeded system and a source connected to it."""

    source: Source
    clock: FixedClock
    keys: frozenset[str]
    """``Message.key`` of all that the system holds now; at least five, spread over at least three pages."""
    secrets: Sequence[str]
    """Secrets in the settings, which nothing may show."""

    def since(self) -> tuple[datetime, frozenset[str]]:
        """Return a time, and the keys of what the system holds from then on; ``Cannot`` for what has no times."""
        ...

    def grow(self) -> frozenset[str]:
        """Let somebody say something more; return its keys."""
        ...

    def stand_still(self) -> None:
        """Make the far side hand out the same cursor again while claiming that there is more."""
        ...

    def plant_unknown(self) -> str:
        """Add something of a kind that the adapter cannot know; return the kind's name."""
        ...

    def plant_broken(self) -> None:
        """Add one thing that cannot be read, then something readable after it (a part of ``keys`` from then on)."""
        ...

    def repair(self) -> Repair:
        """Return a repaired row; ``Cannot`` for a source that has no rows to repair."""
        ...

    def provoke(self, trouble: Trouble) -> None:
        """Let the next call fail so."""
        ...


@dataclass(frozen=True, slots=True)
class Post:
    """One thing that stands on the network by our hand."""

    native_id: str
    text: str
    reply_to: str


class PublisherHarness(Protocol):
    """A network with a customer's message to answer, and a publisher connected to it."""

    publisher: Publisher
    clock: FixedClock
    secrets: Sequence[str]

    def action(self, text: str) -> Action:
        """Return a new action (with a new key) that can be done now."""
        ...

    def ineligible(self) -> Sequence[Action]:
        """Return actions that cannot be done, one for each reason that the network has; at least one."""
        ...

    def posts(self) -> Sequence[Post]:
        """Read what stands on the network by our hand, in order."""
        ...

    def provoke(self, trouble: Trouble) -> None:
        """Let the next ``publish`` fail so."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How the suite writes one thing: valid field values and invalid ones, by the target's field names."""

    object: str
    key_field: str
    fields: Mapping[str, Json]
    """Valid and complete for a first delivery; read back they are equal."""
    changed: Mapping[str, Json]
    """A valid later update of some of ``fields``, to other values; empty where nothing can be changed."""
    empty_field: str
    """A text field that is not in ``fields``; the suite fills it with ``filling``. Empty where there is none."""
    filling: Json
    invalid: Mapping[str, Json]
    """Field → a value that the target refuses; covers too long, wrong type, bad picklist where there are such."""
    required: str = ""
    """A required field without default, where there is one."""
    parented: bool = False
    """True for what needs ``Record.parent``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FarRecord:
    """A record as the far side holds it, read past the adapter."""

    ref: str
    key: str
    fields: Mapping[str, Json]
    parent: str = ""
    notes: tuple[str, ...] = ()
    """Internal texts."""
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """Refs of linked records."""
    closed: bool = False
    deleted: bool = False
    files: tuple[str, ...] = field(default=())
    """Names of attached files."""


THINGS = (Thing.PERSON, Thing.CASE, Thing.MESSAGE)
"""What every target takes."""


class TargetHarness(Protocol):
    """A seeded CRM or ticket tool and a target connected to it. Without troubles it takes and shows things at once.

    The target is connected with ``Surroundings.objects`` as mappings of the ``samples`` would say.
    """

    target: Target
    clock: FixedClock
    secrets: Sequence[str]
    samples: Mapping[Thing, Sample]

    def far(self, object_name: str) -> Sequence[FarRecord]:
        """Read all records of an object past the adapter, oldest first, deleted ones (as far as known) too."""
        ...

    def provoke(self, trouble: Trouble) -> None:
        """Let the next call fail so."""
        ...

    def lag(self) -> timedelta:
        """Let search lag from now on; return how long after a write "not found" proves nothing."""
        ...

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        """Let an agent answer (public) or note (internal) in a case; return the native id."""
        ...

    def take_back(self, answer_id: str) -> None:
        """Let the agent delete an answer, or make it internal."""
        ...

    def status(self, case_ref: str, *, closed: bool) -> None:
        """Let an agent close or reopen a case."""
        ...

    def delete(self, thing: Thing, ref: str) -> None:
        """Let an agent delete a record."""
        ...

    def merge(self, thing: Thing, loser: str, winner: str) -> None:
        """Let an agent merge two records."""
        ...

    def foreign_case(self, subject: str, permalink: str) -> str:
        """Let somebody else open a case that names a post; return its ref."""
        ...

    def foreign_person(self, name: str, email: str) -> str:
        """Let a person be there on their own; return the ref."""
        ...

"""Which adapters there are: entry points, found by name and loaded when used.

Our own adapters register exactly like those of others: one line under ``casebridge.sources``,
``casebridge.receivers``, ``casebridge.publishers``, ``casebridge.targets`` or ``casebridge.listeners`` in the
``pyproject.toml`` of the distribution that brings them.
"""

from __future__ import annotations

import difflib
import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import cast

from bridge.contracts import Listener, Publisher, Receiver, Source, Target
from bridge.errors import ConfigError


class Role(StrEnum):
    """What an adapter is used as; the value is its entry-point group."""

    SOURCE = "casebridge.sources"
    RECEIVER = "casebridge.receivers"
    PUBLISHER = "casebridge.publishers"
    TARGET = "casebridge.targets"
    LISTENER = "casebridge.listeners"


CONTRACTS: dict[Role, type] = {
    Role.SOURCE: Source,
    Role.RECEIVER: Receiver,
    Role.PUBLISHER: Publisher,
    Role.TARGET: Target,
    Role.LISTENER: Listener,
}
"""The abstract class that each role's adapters implement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One registered adapter: its class, or what is wrong with it."""

    role: Role
    kind: str
    distribution: str
    """Name of the installed distribution that brings it, empty if unknown."""
    adapter: type | None = None
    warning: str = ""
    extra: str = ""
    """The extra of the distribution that brings what the adapter needs, where that is not installed."""


def kinds(role: Role) -> tuple[str, ...]:
    """Return the registered names of a role, sorted; loads nothing."""
    return tuple(sorted({point.name for point in _points(role)}))


def source(kind: str) -> type[Source]:
    """Return the source class registered as ``kind``; raises ``ConfigError`` naming those there are."""
    return cast("type[Source]", _load(Role.SOURCE, kind))


def receiver(kind: str) -> type[Receiver]:
    """Return the receiver class registered as ``kind``; raises ``ConfigError`` naming those there are."""
    return cast("type[Receiver]", _load(Role.RECEIVER, kind))


def publisher(kind: str) -> type[Publisher]:
    """Return the publisher class registered as ``kind``; raises ``ConfigError`` naming those there are."""
    return cast("type[Publisher]", _load(Role.PUBLISHER, kind))


def target(kind: str) -> type[Target]:
    """Return the target class registered as ``kind``; raises ``ConfigError`` naming those there are."""
    return cast("type[Target]", _load(Role.TARGET, kind))


def listener(kind: str) -> type[Listener]:
    """Return the listener class registered as ``kind``; raises ``ConfigError`` naming those there are."""
    return cast("type[Listener]", _load(Role.LISTENER, kind))


def registrations() -> list[Registration]:
    """Load every registered adapter; a broken one comes with a warning that names it instead of a class."""
    return [_registration(role, point) for role in Role for point in sorted(_points(role), key=_order)]


def warnings() -> tuple[str, ...]:
    """Return one sentence for each registered adapter that is broken; whose extra was left out is not."""
    return tuple(each.warning for each in registrations() if each.warning and not each.extra)


def _points(role: Role) -> EntryPoints:
    return _points_on(tuple(sys.path), role)


@cache
def _points_on(_path: tuple[str, ...], role: Role) -> EntryPoints:
    """Return the entry points on a search path; looking through all distributions takes several milliseconds."""
    return entry_points(group=role.value)


def _load(role: Role, kind: str) -> type:
    points = sorted(_points(role).select(name=kind), key=_order)
    if not points:
        raise ConfigError(_unknown(role, kind))
    found = _registration(role, points[0])
    if found.adapter is None:
        raise ConfigError(found.warning)
    return found.adapter


def _registration(role: Role, point: EntryPoint) -> Registration:
    distribution = point.dist.name if point.dist else ""
    try:
        adapter = point.load()
    except ModuleNotFoundError as error:
        extra = _extra(point)
        warning = _lacking(role, point, extra) if extra else _broken(role, point, f"{type(error).__name__}: {error}")
        return Registration(role=role, kind=point.name, distribution=distribution, warning=warning, extra=extra)
    except Exception as error:  # noqa: BLE001 - code of others may fail in any way; it must not take us along
        warning = _broken(role, point, f"{type(error).__name__}: {error}")
        return Registration(role=role, kind=point.name, distribution=distribution, warning=warning)
    if not (isinstance(adapter, type) and issubclass(adapter, CONTRACTS[role])):
        warning = _broken(role, point, f"it is no {CONTRACTS[role].__name__}")
        return Registration(role=role, kind=point.name, distribution=distribution, warning=warning)
    return Registration(role=role, kind=point.name, distribution=distribution, adapter=adapter)


def _order(point: EntryPoint) -> tuple[str, str]:
    return point.name, point.value


def _unknown(role: Role, kind: str) -> str:
    known = kinds(role)
    close = difflib.get_close_matches(kind, known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    word = CONTRACTS[role].__name__.lower()
    return f"There is no {word} of kind {kind!r}; there are: {', '.join(known) or 'none'}.{hint}"


def _extra(point: EntryPoint) -> str:
    """Return the extra that is called as the adapter, empty if its distribution has none."""
    extras = point.dist.metadata.get_all("Provides-Extra", []) if point.dist else []
    return point.name if point.name in extras else ""


def _lacking(role: Role, point: EntryPoint, extra: str) -> str:
    word, name = CONTRACTS[role].__name__.lower(), point.dist.name if point.dist else ""
    return (
        f"The {word} {point.name!r} needs the extra {extra!r}: pip install '{name}[{extra}]', or in a clone:"
        f" pip install '.[{extra}]'."
    )


def _broken(role: Role, point: EntryPoint, reason: str) -> str:
    word = CONTRACTS[role].__name__.lower()
    bringer = f" of {point.dist.name}" if point.dist else ""
    return f"The {word} {point.name!r}{bringer} ({point.value}) cannot be loaded: {reason}. Update or uninstall it."

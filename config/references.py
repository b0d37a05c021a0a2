"""What refers to what inside a project file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.document_faults import Fault, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.project import Project

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}\Z")


def wrong_references(project: Project) -> Iterator[Fault]:
    """Yield what refers to something that is not there, and names that cannot be names."""
    yield from _wrong_names(project)
    yield from _wrong_units(project)
    yield from _wrong_syncs(project)


def _wrong_names(project: Project) -> Iterator[Fault]:
    for section in ("sources", "targets", "syncs", "units"):
        for name in getattr(project, section):
            if not _NAME.match(name):
                yield Fault((section, name), f"{name!r} is no name: use up to 60 letters, digits, `_`, `.` or `-`.")
    for name in sorted(project.sources.keys() & project.targets.keys()):
        yield Fault(("targets", name), f"{name!r} is also a source; give one of the two another name.")


def _wrong_units(project: Project) -> Iterator[Fault]:
    for name, source in project.sources.items():
        if project.units and source.unit and source.unit not in project.units:
            yield Fault(("sources", name, "unit"), _missing("unit", source.unit, project.units))
    for unit in project.cases.units:
        if unit not in project.units:
            yield Fault(("cases", "units", unit), _missing("unit", unit, project.units))


def _wrong_syncs(project: Project) -> Iterator[Fault]:
    for name, sync in project.syncs.items():
        for key, what, wanted, known in (
            ("from", "source", sync.sources, project.sources),
            ("to", "target", sync.targets, project.targets),
        ):
            for each in wanted:
                if each not in known:
                    yield Fault(("syncs", name, key), _missing(what, each, known))


def _missing(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"there is no {what} {name!r}; there are: {', '.join(known) or 'none'}{did_you_mean(name, known)}"

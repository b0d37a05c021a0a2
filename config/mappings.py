"""Find the mapping files of a target: those that the project names, those in its folder, those that come with us."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import ConfigError
from bridge.nouns import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.loading import Loaded

SHIPPED = Path(__file__).parent.parent / "mappings"
"""Mappings that come with the program, by type of target or by the tool that it speaks to."""


def mapping_files(loaded: Loaded, target: str) -> Mapping[Thing, tuple[Path, ...]]:
    """Return the mapping files of each thing that the target gets: ``message.yaml`` and ``message.<anything>.yaml``.

    Raises ``ConfigError`` for a named one that is missing.
    """
    entry = loaded.project.targets[target]
    folder = next((each for each in _folders(loaded, target) if each.is_dir()), None)
    if folder is None:
        message = (
            f"the target {target} has no mappings: put person.yaml, case.yaml and message.yaml into mappings/{target}"
        )
        raise loaded.document.error(f"{message}, or name a folder with `mappings`.", ("targets", target))
    found = {thing: (*sorted(folder.glob(f"{thing}.*.yaml")), folder / f"{thing}.yaml") for thing in Thing}
    files = {thing: tuple(path for path in paths if path.is_file()) for thing, paths in found.items()}
    for thing in Thing:
        named = getattr(entry.mapping_files, thing.value)
        place = ("targets", target, "mapping_files", thing.value)
        files[thing] = tuple(_file(loaded, path, place) for path in named) or files[thing]
    return {thing: paths for thing, paths in files.items() if paths}


def _file(loaded: Loaded, path: Path, place: tuple[str, ...]) -> Path:
    """Return a mapping of the project, or the one of that name (``mappings/…``) that comes with the program."""
    shipped = SHIPPED.parent / path
    return shipped if shipped.is_file() and not (loaded.folder / path).exists() else _existing(loaded, path, place)


def _folders(loaded: Loaded, target: str) -> Iterator[Path]:
    """Yield the folders that may hold the mappings, the most specific first."""
    entry = loaded.project.targets[target]
    if entry.mappings is not None:
        yield _existing(loaded, entry.mappings, ("targets", target, "mappings"))
    if (of_sync := _of_syncs(loaded, target)) is not None:
        yield of_sync
    own = loaded.folder / "mappings"
    # One type of target may speak to many tools, each with mappings of its own.
    shipped = getattr(entry, "shipped_mappings", entry.type)
    yield from (own / target, own / entry.type, SHIPPED / shipped)


def _of_syncs(loaded: Loaded, target: str) -> Path | None:
    """Return the folder that the syncs of a target name; two that disagree are a ``ConfigError``."""
    named: dict[Path, str] = {}
    for name, sync in loaded.project.syncs.items():
        if sync.mapping is not None and target in sync.targets:
            named[_existing(loaded, sync.mapping, ("syncs", name, "mapping"))] = name
    if len(named) > 1:
        message = f"the syncs {' and '.join(named.values())} name different mappings for the target {target}; a record has one form, so name one."
        raise loaded.document.error(message, ("syncs", list(named.values())[1], "mapping"))
    return next(iter(named), None)


def _existing(loaded: Loaded, path: Path, place: tuple[str, ...]) -> Path:
    full = loaded.folder / path
    if not full.exists():
        message = f"{'.'.join(place)}: there is no {path} in {loaded.folder}."
        raise ConfigError(message, file=loaded.document.file, line=loaded.document.line(place))
    return full

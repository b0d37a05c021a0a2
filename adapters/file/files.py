"""Which files a source means."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.file.settings import STDIN
from bridge.errors import ConfigError

if TYPE_CHECKING:
    from adapters.file.settings import FileSettings


@dataclass(frozen=True, slots=True)
class File:
    """One file to read; ``path`` is None for standard input, ``name`` is for people and cursors."""

    path: Path | None
    name: str

    def stamp(self) -> tuple[int, int]:
        """Return size in bytes and time of the last change in ns; zeros for standard input or a file that is gone."""
        try:
            stat = self.path.stat() if self.path else None
        except OSError:
            stat = None
        return (stat.st_size, stat.st_mtime_ns) if stat else (0, 0)


def find(settings: FileSettings, folder: Path) -> list[File]:
    """Return the files, sorted by name; raises ``ConfigError`` if there are none. ``folder`` is the project's."""
    if settings.path == STDIN:
        return [File(None, "standard input")]
    path = folder / settings.path
    if path.is_dir():
        message = f"{settings.path} is a folder. Write for instance {settings.path.rstrip('/')}/*.csv in `path`."
        raise ConfigError(message)
    if path.exists() or not glob.has_magic(settings.path):
        return [File(path, _name(path, folder))]
    pattern = str(Path(glob.escape(str(folder))) / settings.path)
    found = sorted(Path(each) for each in glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute patterns
    files = [File(each, _name(each, folder)) for each in found if not each.is_dir()]
    if files:
        return files
    message = f"No file matches {settings.path}. Check `path`; it is relative to the project folder."
    raise ConfigError(message)


def _name(path: Path, folder: Path) -> str:
    """Return the name relative to the project folder where it is inside."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)

"""The file source: finds the files, reads each from where it was left, hands over pages."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Self

from adapters.file import cursor
from adapters.file.files import File, find
from adapters.file.parse import Parser
from adapters.file.reading import Reading, recognised
from adapters.file.settings import STDIN, FileSettings
from bridge.contracts import Source
from bridge.documents import Document
from bridge.errors import ConfigError
from bridge.mapping.rows import load_row_mapping
from bridge.nouns import Account, Broken, Cursor, Estimate, Finding, Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from pydantic import BaseModel

    from adapters.file.cursor import FileState
    from bridge.contracts import Surroundings
    from bridge.mapping.rows import RowMapping
    from bridge.nouns import SourceEvent

_PLACE = re.compile(r"[:#]\d+(\[\d+\])?$")
"""What ``place_of`` puts behind the name of a file."""

TRIED_ROWS = 100
"""Rows of each file that ``check`` tries."""


class FileSource(Source):
    """Messages or people from files. An export is read from its beginning; a grown one from where it ended."""

    settings_model = FileSettings
    live: ClassVar[bool] = False

    def __init__(self, settings: FileSettings, surroundings: Surroundings) -> None:
        """Load the mapping; raises ``ConfigError`` if it is wrong."""
        self._settings, self._folder = settings, surroundings.folder
        self.clock = surroundings.clock
        self.outbox = self._folder / settings.outbox if settings.outbox else None
        self._parser = Parser(
            settings, _mapping(settings, surroundings), name=surroundings.name, folder=surroundings.folder
        )
        self._name = surroundings.name

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> Self:
        """Return a source; opens no file but the mapping's."""
        own = settings.model_dump(include=set(FileSettings.model_fields))
        return cls(FileSettings.model_validate(own), surroundings)

    def check(self) -> Account:
        """Say of each file how it is written and how its first rows are understood."""
        try:
            files = find(self._settings, self._folder)
        except ConfigError as error:
            return Account(name=self._settings.path, findings=(Finding(ok=False, text=str(error)),))
        return Account(name=self._settings.path, findings=tuple(map(self._tried, files)))

    def close(self) -> None:
        """Do nothing: files are open only while they are read."""

    def head(self) -> Cursor:
        """Return the cursor behind all rows that are there now."""
        states = {}
        for file in find(self._settings, self._folder):
            if file.path is not None:
                reading = self._reading(file, None)
                for _ in reading.records():
                    pass
                states[file.name] = reading.state()
        return cursor.dump(states)

    def at(self, time: datetime) -> Cursor:  # noqa: ARG002 - the contract's signature
        """Return the beginning: rows stand in no order of time, so all are read and the engine leaves out older ones."""
        return Cursor()

    def estimate(self, after: Cursor) -> Estimate:
        """Count the rows that are not read yet; unknown for standard input."""
        if self._settings.path == STDIN:
            return Estimate()
        places = self._places(cursor.load(after), [])
        counts = (sum(1 for _ in self._reading(file, known).records()) for file, known in places)
        return Estimate(messages=sum(counts), money=0.0)

    def pages(self, after: Cursor) -> Iterator[Page]:
        """Yield what is new, file by file in order of name.

        A file that cannot be read as a whole does not stop the others: ``ConfigError`` is raised at the end.
        """
        held: Page | None = None
        trouble: ConfigError | None = None
        try:
            for page in self._pages(after):
                if held is not None:
                    yield replace(held, more=True)
                held = page
        except ConfigError as error:
            trouble = error
        if held is not None:
            yield held
        if trouble is not None:
            raise trouble

    def reread(self, fields: Mapping[str, str], where: str) -> Page:
        """Parse one repaired row as ``pages`` would."""
        path = None if self._settings.path == STDIN else self._folder / _PLACE.sub("", where)
        return Page(tuple(self._parser.reread(fields, where, path)), Cursor())

    def attachment_folders(self) -> tuple[Path, ...]:
        """Return the folders of the exports: from there, and from nowhere else, local attachments are read."""
        try:
            files = find(self._settings, self._folder)
        except ConfigError:
            return ()
        return tuple(sorted({file.path.parent.resolve() for file in files if file.path}))

    def _pages(self, after: Cursor) -> Iterator[Page]:
        states = cursor.load(after)
        events: list[SourceEvent] = []
        troubles: list[str] = []
        moved = False
        for file, known in self._places(states, troubles):
            reading = self._reading(file, known)
            try:
                for record in reading.records():
                    events += self._parser.events(record, file)
                    if len(events) >= self._settings.page_size:
                        states[file.name] = reading.state()
                        yield Page(tuple(events), cursor.dump(states))
                        events, moved = [], False
            except ConfigError as error:
                troubles.append(str(error))
            moved = moved or states.get(file.name) != reading.state()
            states[file.name] = reading.state()
        if events or moved:
            yield Page(tuple(events), cursor.dump(states))
        if troubles:
            raise ConfigError("\n".join(dict.fromkeys(troubles)))

    def _places(self, states: dict[str, FileState], troubles: list[str]) -> Iterator[tuple[File, FileState | None]]:
        """Yield each file with the state that it is recognised by; a renamed one is recognised by its content."""
        files = find(self._settings, self._folder)
        known: dict[str, FileState] = {}
        for file in files:
            state = states.get(file.name)
            if state and self._recognised(file, state, troubles):
                known[file.name] = state
        orphans = [states.pop(name) for name in list(states) if name not in known]
        for file in files:
            if file.name not in known:
                renamed = next((each for each in orphans if self._recognised(file, each, troubles)), None)
                if renamed:
                    orphans.remove(renamed)
                    known[file.name] = renamed
            yield file, known.get(file.name)

    def _recognised(self, file: File, state: FileState, troubles: list[str]) -> bool:
        try:
            return recognised(file, self._settings, state)
        except ConfigError as error:
            troubles.append(str(error))
            return False

    def _reading(self, file: File, known: FileState | None) -> Reading:
        return Reading(file, self._settings, known, self._parser.check_columns)

    def _tried(self, file: File) -> Finding:
        """Read the first rows of a file and say how that went."""
        if file.path is None:
            return Finding(ok=True, text="Standard input is read whole when a sync runs.")
        reading = self._reading(file, None)
        broken: list[Broken] = []
        rows = 0
        try:
            for record in islice(reading.records(), TRIED_ROWS):
                rows += 1
                broken += [each for each in self._parser.events(record, file) if isinstance(each, Broken)]
        except ConfigError as error:
            return Finding(ok=False, text=str(error))
        text = f"{file.name}: {reading.shape}"
        if not rows:
            return Finding(ok=True, text=f"{text}; no rows yet.")
        if not broken:
            return Finding(ok=True, text=f"{text}; the first {rows} rows are understood.")
        first = f"{broken[0].where} {broken[0].reason}"
        return Finding(
            ok=len(broken) < rows,
            text=f"{text}; of the first {rows} rows {len(broken)} cannot be read, as {first}.",
            remedy="Such rows are set aside; repair them with `casebridge quarantine`, or adapt the mapping.",
        )


def _mapping(settings: FileSettings, surroundings: Surroundings) -> RowMapping | None:
    """Load the mapping that the settings name or hold."""
    if settings.mapping is None:
        return None
    if isinstance(settings.mapping, str):
        return load_row_mapping(surroundings.folder / settings.mapping, what=settings.what)
    where = f"sources.{surroundings.name}.mapping"
    return load_row_mapping(Document(settings.mapping, where, first_line=0), what=settings.what)

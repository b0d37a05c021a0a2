"""What every command works with: the session of one invocation, the App it composes, and how results are shown."""

from __future__ import annotations

import gc
import re
import sys
from contextlib import nullcontext
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import orjson
import typer
from rich.console import Console
from rich.table import Table

from bridge.commands import logs
from bridge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from bridge.app import App
    from bridge.clock import Clock

Row = TypeVar("Row")

_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)], "\N{REPLACEMENT CHARACTER}")
"""Text from networks must not steer the terminal."""


class Surrounding(Protocol):
    """What the environment says of an invocation."""

    @property
    def project(self) -> Path:
        """Return the project folder or file."""

    @property
    def log_level(self) -> str | None:
        """Return from which level on to log, None for the usual one."""

    @property
    def log_format(self) -> str:
        """Return ``text`` or ``json``."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demonstration is played with."""

    write: Callable[[Path, datetime], None]
    """Writes the project into a new folder; its week ends at the given time."""
    mix: Callable[[Path], None]
    """Writes exports of the project once more, in another order."""
    compose: Callable[[Path, Clock], App]


@dataclass(slots=True)
class Session:
    """One invocation of the command line: its global options and the App, composed when first asked for."""

    compose: Callable[[Path], App]
    surrounding: Callable[[Path | None], Surrounding]
    """Reads the environment, for the project that ``--project`` names, if it does."""
    stage: Callable[[], Stage]
    """Gives what the demonstration is played with."""
    starter: Path
    """The folder that ``init`` copies."""
    schemas: Callable[[], Mapping[str, Any]]
    """Name → JSON Schema of the formats that people write."""
    project: Path | None = None
    json: bool = False
    quiet: bool = False
    debug: bool = False
    log_json: bool = False
    composed: App | None = None

    def app(self) -> App:
        """Return the App of the project; raises ``ConfigError``. Its warnings go to stderr once.

        What is loaded by now stays until the end, so nobody need look for garbage in it.
        """
        if self.composed is None:
            self.composed = self.compose(self.begin().project)
            gc.freeze()
            for warning in self.composed.warnings:
                typer.echo(f"warning: {warning}", err=True)
        return self.composed

    def begin(self) -> Surrounding:
        """Read the environment and send logs where they belong. Raises ``ConfigError``."""
        around = self.surrounding(self.project)
        as_json = self.log_json or around.log_format == "json"
        usual = around.log_level or ("info" if as_json else "warning")
        logs.configure(level="debug" if self.debug else usual, as_json=as_json)
        return around

    def close(self) -> None:
        """Close adapters and store if they were opened."""
        if self.composed is not None:
            self.composed.close()
            gc.unfreeze()
        self.composed = None


def session(ctx: typer.Context) -> Session:
    """Return the session of this invocation."""
    found = ctx.find_root().obj
    if not isinstance(found, Session):
        message = "a command was called outside the command line"
        raise TypeError(message)
    return found


def app(ctx: typer.Context) -> App:
    """Return the App of the project that ``--project`` names; raises ``ConfigError``."""
    return session(ctx).app()


def table(ctx: typer.Context, rows: Sequence[Row], columns: Mapping[str, Callable[[Row], object]]) -> None:
    """Show rows: all their fields with ``--json``, a table on a terminal, tab-separated lines with a head elsewhere."""
    if session(ctx).json:
        _echo_json(rows)
        return
    cells = [[shown(read(row)) for read in columns.values()] for row in rows]
    console = Console()
    if not console.is_terminal:
        for line in [list(columns), *cells]:
            typer.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in line))
        return
    grid = Table(*columns, box=None, header_style="bold")
    for line in cells:
        grid.add_row(*(_escaped(cell) for cell in line))
    console.print(grid)


def record(ctx: typer.Context, value: Any) -> None:  # noqa: ANN401 - any dataclass or mapping is shown field by field
    """Show one thing: as JSON with ``--json``, else one ``name: value`` line a field, nested ones indented."""
    if session(ctx).json:
        _echo_json(value)
        return
    for line in _lines(value, ""):
        typer.echo(line)


def result(ctx: typer.Context, value: Any, sentence: str) -> None:  # noqa: ANN401 - any JSON value
    """Say what was done: ``value`` with ``--json``, else the sentence (nothing with ``--quiet``)."""
    if session(ctx).json:
        _echo_json(value)
    elif not session(ctx).quiet:
        typer.echo(sentence)


def note(ctx: typer.Context, sentence: str) -> None:
    """Say something beside the result, on stderr, unless ``--quiet``."""
    if not session(ctx).quiet:
        typer.echo(sentence, err=True)


def stream(rows: Iterable[Any], file: Path | None) -> int:
    """Write one JSON line a row, to ``file`` or stdout, as they come; return how many."""
    count = 0
    with nullcontext(sys.stdout.buffer) if file is None else file.open("wb") as out:
        for row in rows:
            out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def number(text: str, letter: str) -> int:
    """Return the number of ``C-12`` or ``12``; raises ``typer.BadParameter`` for anything else."""
    digits = text.upper().removeprefix(letter).removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        message = f"{text!r} is no number; write {letter}-12 or 12."
        raise typer.BadParameter(message)
    return int(digits)


def found(value: Row | None, what: str, text: str) -> Row:
    """Return what was looked for; raises ``ConfigError`` if there is none."""
    if value is None:
        message = f"There is no {what} {text}. `casebridge find` finds by permalink, handle, mail or number."
        raise ConfigError(message)
    return value


def duration(text: str) -> timedelta:
    """Return the length of ``90s``, ``30m``, ``2h`` or ``1d``; raises ``typer.BadParameter`` for anything else."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if match is None:
        message = f"{text!r} is no length of time; write 90s, 30m, 2h or 1d."
        raise typer.BadParameter(message)
    return int(match[1]) * _UNITS[match[2]]


def shown(value: object) -> str:
    """Render a value for people: times in UTC to the second, lists by commas, nothing for None, no control characters."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return " ".join(shown(item) for item in value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(shown(item) for item in value)
    return str(value).translate(_CONTROLS)


_JSON = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def _echo_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    typer.echo(orjson.dumps(value, default=_json_default, option=_JSON).decode())


def _json_default(value: object) -> object:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return list(value)
    return str(value)


def _lines(value: Any, indent: str) -> list[str]:  # noqa: ANN401 - any dataclass or mapping
    lines: list[str] = []
    for name, item in _pairs(value):
        if _nested(item):
            lines += [f"{indent}{name}:", *_lines(item, indent + "  ")]
        elif isinstance(item, (list, tuple)) and any(_nested(each) for each in item):
            lines.append(f"{indent}{name}:")
            lines += [f"{indent}  - {_brief(each)}" for each in item]
        else:
            lines.append(f"{indent}{name}: {shown(item)}")
    return lines


def _brief(value: Any) -> str:  # noqa: ANN401 - any dataclass or mapping
    """Render one of many on a line; what is empty is left out."""
    return "; ".join(f"{name}: {shown(item)}" for name, item in _pairs(value) if item not in (None, "", [], {}))


def _nested(value: object) -> bool:
    return isinstance(value, dict) or (is_dataclass(value) and not isinstance(value, type))


def _pairs(value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - any dataclass or mapping
    if isinstance(value, dict):
        return [(str(name), item) for name, item in value.items()]
    if is_dataclass(value):
        return [(each.name, getattr(value, each.name)) for each in fields(value)]
    return [("value", value)]


def _escaped(cell: str) -> str:
    return cell.replace("[", r"\[")

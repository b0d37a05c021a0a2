"""The root of the command line: options that every command takes, and errors turned into sentences and exit codes."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from bridge.commands.context import session
from bridge.errors import CasebridgeError, Exit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

INTERRUPTED = 130
"""What shells expect after Ctrl-C."""

_WRONG_PATH = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
_REPORT = "This is our own fault, not yours. Please report it with what you did; --debug shows the traceback."


@dataclass(frozen=True, slots=True)
class Outline:
    """A command, or a group of them, that is loaded when called."""

    name: str
    place: str
    """``module:name`` below ``bridge.commands``."""
    line: str
    """What it does."""


class Root(TyperGroup):
    """A group whose commands all take the shared options, and whose errors end as one sentence and an exit code."""

    outline: ClassVar[Mapping[str, Sequence[Outline]]] = {}
    """Title → the commands that help lists under it."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - Typer's own arguments
        """Know the commands by their outlines."""
        super().__init__(**attributes)
        self.commands: Any = _Commands(each for outlines in self.outline.values() for each in outlines)
        self._lines = {
            each.name: TyperCommand(each.name, help=each.line, rich_help_panel=title)
            for title, outlines in self.outline.items()
            for each in outlines
        }

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - as the base class
        """Return the names, in the order of the outlines; loads none."""
        return list(self.commands)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - as the base class
        """Return what help and completion show of a command."""
        return self._lines.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - as the base class
        """Return the name, the command itself and the words that are left."""
        name, known, rest = super().resolve_command(ctx, args)
        return name, self.commands[known.name] if known else None, rest

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - as the base class
        """Run a command; raises ``typer.Exit`` with the exit code of what went wrong."""
        try:
            return super().invoke(ctx)
        except CasebridgeError as error:
            raise _ended(ctx, error, str(error), error.exit_code) from error
        except KeyboardInterrupt as error:
            sentence = "stopped; what was done is kept, the next run goes on from here."
            raise _ended(ctx, error, sentence, INTERRUPTED) from error
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            sentence = f"{what}{error.strerror or error}. Check the path, permissions and disk space."
            code = Exit.CONFIG if isinstance(error, _WRONG_PATH) else Exit.UNREACHABLE
            raise _ended(ctx, error, sentence, code) from error
        except Exception as error:
            if _is_usage_error(error):
                raise
            sentence = f"{type(error).__name__}: {_first_line(error)}\n{_REPORT}"
            raise _ended(ctx, error, sentence, Exit.OWN_FAULT) from error


class _Commands(Mapping[str, Any]):
    """Commands by name, each loaded when it is asked for."""

    def __init__(self, outlines: Iterable[Outline]) -> None:
        self._places = {each.name: each.place for each in outlines}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - Typer's command classes
        if name not in self._loaded:
            self._loaded[name] = _load(name, self._places[name])
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _load(name: str, place: str) -> Any:  # noqa: ANN401 - Typer's command classes
    """Return the command at ``place`` with the shared options."""
    found = resolve_name(f"bridge.commands.{place}")
    if not isinstance(found, typer.Typer):
        found, function = typer.Typer(add_completion=False), found
        found.command(name)(function)
    command: Any = typer.main.get_command(found)
    command.name = name
    shared = _shared_options()
    for leaf in _leaves(command):
        taken = {option for parameter in leaf.params for option in parameter.opts}
        leaf.params += [option for option in shared if not taken & set(option.opts)]
    return command


def _set_json(ctx: typer.Context, value: bool) -> None:
    session(ctx).json |= value


def _set_quiet(ctx: typer.Context, value: bool) -> None:
    session(ctx).quiet |= value


def _set_debug(ctx: typer.Context, value: bool) -> None:
    session(ctx).debug |= value


def _set_project(ctx: typer.Context, value: Path | None) -> None:
    if value is not None:
        session(ctx).project = value


def _shared_options() -> list[Any]:
    """Return the options as Typer makes them; their callbacks note the values in the session."""
    probe = typer.Typer(add_completion=False)

    @probe.command()
    def shared(
        project: Annotated[
            Path | None, typer.Option("--project", callback=_set_project, help="Project folder or project file.")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", callback=_set_json, help="Give the result as JSON.")] = False,
        quiet: Annotated[
            bool, typer.Option("--quiet", callback=_set_quiet, help="Say only results and errors.")
        ] = False,
        debug: Annotated[bool, typer.Option("--debug", callback=_set_debug, help="Show tracebacks.")] = False,
    ) -> None:
        """Carry the options; never called."""

    options: list[Any] = [option for option in typer.main.get_command(probe).params if "--help" not in option.opts]
    for option in options:
        option.expose_value = False
    return options


def _leaves(group: Any) -> Iterator[Any]:  # noqa: ANN401 - Typer's command classes
    for command in group.commands.values() if hasattr(group, "commands") else ():
        yield from _leaves(command)
    if not hasattr(group, "commands"):
        yield group


def _ended(ctx: Any, error: BaseException, sentence: str, code: int) -> typer.Exit:  # noqa: ANN401 - Typer's context
    """Say what went wrong, with the traceback if that was asked for, and return what ends the program."""
    typer.echo(f"casebridge: {sentence}", err=True)
    if ctx.obj is not None and ctx.obj.debug:
        typer.echo("".join(traceback.format_exception(error)), err=True)
    return typer.Exit(code)


def _is_usage_error(error: Exception) -> bool:
    return hasattr(error, "exit_code") and hasattr(error, "format_message")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]

"""The root of the command line: options that every command takes, and errors turned into sentences and exit codes."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import structlog
import typer
from typer.core import TyperGroup

from bridge.commands.context import session
from bridge.errors import CasebridgeError, Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERRUPTED = 130
"""What shells expect after Ctrl-C."""

_WRONG_PATH = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
_REPORT = "This is our own fault, not yours. Please report it with what you did; --debug shows the traceback."


class Root(TyperGroup):
    """A group whose commands all take the shared options, and whose errors end as one sentence and an exit code."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - Typer's own arguments
        """Add the shared options to every command below."""
        super().__init__(**attributes)
        shared = _shared_options()
        for command in _leaves(self):
            taken = {name for option in command.params for name in option.opts}
            command.params += [option for option in shared if not taken & set(option.opts)]

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


def configure_logs(*, as_json: bool, debug: bool) -> None:
    """Send logs to stderr: warnings and worse for people, everything from ``info`` on as JSON or with ``debug``."""
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    level = "debug" if debug else "info" if as_json else "warning"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


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
    for command in group.commands.values():
        if hasattr(command, "commands"):
            yield from _leaves(command)
        else:
            yield command


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

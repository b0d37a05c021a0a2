"""``casebridge demo``: a week of an invented brand, from posts and mails to cases and an answer, and once more."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.clock import ShiftedClock
from bridge.commands import playing, scenes
from bridge.commands.context import record, session
from bridge.commands.picture import Picture
from bridge.commands.progress import progress
from bridge.errors import ConfigError, Exit

if TYPE_CHECKING:
    from bridge.app import App
    from bridge.commands.context import Stage

MARK = ".casebridge-demo"
"""Stands in folders that the demonstration wrote; only those may be replaced."""


def demo(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option(help="Where the project of the demonstration goes.")] = Path(
        "casebridge-demo"
    ),
    force: Annotated[bool, typer.Option("--force", help="Replace the project of an earlier demonstration.")] = False,
) -> None:
    """See it work: a brand's week on seven channels becomes customers and cases, and an answer goes back.

    It needs no account and leaves a project to try things on.
    Example: casebridge demo --folder my-demo
    """
    now = session(ctx)
    now.begin()
    stage = now.stage()
    _make_room(folder, replace=force)
    clock = ShiftedClock()
    stage.write(folder, clock.now())
    (folder / MARK).touch()
    now.composed = stage.compose(folder, clock)
    picture = Picture(quiet=now.json or now.quiet)
    summary = _play(stage, now.composed, clock, picture, quiet=now.json or now.quiet)
    commands = _to_try(folder, summary)
    scenes.farewell(picture, folder, commands)
    if now.json:
        record(ctx, {"folder": str(folder.resolve()), **summary, "try": list(commands)})
    if not (summary["second_run"]["balanced"] and summary["second_run"]["verified"]):
        raise typer.Exit(Exit.UNBALANCED)


def _play(stage: Stage, app: App, clock: ShiftedClock, picture: Picture, *, quiet: bool) -> dict[str, Any]:
    """Play all acts; returns what was seen, by name."""
    picture.title("1  The exports of a week come in")
    with progress(quiet=quiet) as advance:
        playing.run(app, advance)
    week = scenes.look(app)
    scenes.show_week(picture, week)
    picture.title("2  Who is who")
    scenes.show_people(picture, week)
    picture.title("3  An agent answers")
    answered = playing.answer(app, clock)
    scenes.show_answer(picture, answered)
    picture.title("4  The same exports once more")
    stage.mix(app.folder)
    again = playing.again(app, answered)
    scenes.show_again(picture, again)
    return {**asdict(week), "answer": asdict(answered), "second_run": asdict(again)}


def _make_room(folder: Path, *, replace: bool) -> None:
    if not folder.exists():
        return
    if not (folder / MARK).exists():
        message = f"{folder} is there already and is no demonstration. Name another place with --folder."
        raise ConfigError(message)
    if not replace:
        message = f"A demonstration stands in {folder} already. Replace it with --force, or name another --folder."
        raise ConfigError(message)
    shutil.rmtree(folder)


def _to_try(folder: Path, summary: dict[str, Any]) -> dict[str, str]:
    """Return three commands and what each shows."""
    found = shutil.which("casebridge")
    program = "casebridge" if found else sys.argv[0]
    start = f"{program} --project {folder}"
    return {
        f"{start} desk list": "the cases, as agents see them",
        f"{start} customers show P-{summary['timeline']['customer']}": "one customer, and what holds them together",
        f"{start} explain C-{summary['timeline']['case']}": "why a case is what it is",
    }

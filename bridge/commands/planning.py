"""``casebridge plan``, ``cases replan`` and ``cases simulate``: see what would change before it does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from bridge import engine
from bridge import plan as planner
from bridge import replan as replanning
from bridge.commands.context import app, record, session, shown
from bridge.commands.options import ShowText


def plan(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A sync of the project file; all of them otherwise.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Read at most so many messages of each source.")] = 100,
    show_text: ShowText = False,
) -> None:
    """Show what a sync would create, update, skip or refuse, with reasons and differences. Writes nothing anywhere.

    The sync reads again what was read for it. A live source that was never read begins from now: nothing to plan yet.
    Example: casebridge plan --limit 50
    """
    show_plan(ctx, engine.plan(app(ctx), name, limit, show_text=show_text))


def replan(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Decide all stored messages again by the present triage and case policy.

    Example: casebridge cases replan --dry-run
    """
    show_plan(ctx, replanning.replan(app(ctx), dry_run=dry_run))


def simulate(
    ctx: typer.Context,
    triage: Annotated[Path, typer.Argument(help="Another triage.yaml to try on the stored messages.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many of the newest messages.")] = None,
) -> None:
    """Try other triage rules on the stored messages; changes nothing.

    Example: casebridge cases simulate triage.new.yaml
    """
    show_plan(ctx, replanning.simulate(app(ctx), triage, limit=limit))


def show_plan(ctx: typer.Context, report: planner.PlanReport) -> None:
    """Show what would be done, line by line, and the counts; people who are skipped alike are one line."""
    if session(ctx).json:
        record(ctx, report)
        return
    alike = Counter(line.reason for line in report.lines if _is_skipped_person(line))
    for reason, count in alike.items():
        typer.echo(f"skip    {count} persons  ({shown(reason)})")
    for line in report.lines:
        if _is_skipped_person(line):
            continue
        why = f"({shown(line.reason)})" if line.reason else ""
        words = (f"{line.action:7} {line.thing} {shown(line.key)}", shown(line.title), why)
        typer.echo("  ".join(word for word in words if word))
        for field, before, after in line.changes:
            typer.echo(f"        {field}: {shown(before)!r} → {shown(after)!r}")
    typer.echo(", ".join(f"{count} {what}" for what, count in report.counts.items()) or "nothing to do")


def _is_skipped_person(line: planner.PlanLine) -> bool:
    return (line.action, line.thing) == ("skip", "person")

"""``casebridge plan``, ``sync``, ``ledger``, ``verify``, ``pause`` and ``resume``: the work itself."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from bridge import brakes, engine, runs
from bridge import ledger as accounts
from bridge import verify as proof
from bridge.app import App
from bridge.commands.context import app, note, record, result, session, shown, table
from bridge.commands.counted import in_order, told
from bridge.commands.options import Reason, actor
from bridge.commands.progress import progress
from bridge.errors import ConfigError, Exit
from bridge.queries import status as queries


class Step(StrEnum):
    """What can be paused."""

    COLLECT = "collect"
    DELIVER = "deliver"
    PUBLISH = "publish"


Sync = Annotated[str | None, typer.Argument(help="A sync of the project file; all of them otherwise.")]
Source = Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be given several times.")]
Target = Annotated[list[str] | None, typer.Option("--target", help="Only this target; may be given several times.")]
What = Annotated[
    list[str] | None,
    typer.Argument(help="collect, deliver or publish (all three otherwise), and sources or targets (all otherwise)."),
]
Connection = Annotated[str, typer.Option("--connection", help="Only this source or target; the same as naming it.")]


def sync(
    ctx: typer.Context,
    name: Sync = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Read about so many messages of each source, no more.")
    ] = None,
    since: Annotated[str, typer.Option("--from", help="Read history since this date, as 2026-03-01.")] = "",
    last: Annotated[int | None, typer.Option(min=1, help="Read history: the last so many messages.")] = None,
    backlog: Annotated[
        bool, typer.Option("--backlog", help="Deliver also what was said before a target went live.")
    ] = False,
    as_cases: Annotated[bool, typer.Option("--as-cases", help="History becomes closed cases, without SLA.")] = False,
    accept: Annotated[int | None, typer.Option(min=1, help="Let so many records pass the brakes.")] = None,
    source: Source = None,
    target: Target = None,
) -> None:
    """Collect, decide, deliver, write back and publish, once.

    A live source starts from now; history comes only by --from or --last.
    Example: casebridge sync --from 2026-03-01 --as-cases
    """
    if as_cases and not (since or last):
        message = "--as-cases is about history; say which with --from or --last."
        raise typer.BadParameter(message)
    composed = app(ctx)
    with progress(quiet=session(ctx).quiet) as advance:
        options = runs.SyncOptions(
            limit=limit,
            since=_date(since) if since else None,
            last=last,
            as_cases=as_cases,
            backlog=backlog,
            accept=accept,
            sources=tuple(source or ()),
            targets=tuple(target or ()),
            progress=advance,
        )
        report = engine.sync(composed, name, options)
    show_run(ctx, report)
    raise typer.Exit(report.exit_code)


def ledger(ctx: typer.Context) -> None:
    """Prove from our tables that every message that was read is accounted for.

    Example: casebridge ledger
    """
    report = accounts.ledger(app(ctx))
    if session(ctx).json:
        record(
            ctx,
            {
                "balanced": report.balanced,
                "sources": report.sources,
                "targets": report.targets,
                "faults": report.faults,
            },
        )
    else:
        for kind, lines in (("source", report.sources), ("target", report.targets)):
            for line in lines:
                parts = " + ".join(f"{count} {name}" for name, count in line.parts.items()) or "0"
                typer.echo(f"{kind} {line.name}: {line.total} {'=' if line.balanced else '≠'} {parts}")
        for fault in report.faults:
            typer.echo(fault)
        typer.echo("The ledger balances." if report.balanced else "The ledger does not balance.")
    if not report.balanced:
        raise typer.Exit(Exit.UNBALANCED)


def verify(
    ctx: typer.Context,
    target: Annotated[str | None, typer.Argument(help="A target of the project file; all of them otherwise.")] = None,
) -> None:
    """Prove in the target itself that what was delivered stands there once.

    Example: casebridge verify desk
    """
    composed = app(ctx)
    if target is not None and target not in composed.targets:
        message = f"There is no target {target!r}; there are: {', '.join(composed.targets) or 'none'}."
        raise ConfigError(message)
    reports = [proof.verify(composed, name) for name in ([target] if target else composed.targets)]
    columns = {
        "target": lambda one: one.target,
        "checked": lambda one: one.checked,
        "missing": lambda one: len(one.missing),
        "doubled": lambda one: len(one.doubled),
        "unexpected": lambda one: len(one.unexpected),
        "deleted there": lambda one: len(one.deleted),
        "moved there": lambda one: len(one.changed),
        "fine": lambda one: one.ok,
    }
    table(ctx, reports, columns)
    if not all(one.ok for one in reports):
        raise typer.Exit(Exit.UNBALANCED)


def pause(ctx: typer.Context, what: What = None, connection: Connection = "", reason: Reason = "") -> None:
    """Stop collecting, delivering or publishing, everywhere and within seconds, until you resume.

    Example: casebridge pause deliver desk --reason "maintenance"
    """
    composed = app(ctx)
    steps, names = _what(composed, what, connection)
    for step in steps:
        for name in names or [""]:
            brakes.pause(composed.store, step, name, by=actor(""), reason=reason, now=composed.clock.now())
    sentence = f"Paused: {_told(steps, names)}. Go on with: casebridge resume {' '.join([*steps, *names])}"
    result(ctx, {"paused": steps, "connections": names}, sentence)


def resume(
    ctx: typer.Context,
    what: What = None,
    connection: Connection = "",
    accept: Annotated[int, typer.Option(min=0, help="Let so many pass beyond the brake's limit.")] = 0,
) -> None:
    """Go on after a pause, by a person or a brake.

    Example: casebridge resume deliver desk --accept 300
    """
    composed = app(ctx)
    steps, names = _what(composed, what, connection)
    with composed.store.read() as connected:
        standing = queries.pauses(connected)
    ended: list[str] = []
    for step in steps:
        meant = names or sorted({"", *(each.connection for each in standing if each.step == step)})
        done = [name for name in meant if brakes.resume(composed.store, step, name, accept=accept)]
        ended += [_told([step], [name] if name else []) for name in done]
    if not ended:
        note(ctx, "Nothing of that was paused; `casebridge status` shows the pauses.")
    result(ctx, {"resumed": ended, "connections": names}, f"Resumed: {', '.join(ended) or 'nothing'}.")


def _what(composed: App, words: list[str] | None, connection: str) -> tuple[list[str], list[str]]:
    """Return the steps and the connections that are meant; raises ``ConfigError`` for what is neither."""
    known = [*composed.sources, *composed.targets]
    steps = [word for word in words or [] if word in set(Step)]
    names = [word for word in [*(words or []), connection] if word and word not in steps]
    for name in names:
        if name not in known:
            message = f"{name!r} is no step (collect, deliver, publish) and no source or target ({', '.join(known)})."
            raise ConfigError(message)
    return steps or [step.value for step in Step], names


def _told(steps: list[str], names: list[str]) -> str:
    return f"{', '.join(steps)}{' of ' if names else ''}{', '.join(names)}"


def _date(text: str) -> datetime:
    """Return an ISO date or time; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no date; write 2026-03-01 or 2026-03-01T08:00:00+01:00."
        raise typer.BadParameter(message) from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def show_run(ctx: typer.Context, report: runs.RunReport) -> None:
    """Show what a sync did."""
    if session(ctx).json:
        record(ctx, report)
        return
    composed = app(ctx)
    for name in in_order(report.counts, composed.sources, composed.targets):
        result(ctx, None, f"{name}: {told(report.counts[name]) or 'nothing new'}")
    for problem in report.problems:
        typer.echo(f"! {shown(problem)}", err=True)

"""``casebridge init``, ``check``, ``adapters``, ``schema`` and ``completion``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bridge import canary, registry
from bridge.app import App, TargetSetup
from bridge.commands import starter
from bridge.commands.context import app, record, result, session, table
from bridge.commands.mapping import problems_of
from bridge.contracts import Adapter
from bridge.errors import CasebridgeError, ConfigError, Exit, worst
from bridge.mapping.check import Severity
from bridge.nouns import Finding, KeyField, Thing
from identity import normalise


def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder of the new project.")] = Path(),
    target: Annotated[
        str,
        typer.Option(
            "--target",
            help="What it delivers to: desk, or the tool that you own: django_helpdesk, freshdesk, hubspot, jira-service-management, request_tracker, salesforce, webhook, zammad, zendesk.",
        ),
    ] = starter.DESK,
) -> None:
    """Start a project: project file, triage rules, mappings, example of secrets. Overwrites nothing.

    Example: casebridge init my-brand --target salesforce
    """
    if target not in (known := starter.targets(session(ctx).starter)):
        message = (
            f"{target!r} is none of: {', '.join(known)}. For others begin with the desk and write the target yourself."
        )
        raise typer.BadParameter(message)
    files = starter.files(session(ctx).starter, target)
    taken = [str(name) for name in files if (folder / name).exists()]
    if taken:
        message = f"{folder} holds {', '.join(taken[:3])} already; nothing was written. Name another folder."
        raise ConfigError(message)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    sentence = f"A project stands in {folder.resolve()}, with an example export. Go there and {starter.NEXT[target == starter.DESK]}"
    result(ctx, {"folder": str(folder.resolve()), "files": [str(name) for name in files]}, sentence)


def check(
    ctx: typer.Context,
    address: Annotated[
        str,
        typer.Option(
            "--canary",
            metavar="ADDRESS",
            help="Play a test case through each target on your own mail address, to prove that nobody is mailed by it.",
        ),
    ] = "",
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Create the key fields that targets lack, as check names them.")
    ] = False,
) -> None:
    """Try everything before anything runs: credentials, rights, key fields, mappings; with --canary also a test case.

    Example: casebridge check --canary me@example.com
    """
    composed = app(ctx)
    composed.load()
    findings = list(_findings(composed, prepare=prepare))
    if address:
        findings += _canaries(composed, address)
    rows = [
        {"connection": name, "ok": finding.ok, "text": finding.text, "remedy": finding.remedy}
        for name, finding, _ in findings
    ]
    columns = {
        "connection": lambda row: row["connection"],
        "fine": lambda row: row["ok"],
        "finding": lambda row: row["text"],
        "remedy": lambda row: row["remedy"],
    }
    table(ctx, rows, columns)
    raise typer.Exit(worst(*(code for _, _, code in findings)))


def adapters(ctx: typer.Context) -> None:
    """List the adapters that are installed, with what each can do.

    Example: casebridge adapters
    """
    rows = [
        {
            "type": each.kind,
            "role": registry.CONTRACTS[each.role].__name__.lower(),
            "from": each.distribution,
            "about": (each.adapter.__doc__ or "").split("\n")[0] if each.adapter else each.warning,
        }
        for each in registry.registrations()
    ]
    columns = {
        "type": lambda row: row["type"],
        "role": lambda row: row["role"],
        "from": lambda row: row["from"],
        "about": lambda row: row["about"],
    }
    table(ctx, rows, columns)


def schema(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="project, message, person …; without a name the names are listed.")] = "",
) -> None:
    """Give the JSON Schema of a format that people write: the project file, messages, persons.

    Example: casebridge schema project
    """
    known = session(ctx).schemas()
    if name and name not in known:
        message = f"There is no schema {name!r}; there are: {', '.join(known)}."
        raise ConfigError(message)
    if name:
        session(ctx).json = True
        record(ctx, known[name])
        return
    table(ctx, [{"name": each} for each in known], {"name": lambda row: row["name"]})


def _findings(composed: App, *, prepare: bool) -> Iterator[tuple[str, Finding, Exit]]:
    """Yield connection, finding and the exit code that it stands for."""
    for warning in registry.warnings():
        yield "adapters", Finding(ok=False, text=warning), Exit.SET_ASIDE
    for name, source in composed.sources.items():
        yield from _account(name, source.source)
    for name, target in composed.targets.items():
        yield from _account(name, target.target)
        yield from _fitness(name, target, prepare=prepare)
        yield name, Finding(ok=True, text=_answering(target)), Exit.OK


def _canaries(composed: App, address: str) -> Iterator[tuple[str, Finding, Exit]]:
    if not normalise.email(address):
        message = f"{address!r} is no mail address."
        raise typer.BadParameter(message)
    for name, target in composed.targets.items():
        flown = canary.fly(composed, target, address)
        yield from ((name, finding, Exit.OK if finding.ok else flown.code) for finding in flown.findings)


def _account(name: str, adapter: Adapter) -> Iterator[tuple[str, Finding, Exit]]:
    try:
        account = adapter.check()
    except CasebridgeError as error:
        yield name, Finding(ok=False, text=str(error)), error.exit_code
        return
    for finding in account.told:
        yield name, finding, Exit.OK if finding.ok else Exit.CONFIG


def _answering(target: TargetSetup) -> str:
    if not target.publish:
        return "answers stay there: publish is off"
    return f"to answer a customer there: {target.target.publish_gesture}"


def _fitness(name: str, target: TargetSetup, *, prepare: bool) -> Iterator[tuple[str, Finding, Exit]]:
    """Yield whether key fields are there, or are now, and mappings fit what the target says of itself."""
    keys = [KeyField(each.object, each.key_field) for each in target.every_mapping() if each.key_field]
    try:
        steps, problems = target.target.prepare(list(dict.fromkeys(keys)), dry_run=not prepare), problems_of(target)
    except CasebridgeError as error:
        yield name, Finding(ok=False, text=str(error)), error.exit_code
        return
    for step in steps:
        remedy = "" if step.done else step.manual or "Let it be created: casebridge check --prepare"
        finding = Finding(ok=step.done, text=step.description, remedy=remedy)
        yield name, finding, Exit.OK if step.done else Exit.CONFIG
    for thing in sorted({Thing.CASE, Thing.MESSAGE} - target.mappings.keys()):
        remedy = f"Add {thing}.yaml beside the other mappings; casebridge init writes one to begin with."
        finding = Finding(ok=False, text=f"there is no mapping of {thing}s, so none is delivered", remedy=remedy)
        yield name, finding, Exit.CONFIG
    for problem in problems:
        severe = problem.severity is Severity.ERROR
        yield name, Finding(ok=not severe, text=str(problem)), Exit.CONFIG if severe else Exit.OK

"""``casebridge mapping``: check mappings against their targets, run their tests, give their schemas."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge.app import App, TargetSetup
from bridge.commands.context import app, found, record, session, table
from bridge.errors import ConfigError, Exit
from bridge.mapping.check import Problem, Severity, check
from bridge.mapping.schema import mapping_schema, object_mapping_schema
from bridge.mapping.testing import run_tests
from bridge.nouns import Thing

mapping = typer.Typer(no_args_is_help=True, help="Mappings: our nouns → a target's fields.")

Target = Annotated[str, typer.Argument(help="A target of the project file; all of them otherwise.")]


@mapping.command("check")
def check_mappings(ctx: typer.Context, target: Target = "") -> None:
    """Check mappings against what the targets say of their fields: names, types, lengths, picklists.

    Example: casebridge mapping check desk
    """
    problems = [problem for setup in _targets(app(ctx), target) for problem in problems_of(setup)]
    if session(ctx).json:
        record(ctx, problems)
    else:
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(f"{len(problems)} problems." if problems else "All mappings fit.")
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise typer.Exit(Exit.CONFIG)


@mapping.command("test")
def run_mapping_tests(ctx: typer.Context, target: Target = "") -> None:
    """Run the tests that stand in the mapping files.

    Example: casebridge mapping test
    """
    results = [one for setup in _targets(app(ctx), target) for each in setup.every_mapping() for one in run_tests(each)]
    columns = {
        "test": lambda one: one.name,
        "passed": lambda one: one.passed,
        "where": lambda one: f"{one.file}:{one.line}",
        "message": lambda one: one.message,
    }
    table(ctx, results, columns)
    if not all(one.passed for one in results):
        raise typer.Exit(Exit.CONFIG)


@mapping.command("schema")
def show_schema(
    ctx: typer.Context,
    thing: Annotated[Thing, typer.Argument(help="person, profile, case or message.")],
    target: Annotated[str, typer.Option(help="With the fields of this target's object, as it describes them.")] = "",
    object_name: Annotated[str, typer.Option("--object", help="Which object, where the target has several.")] = "",
) -> None:
    """Give the JSON Schema of a mapping file, for editors.

    Example: casebridge mapping schema case --target desk
    """
    session(ctx).json = True
    if not target:
        record(ctx, mapping_schema(thing))
        return
    setup = _targets(app(ctx), target)[0]
    objects = [name for name in setup.objects(thing) if not object_name or name == object_name]
    own = found(next(reversed(objects), None), f"mapping of {target} for", thing)
    record(ctx, object_mapping_schema(setup.target.schema(own), thing))


def problems_of(setup: TargetSetup) -> list[Problem]:
    """Return what in a target's mappings does not fit the target. Raises ``ConfigError`` for an unknown object."""
    return [problem for each in setup.every_mapping() for problem in check(each, setup.target.schema(each.object))]


def _targets(composed: App, name: str) -> list[TargetSetup]:
    if name and name not in composed.targets:
        message = f"There is no target {name!r}; there are: {', '.join(composed.targets) or 'none'}."
        raise ConfigError(message)
    return [setup for each, setup in composed.targets.items() if not name or each == name]

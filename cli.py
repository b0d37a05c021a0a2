"""The composition root: builds an App from the project file and the registered adapters, and hands it to the commands."""

from __future__ import annotations

import gc
import os
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy.engine import make_url

from bridge import registry
from bridge.app import App, AttachmentPolicy, Brakes, SourceSetup, SyncSetup, TargetSetup
from bridge.clock import SystemClock
from bridge.commands import demo, finding, keeping, planning, running, setup
from bridge.commands.attachments import attachments
from bridge.commands.cases import cases
from bridge.commands.context import Session
from bridge.commands.customers import customers
from bridge.commands.decisions import decisions
from bridge.commands.desk import desk
from bridge.commands.mapping import mapping
from bridge.commands.messages import conversations, messages
from bridge.commands.outbox import actions, deliveries
from bridge.commands.quarantine import quarantine
from bridge.commands.root import Root, configure_logs
from bridge.commands.status import runs, status
from bridge.contracts import Surroundings
from bridge.mapping.target import load_target_mapping
from bridge.registry import Role
from bridge.store import migrate
from bridge.store.store import Store
from bridge.triage.rules import load_rules
from config.demo import mix_exports, write_project
from config.loading import Loaded, read_project
from config.mappings import mapping_files
from config.schema import schemas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.clock import Clock
    from bridge.nouns import Thing
    from config.project import BrakesEntry, SourceEntry, TargetEntry

ROOT = Path(__file__).parent
main = typer.Typer(
    name="casebridge",
    cls=Root,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Every social conversation becomes a case in the ticket tool you own, exactly once.",
)


def run() -> None:
    """Run the command line; the entry point of the program.

    What is imported by now stays, and batches of thousands of rows hold no circles: looking for such among them all the
    time is a fifth of a sync (measured).
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    main()


def compose(path: Path, clock: Clock | None = None) -> App:
    """Build the App of the project at ``path`` and bring its store to the present schema. Raises ``ConfigError``."""
    loaded, clock = read_project(path), clock or SystemClock()
    project, folder = loaded.project, loaded.folder
    mappings = {name: mapping_files(loaded, name) for name in project.targets}
    triage = folder / project.triage
    app = App(
        organisation=project.organisation,
        environment=project.environment,
        folder=folder,
        store=Store(_store_url(project.store, folder)),
        clock=clock,
        sources={name: _source(entry, Surroundings(name, folder, clock)) for name, entry in project.sources.items()},
        targets={
            name: _target(entry, Surroundings(name, folder, clock), mappings[name], project.brakes)
            for name, entry in project.targets.items()
        },
        syncs=_syncs(loaded),
        triage=load_rules(triage),
        cases=project.cases.base(),
        unit_cases=project.cases.of_units(),
        identity=project.identity,
        attachments=AttachmentPolicy(**project.attachments.model_dump()),
        config_files=_texts(loaded, [triage, *(path for files in mappings.values() for path in files.values())]),
        warnings=loaded.warnings,
    )
    migrate.ensure(app.store)
    return app


def _source(entry: SourceEntry, surroundings: Surroundings) -> SourceSetup:
    source = registry.source(entry.type).connect(entry, surroundings)
    answers = entry.type in registry.kinds(Role.PUBLISHER)
    return SourceSetup(
        name=surroundings.name,
        source=source,
        publisher=registry.publisher(entry.type).beside(source) if answers else None,
        unit=entry.unit,
        own=frozenset(each.casefold() for each in entry.own),
        keep_raw=entry.keep_raw,
        fact_patterns=entry.facts,
    )


def _target(
    entry: TargetEntry, surroundings: Surroundings, mappings: Mapping[Thing, Path], brakes: BrakesEntry
) -> TargetSetup:
    own = entry.brakes.model_dump(include=entry.brakes.model_fields_set) if entry.brakes else {}
    return TargetSetup(
        name=surroundings.name,
        target=registry.target(entry.type).connect(entry, surroundings),
        mode=entry.mode,
        mappings={thing: load_target_mapping(path, thing=thing) for thing, path in mappings.items()},
        persons=entry.persons,
        publish=entry.publish,
        hold=timedelta(seconds=entry.hold_seconds),
        stale_answer=timedelta(hours=entry.stale_answer_hours),
        brakes=Brakes(**(brakes.model_dump() | own)),
    )


def _syncs(loaded: Loaded) -> dict[str, SyncSetup]:
    """Return the named syncs; without any, one of everything."""
    project = loaded.project
    if not project.syncs:
        return {"all": SyncSetup(name="all", sources=tuple(project.sources), targets=tuple(project.targets))}
    return {
        name: SyncSetup(name=name, sources=sync.sources, targets=sync.targets, schedule=sync.schedule)
        for name, sync in project.syncs.items()
    }


def _store_url(url: str, folder: Path) -> str:
    """Return the URL with a SQLite path made absolute from the project folder."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return url
    return parsed.set(database=str(folder / parsed.database)).render_as_string(hide_password=False)


def _texts(loaded: Loaded, files: list[Path]) -> dict[str, str]:
    """Return the configuration as text, by path from the project folder, for the audit."""
    texts = {os.path.relpath(file, loaded.folder): file.read_text(encoding="utf-8") for file in files}
    return {loaded.file.name: loaded.masked, **texts}


def _version(value: bool) -> None:
    if value:
        typer.echo(f"casebridge {version('casebridge')}")
        raise typer.Exit


@main.callback()
def options(
    ctx: typer.Context,
    project: Annotated[
        Path, typer.Option(envvar="CASEBRIDGE_PROJECT", help="Project folder or project file.")
    ] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Give results as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only results and errors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log everything and show tracebacks.")] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log as JSON lines on stderr.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Every social conversation becomes a case in the ticket tool you own, exactly once."""
    configure_logs(as_json=log_json, debug=debug)
    ctx.obj = Session(
        compose=compose,
        starter=ROOT / "config" / "starter",
        schemas=schemas,
        project=project,
        json=as_json,
        quiet=quiet,
        debug=debug,
    )
    ctx.call_on_close(ctx.obj.close)


for command in (
    setup.init,
    setup.check,
    planning.plan,
    running.sync,
    status,
    running.ledger,
    running.verify,
    finding.find,
    finding.explain,
    running.pause,
    running.resume,
    keeping.backup,
    keeping.restore,
    keeping.audit,
    setup.adapters,
    setup.schema,
):
    main.command()(command)
main.command("demo")(demo.command(demo.Stage(write=write_project, mix=mix_exports, compose=compose)))
for name, group in (
    ("runs", runs),
    ("messages", messages),
    ("conversations", conversations),
    ("attachments", attachments),
    ("customers", customers),
    ("cases", cases),
    ("decisions", decisions),
    ("deliveries", deliveries),
    ("actions", actions),
    ("quarantine", quarantine),
    ("mapping", mapping),
    ("desk", desk),
):
    main.add_typer(group, name=name)

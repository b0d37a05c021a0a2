"""The composition root: hands the commands what they work with; ``COMMANDS`` says where each is.

What takes time to load (the database toolkit, YAML, adapters) is loaded by the command that needs it, so that help and
completion are there at once.
"""

from __future__ import annotations

import gc
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.commands.context import Session, Stage
from bridge.commands.root import Outline, Root

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from bridge.app import App
    from bridge.clock import Clock
    from bridge.commands.context import Surrounding

ROOT = Path(__file__).parent

COMMANDS = {
    "Begin": (
        Outline("init", "setup:init", "Start a project: project file, triage rules, mappings, example of secrets."),
        Outline("demo", "demo:demo", "See it work: a brand's week on seven channels becomes customers and cases."),
        Outline(
            "check", "setup:check", "Try everything before anything runs: credentials, rights, key fields, mappings."
        ),
        Outline("connect", "connecting:connect", "Sign a connection in, show what it may do, and try it."),
        Outline("plan", "planning:plan", "Show what a sync would create, update, skip or refuse, with reasons."),
        Outline("adapters", "setup:adapters", "List the adapters that are installed, with what each can do."),
        Outline("schema", "setup:schema", "Give the JSON Schema of a format that people write."),
        Outline("mapping", "mapping:mapping", "Mappings: our nouns → a target's fields."),
        Outline("http", "http:http", "Manifests of REST tools: try their requests one by one."),
    ),
    "Run": (
        Outline("sync", "running:sync", "Collect, decide, deliver, write back and publish, once."),
        Outline(
            "watch",
            "watching:watch",
            "Sync whenever a source tells of news (a mailbox does), and every so many seconds; until it is stopped.",
        ),
        Outline("serve", "serving:serve", "Receive webhooks: what comes is on the disk before it is answered."),
        Outline("status", "status:status", "Show how things stand: counts, connections, pauses, problems."),
        Outline("alerts", "alerts:alerts", "Alarms: what is wrong, whose it is, and whether people are told."),
        Outline("runs", "status:runs", "Runs of syncs, with their counts and problems."),
        Outline("ledger", "running:ledger", "Prove from our tables that every message that was read is accounted for."),
        Outline("verify", "running:verify", "Prove in the target itself that what was delivered stands there once."),
        Outline("pause", "running:pause", "Stop collecting, delivering or publishing, everywhere and within seconds."),
        Outline("resume", "running:resume", "Go on after a pause, by a person or a brake."),
    ),
    "Look": (
        Outline("find", "finding:find", "Find messages, customers, cases and records by anything that names them."),
        Outline("explain", "finding:explain", "Say why something is as it is."),
        Outline("messages", "messages:messages", "Messages, and what became of them."),
        Outline("conversations", "messages:conversations", "Conversations: messages of one thread on one account."),
        Outline("attachments", "attachments:attachments", "Attachments: files of messages, fetched and delivered."),
        Outline("customers", "customers:customers", "Customers: resolved people, with their history of all channels."),
        Outline("deliveries", "outbox:deliveries", "Deliveries: records on their way into targets."),
    ),
    "Decide and act": (
        Outline("cases", "cases:cases", "Cases: one issue of one customer, over all channels."),
        Outline("decisions", "decisions:decisions", "Decisions of people about customers and cases."),
        Outline(
            "answer",
            "answering:answer",
            "Answer a case: held, checked and sent like an agent's answer, and told in the case.",
        ),
        Outline("actions", "outbox:actions", "Actions: answers on their way to the networks."),
        Outline("quarantine", "quarantine:quarantine", "Quarantine: rows and payloads that could not be read."),
        Outline("desk", "desk:desk", "Play the agent in the ticket desk: read cases, answer, close, merge."),
    ),
    "Keep": (
        Outline(
            "backup", "keeping:backup", "Write a consistent copy of the store to a file, while everything goes on."
        ),
        Outline("restore", "keeping:restore", "Put a backup in the place of the store."),
        Outline("retention", "keeping:retention", "Show what is deleted here after the time for which it is kept."),
        Outline("audit", "keeping:audit", "Show how the configuration changed, sync by sync, with the differences."),
    ),
}


class Casebridge(Root):
    """The commands above, loaded when called."""

    outline = COMMANDS


main = typer.Typer(
    name="casebridge",
    cls=Casebridge,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Every social conversation becomes a case in the ticket tool you own, exactly once.",
)


def run() -> None:
    """Run the command line; the entry point of the program.

    Batches of thousands of rows hold no circles: looking for such among them all the time is a fifth of a sync
    (measured).
    """
    gc.set_threshold(20_000, 10, 20)
    main()


def compose(path: Path, clock: Clock | None = None) -> App:
    """Build the App of the project at ``path`` and bring its store to the present schema. Raises ``ConfigError``."""
    from config.composing import compose as composed  # noqa: PLC0415 - takes half a second, which help can do without

    return composed(path, clock)


def _schemas() -> Mapping[str, Any]:
    from config.schema import schemas  # noqa: PLC0415 - as above

    return schemas()


def _stage() -> Stage:
    from config.demo import mix_exports, write_project  # noqa: PLC0415 - as above

    return Stage(write=write_project, mix=mix_exports, compose=compose)


def _surrounding(project: Path | None) -> Surrounding:
    from config.environment import read_environment  # noqa: PLC0415 - as above

    return read_environment(project)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"casebridge {version('casebridge')}")
        raise typer.Exit


@main.callback()
def options(
    ctx: typer.Context,
    project: Annotated[
        Path | None, typer.Option(help="Project folder or project file; else CASEBRIDGE_PROJECT, else this folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Give results as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only results and errors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log everything and show tracebacks.")] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log as JSON lines on stderr.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Every social conversation becomes a case in the ticket tool you own, exactly once."""
    ctx.obj = Session(
        compose=compose,
        surrounding=_surrounding,
        stage=_stage,
        starter=ROOT / "config" / "starter",
        schemas=_schemas,
        project=project,
        json=as_json,
        quiet=quiet,
        debug=debug,
        log_json=log_json,
    )
    ctx.call_on_close(ctx.obj.close)

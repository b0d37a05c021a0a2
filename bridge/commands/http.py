"""``casebridge http``: try the requests of a manifest one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
import typer

from bridge.app import TargetSetup
from bridge.commands.context import app, record, session, table
from bridge.errors import ConfigError
from bridge.hands import TriesRequests

http = typer.Typer(no_args_is_help=True, help="Manifests of REST tools: try their requests one by one.")

Target = Annotated[str, typer.Argument(help="A target of the project file that speaks by a manifest.")]


@http.command("requests")
def list_requests(ctx: typer.Context, target: Target) -> None:
    """List the requests of a target's manifest.

    Example: casebridge http requests tracker
    """
    requests = _trying(app(ctx).targets, target).requests()
    rows = [{"request": name, "sends": text} for name, text in requests.items()]
    table(ctx, rows, {"request": lambda row: row["request"], "sends": lambda row: row["sends"]})


@http.command("try")
def try_request(
    ctx: typer.Context,
    target: Target,
    request: Annotated[str, typer.Argument(help="A request of it, as tickets.find.")],
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="A value: ref=17, key=cb1-x, fields.subject=Hello, since=2026-03-02."
        ),
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it though it changes something there.")] = False,
) -> None:
    """Send one request, and show what went out, what came back, and what the manifest made of it. Secrets are masked.

    What only reads is sent at once; what changes something is shown, and sent with --send.

    Example: casebridge http try tracker tickets.read --set ref=17
    """
    trying = _trying(app(ctx).targets, target)
    values = dict(_pair(each) for each in given or ())
    reads = trying.requests().get(request, "").startswith("GET ")
    tried = trying.try_request(request, values, send=send or reads)
    if session(ctx).json:
        record(ctx, dict(tried))
        return
    for title, part in tried.items():
        typer.echo(f"{title}:")
        typer.echo("  " + _written(part).replace("\n", "\n  "))
    if "answer" not in tried:
        typer.echo("It was not sent, because it changes something there; --send sends it.")


def _trying(targets: Mapping[str, TargetSetup], name: str) -> TriesRequests:
    able = {each: setup.target for each, setup in targets.items() if isinstance(setup.target, TriesRequests)}
    if name not in able:
        message = f"There is no target {name!r} that speaks by a manifest; there are: {', '.join(able) or 'none'}."
        raise ConfigError(message)
    return able[name]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        message = f"{text!r} is no NAME=VALUE."
        raise typer.BadParameter(message)
    return name, value


def _written(part: Any) -> str:  # noqa: ANN401 - any JSON
    return orjson.dumps(part, option=orjson.OPT_INDENT_2).decode()

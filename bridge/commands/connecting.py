"""``casebridge connect``: sign a connection in, with the help of whoever is at the keyboard."""

from __future__ import annotations

import sys
import time
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Annotated, ClassVar
from urllib.parse import parse_qsl, urlsplit

import typer

from bridge.commands.context import app, table
from bridge.errors import ConfigError, Exit
from bridge.signing_in import SignsIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.contracts import Adapter

_WAIT = 300.0
"""Seconds that the browser may take."""
_DONE = b"<!doctype html><title>Casebridge</title><p>Thank you. You may close this page and go back to the terminal."


def connect(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A source or target of the project file.")],
    paste: Annotated[
        bool, typer.Option("--paste", help="Paste the address that the browser ends at; for a machine without one.")
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65_535,
            help="Port of this machine that the browser comes back to, where it must be known before.",
        ),
    ] = 0,
) -> None:
    """Sign a connection in, show what it may do, and try it.

    What it signs in with is kept encrypted. Example: casebridge connect support-mail
    """
    composed = app(ctx)
    adapters: dict[str, Adapter] = {each.name: each.source for each in composed.sources.values()}
    adapters |= {each.name: each.target for each in composed.targets.values()}
    if name not in adapters:
        message = f"There is no connection {name!r}; there are: {', '.join(adapters) or 'none'}."
        raise ConfigError(message)
    adapter = adapters[name]
    if isinstance(adapter, SignsIn):
        adapter.sign_in(AtTheKeyboard(paste=paste, port=port))
    else:
        typer.echo(f"{name} is signed in by its settings in the project file alone; this is what it may do:", err=True)
    account = adapter.check()
    rows = [{"ok": each.ok, "text": each.text, "remedy": each.remedy} for each in account.told]
    columns = {"fine": lambda row: row["ok"], "finding": lambda row: row["text"], "remedy": lambda row: row["remedy"]}
    table(ctx, rows, columns)
    raise typer.Exit(Exit.OK if account.ok else Exit.CONFIG)


class AtTheKeyboard:
    """The person at the terminal, whose browser comes back to a port of this machine."""

    def __init__(self, *, paste: bool, port: int = 0) -> None:
        """``paste``: there is no browser here; its last address is pasted. ``port``: it comes back to; 0 for a free one."""
        self._paste, self._port = paste, port

    def told(self, text: str) -> None:
        """Show something beside the results."""
        typer.echo(text, err=True)

    def asked(self, text: str, *, secret: bool = False) -> str:
        """Ask for a value. Raises ``ConfigError`` where nobody is there."""
        if not sys.stdin.isatty() and not secret:
            value = sys.stdin.readline().strip()
            if not value:
                message = f"{text}: nobody is there to say. Run this in a terminal."
                raise ConfigError(message)
            return value
        return str(typer.prompt(text, hide_input=secret, err=True))

    def sent(self, address: Callable[[str], str]) -> Mapping[str, str]:
        """Open the browser and wait until it comes back."""
        _Back.answer = {}
        with self._waiting() as waiting:
            target = address(f"http://127.0.0.1:{waiting.server_port}/")
            self.told(f"Allow it at:\n{target}")
            if self._paste:
                pasted = self.asked("Paste the address at which the browser ended")
                return dict(parse_qsl(urlsplit(pasted).query))
            webbrowser.open(target)
            until = time.monotonic() + _WAIT
            while not _Back.answer and (left := until - time.monotonic()) > 0:
                waiting.timeout = left
                waiting.handle_request()
        if not _Back.answer:
            message = "The browser did not come back within five minutes. Try again, or with --paste."
            raise ConfigError(message)
        return _Back.answer

    def _waiting(self) -> HTTPServer:
        try:
            return HTTPServer(("127.0.0.1", self._port), _Back)
        except OSError as error:
            message = f"Port {self._port} is taken on this machine; name another one that the provider knows."
            raise ConfigError(message) from error


class _Back(BaseHTTPRequestHandler):
    """The page at which the browser ends; what else calls there, as for an icon, is not waited for."""

    answer: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        """Keep the parameters and thank."""
        query = dict(parse_qsl(urlsplit(self.path).query))
        if not query.keys() & {"code", "error"}:
            self.send_error(404)
            return
        _Back.answer = query
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(_DONE)

    def log_message(self, *_: object) -> None:
        """Say nothing: the address holds the code."""

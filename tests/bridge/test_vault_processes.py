"""Processes of their own that renew one rotating token at once: it is used once, and all of them go on."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from bridge.errors import AuthError
from bridge.oauth import Provider, Tokens
from bridge.safe import Secrets
from bridge.vault import KEY_FILE
from cli import compose
from tests.fakes.serving import running
from tests.project import fork, write_project

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from starlette.requests import Request

    from bridge.app import App

AT_ONCE = 4


class Strict:
    """A provider whose refresh tokens are good for once; whoever shows one again loses the sign-in for good."""

    def __init__(self) -> None:
        """Know the token of the sign-in."""
        self.valid, self.given, self.misused = "refresh-0", 0, False
        self.app = Starlette(routes=[Route("/token", self._token, methods=["POST"])])

    async def _token(self, request: Request) -> JSONResponse:
        (shown,) = parse_qs((await request.body()).decode())["refresh_token"]
        self.misused |= shown != self.valid
        if self.misused:
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.given += 1
        self.valid = f"refresh-{self.given}"
        await asyncio.sleep(0.1)  # the others come meanwhile
        return JSONResponse({"access_token": f"access-{self.given}", "refresh_token": self.valid, "expires_in": 3_600})


def access(app: App, url: str) -> str:
    """Return the token with which an adapter calls."""
    provider = Provider(name="support", authorize_url="", token_url=f"{url}/token", client_id="app")
    assert app.vault is not None
    with httpx.Client() as client:
        return Tokens(provider, app.vault.safe("support"), app.clock, client).access()


def work(folder: Path, url: str, out: Path) -> None:
    """Use the connection, as a sync does."""
    out.write_text(access(compose(folder), url))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a project whose connection was signed in; its token has ended."""
    folder = write_project(tmp_path / "project")
    app = compose(folder)
    assert app.vault is not None
    app.vault.safe("support").keep(Secrets({"access_token": "access-0", "refresh_token": "refresh-0"}, app.clock.now()))
    app.close()
    return folder


def used(folder: Path, url: str) -> list[str]:
    """Let several processes use the connection at once; returns the tokens that they got."""
    outs = [folder / f"{number}.token" for number in range(AT_ONCE)]
    processes: list[ForkServerProcess] = [fork(work, folder, url, out) for out in outs]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    return [out.read_text() for out in outs]


def test_of_several_processes_one_renews_and_all_use_what_it_got(folder: Path) -> None:
    provider = Strict()
    with running(provider.app) as url:
        assert used(folder, url) == ["access-1"] * AT_ONCE
    assert (provider.given, provider.misused) == (1, False)


def test_several_processes_that_begin_a_vault_at_once_make_one_key(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    compose(folder).close()
    processes = [fork(_keep, folder, number) for number in range(AT_ONCE)]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    app = compose(folder)
    assert app.vault is not None
    kept = [app.vault.safe(f"c{number}").read().values for number in range(AT_ONCE)]
    app.close()
    assert kept == [{"token": f"t{number}"} for number in range(AT_ONCE)]
    assert len(list(folder.glob(f"{KEY_FILE}*"))) == 1


def _keep(folder: Path, number: int) -> None:
    app = compose(folder)
    assert app.vault is not None
    app.vault.safe(f"c{number}").keep(Secrets({"token": f"t{number}"}))


@pytest.mark.parametrize("side", ["before_commit", "after_commit"])
def test_a_process_that_dies_with_new_tokens_leaves_whole_ones_or_says_how_to_sign_in_anew(
    folder: Path, side: str
) -> None:
    provider = Strict()
    with running(provider.app) as url:
        process = fork(_die, folder, url, f"vault.keep.{side}")
        process.join(60)
        assert process.exitcode == 137
        app = compose(folder)
        if side == "after_commit":
            assert access(app, url) == "access-1"
        else:
            with pytest.raises(AuthError, match="casebridge connect support"):
                access(app, url)
        app.close()


def _die(folder: Path, url: str, point: str) -> None:
    os.environ["CRASH_AT"] = f"{point}:1"
    access(compose(folder), url)

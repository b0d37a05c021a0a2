"""Serve a pretend Zendesk to try Casebridge against: ``python -m tests.fakes.zendesk``."""

from __future__ import annotations

import argparse
import sys
import threading

from bridge.clock import SystemClock
from tests.fakes.serving import running
from tests.fakes.zendesk.app import Fake
from tests.fakes.zendesk.org import EMAIL, TOKEN, hostile, plain, spared

ORGS = {"plain": lambda: spared(plain()), "hostile": hostile}
TOLD = """\
A pretend Zendesk answers at {address} until you press Ctrl-C. Nothing is kept.
Its triggers are {triggers}. For a project that was begun with
casebridge init --target zendesk, put these lines into its .env:

{lines}"""


def lines(address: str) -> str:
    """Return what stands in the .env of a project that delivers there."""
    return f"ZENDESK_URL={address}\nZENDESK_EMAIL={EMAIL}\nZENDESK_TOKEN={TOKEN}\n"


def main() -> None:
    """Serve an account until somebody presses Ctrl-C."""
    options = argparse.ArgumentParser(prog="python -m tests.fakes.zendesk", description=__doc__)
    options.add_argument("--port", type=int, default=8768, help="where to listen on the loopback; 0 takes a free port")
    options.add_argument("--org", choices=ORGS, default="plain", help="hostile: admins and neighbours are in the way")
    chosen = options.parse_args()
    fake = Fake(SystemClock(), ORGS[chosen.org]())
    triggers = ", ".join(each.title for each in fake.state.org.triggers)
    with running(fake.app, port=chosen.port) as address:
        sys.stdout.write(TOLD.format(address=address, triggers=triggers, lines=lines(address)))
        sys.stdout.flush()
        wait()


def wait() -> None:
    """Wait for Ctrl-C."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()

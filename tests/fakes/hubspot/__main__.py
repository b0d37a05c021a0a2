"""Serve a pretend HubSpot to try Casebridge against: ``python -m tests.fakes.hubspot``."""

from __future__ import annotations

import argparse
import sys
import threading

from bridge.clock import SystemClock
from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.org import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SERVICE_KEY, hostile, plain
from tests.fakes.serving import running

ORGS = {"plain": plain, "hostile": hostile}
TOLD = """\
A pretend HubSpot answers at {address} until you press Ctrl-C. Nothing is kept.
What it holds is shown there in a browser, and how an agent answers.
Its pipelines are {pipelines}. An OAuth app has the client id {client}, the client secret
{secret} and the refresh token {token}. For a project that was begun with
casebridge init --target hubspot, put these lines into its .env:

{lines}"""


def lines(fake: Fake, address: str) -> str:
    """Return what stands in the .env of a project that delivers there."""
    return f"HUBSPOT_KEY={SERVICE_KEY}\nHUBSPOT_PORTAL={fake.org.portal_id}\nHUBSPOT_URL={address}\n"


def main() -> None:
    """Serve an account until somebody presses Ctrl-C."""
    options = argparse.ArgumentParser(prog="python -m tests.fakes.hubspot", description=__doc__)
    options.add_argument("--port", type=int, default=8767, help="where to listen on the loopback; 0 takes a free port")
    options.add_argument("--org", choices=ORGS, default="plain", help="hostile: admins and neighbours are in the way")
    chosen = options.parse_args()
    fake = Fake(SystemClock(), ORGS[chosen.org]())
    pipelines = ", ".join(f"{one.id} {one.label}" for one in fake.org.pipelines)
    with running(fake.app, port=chosen.port) as address:
        told = TOLD.format(
            address=address,
            client=CLIENT_ID,
            secret=CLIENT_SECRET,
            token=REFRESH_TOKEN,
            pipelines=pipelines,
            lines=lines(fake, address),
        )
        sys.stdout.write(told)
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

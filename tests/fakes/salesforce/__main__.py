"""Serve a pretend Salesforce to try Casebridge against: ``python -m tests.fakes.salesforce``."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

from bridge.clock import SystemClock
from tests.fakes.salesforce.app import Fake
from tests.fakes.salesforce.metadata import deploy
from tests.fakes.salesforce.org import bare, hostile, plain
from tests.fakes.serving import running

ORGS = {"bare": bare, "plain": plain, "hostile": hostile}
TOLD = """\
A pretend Salesforce answers at {address} until you press Ctrl-C. Nothing is kept.
What it holds is shown there in a browser. For JWT bearer the user is {username}. For a project that was begun with
casebridge init --target salesforce, put these lines into its .env:

{lines}"""


def lines(fake: Fake, address: str) -> str:
    """Return what stands in the .env of a project that delivers there."""
    client, names = fake.org.client, fake.world.names
    known = {
        "SALESFORCE_URL": address,
        "SALESFORCE_KEY": client.key,
        "SALESFORCE_SECRET": client.secret,
        "SALESFORCE_QUEUE": names["Support"],
        "SALESFORCE_USER": names["Ada Amsel"],
    }
    return "".join(f"{name}={value}\n" for name, value in known.items())


def main() -> None:
    """Serve an org until somebody presses Ctrl-C."""
    options = argparse.ArgumentParser(prog="python -m tests.fakes.salesforce", description=__doc__)
    options.add_argument("--port", type=int, default=8766, help="where to listen on the loopback; 0 takes a free port")
    options.add_argument("--org", choices=ORGS, default="plain", help="bare: nothing prepared; hostile: many admins")
    options.add_argument("--person-accounts", action="store_true", help="customers are Person Accounts")
    options.add_argument("--social", action="store_true", help="SocialPost and SocialPersona are there")
    options.add_argument(
        "--deploy", type=Path, help="metadata in source format, as for sf project deploy start --source-dir"
    )
    options.add_argument("--public-key", type=Path, help="PEM of the key that signs JWT assertions")
    chosen = options.parse_args()
    org = ORGS[chosen.org](person_accounts=chosen.person_accounts, social=chosen.social)
    if chosen.deploy:
        deploy(org, chosen.deploy)
    if chosen.public_key:
        org.client = replace(org.client, public_key=chosen.public_key.read_text(encoding="utf-8"))
    fake = Fake(SystemClock(), org)
    with running(fake.app, port=chosen.port) as address:
        told = TOLD.format(address=address, username=fake.org.client.username, lines=lines(fake, address))
        sys.stdout.write(told)
        sys.stdout.flush()
        wait()


def wait() -> None:
    """Wait for Ctrl-C."""
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()

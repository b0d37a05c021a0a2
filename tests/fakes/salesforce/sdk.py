"""The real SDK, connected to a pretend org without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests
from simple_salesforce.api import Salesforce

from tests.fakes.transports import AppAdapter

if TYPE_CHECKING:
    from tests.fakes.salesforce.app import Fake


def session_to(fake: Fake) -> requests.Session:
    """Return a session whose calls all go into the fake."""
    session = requests.Session()
    session.mount("https://", AppAdapter(fake.app))
    return session


def connected(fake: Fake, session: requests.Session | None = None) -> Salesforce:
    """Sign in by client credentials."""
    client, session = fake.org.client, session or session_to(fake)
    domain = fake.org.host.removesuffix(".salesforce.com")
    return Salesforce(
        consumer_key=client.key, consumer_secret=client.secret, domain=domain, version="66.0", session=session
    )

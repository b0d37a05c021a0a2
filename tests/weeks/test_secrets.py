"""No secret appears anywhere: not in what a run says with --debug, not in a library's log, a plan, an error or a file."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

import cli
from bridge.errors import Exit
from tests.fakes.hubspot.org import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN
from tests.fakes.zendesk import org as zendesk_org
from tests.fakes.zendesk.access import OAUTH
from tests.fakes.zendesk.org import EMAIL
from tests.weeks.crm import NAME, Crm
from tests.weeks.feed import mail, open_office, say
from tests.weeks.hubspot import HubSpotAccount
from tests.weeks.overhearing import Overhearing
from tests.weeks.salesforce import SalesforceOrg
from tests.weeks.zendesk import ZendeskAccount

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp

    from bridge.clock import ShiftedClock
    from tests.weeks.office import Office

SESSION = "00DCb0000000001!pretend.session.of.somebody.else"
LIBRARIES = {"salesforce": "urllib3", "hubspot": "urllib3", "zendesk": "httpcore"}
"""Whose logger speaks about each call; those of the SDKs speak now and then, about bodies and headers."""


class Keyed(SalesforceOrg):
    """An org that lets Casebridge in by JWT bearer."""

    def __init__(self, clock: ShiftedClock) -> None:
        """Make a key, and let the app know its certificate."""
        super().__init__(clock)
        key = rsa.generate_private_key(65537, 2048)
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.fake.org.client = replace(self.fake.org.client, public_key=public)
        self.secrets = {"SALESFORCE_KEY": pem}

    def target(self, address: str) -> str:
        """Return the target with key and user in the place of the secret."""
        way = f"private_key: ${{SALESFORCE_KEY}}\n    username: {self.fake.org.client.username}"
        return super().target(address).replace("consumer_secret: ${SALESFORCE_SECRET}", way)


class Borrowed(SalesforceOrg):
    """An org in which Casebridge uses a session that somebody else keeps."""

    def __init__(self, clock: ShiftedClock) -> None:
        """Open the session."""
        super().__init__(clock)
        self.fake.state.tokens[SESSION] = clock.now()
        self.secrets = {"SALESFORCE_TOKEN": SESSION}

    def target(self, address: str) -> str:
        """Return the target with the session in the place of the secret."""
        return (
            super()
            .target(address)
            .replace("consumer_secret: ${SALESFORCE_SECRET}", "access_token: ${SALESFORCE_TOKEN}")
        )


class Installed(HubSpotAccount):
    """An account in which Casebridge is an OAuth app."""

    def __init__(self, clock: ShiftedClock) -> None:
        """Know the app's secrets."""
        super().__init__(clock)
        self.secrets = {"HUBSPOT_SECRET": CLIENT_SECRET, "HUBSPOT_REFRESH": REFRESH_TOKEN}

    def target(self, address: str) -> str:
        """Return the target with the app in the place of the key."""
        way = f"client_id: {CLIENT_ID}\n    client_secret: ${{HUBSPOT_SECRET}}\n    refresh_token: ${{HUBSPOT_REFRESH}}"
        return super().target(address).replace("token: ${HUBSPOT_KEY}", way)


class Authorised(ZendeskAccount):
    """An account that lets Casebridge in by an OAuth token."""

    def __init__(self, clock: ShiftedClock) -> None:
        """Know the token."""
        super().__init__(clock)
        self.secrets = {"ZENDESK_OAUTH": OAUTH.removeprefix("Bearer ")}

    def target(self, address: str) -> str:
        """Return the target with the token in the place of address and API token."""
        way = f"email: {EMAIL}\n    token: ${{ZENDESK_TOKEN}}"
        return super().target(address).replace(way, "oauth_token: ${ZENDESK_OAUTH}")


class Client(Authorised):
    """An account that knows Casebridge as an OAuth client."""

    def __init__(self, clock: ShiftedClock) -> None:
        """Know the client's secret."""
        super().__init__(clock)
        self.secrets = {"ZENDESK_SECRET": zendesk_org.CLIENT_SECRET}

    def target(self, address: str) -> str:
        """Return the target with the client in the place of the token."""
        way = f"client_id: {zendesk_org.CLIENT_ID}\n    client_secret: ${{ZENDESK_SECRET}}"
        return super().target(address).replace("oauth_token: ${ZENDESK_OAUTH}", way)


WAYS = {
    "salesforce client credentials": SalesforceOrg,
    "salesforce jwt bearer": Keyed,
    "salesforce session": Borrowed,
    "hubspot service key": HubSpotAccount,
    "hubspot oauth app": Installed,
    "zendesk api token": ZendeskAccount,
    "zendesk oauth token": Authorised,
    "zendesk oauth client": Client,
}


def spoken(office: Office, door: Overhearing) -> str:
    """Do what can be done, well and badly, and return all that is said."""
    said = office.run("plan", "--debug", "--show-text", expect=lambda code: code == Exit.OK)
    said += office.run("sync", "--debug", expect=lambda code: code == Exit.OK)
    door.raves = True
    office.later(minutes=5)
    mad = office.run("sync", "--debug", expect=lambda code: code > Exit.SET_ASIDE)
    mad += office.run("check", "--debug", expect=lambda code: code > Exit.SET_ASIDE)
    assert "Traceback" in mad
    door.raves, door.refuses = False, True
    office.later(minutes=200)
    shut = office.run("sync", "--debug", expect=lambda code: code == Exit.CREDENTIALS)
    shut += office.run("check", "--debug", expect=lambda code: code > Exit.SET_ASIDE)
    rest = [("status",), ("runs", "list"), ("deliveries", "list"), ("audit",), ("check", "--json", "--debug")]
    for words in rest:
        shut += office.run(*words, expect=lambda code: code <= Exit.CREDENTIALS)
    return said + mad + shut


def represented(office: Office) -> str:
    """Return how the composed program shows itself."""
    app = cli.compose(office.folder, office.clock)
    try:
        target: Any = app.targets[NAME].target
        parts = vars(target).values()
        return "\n".join(map(repr, (app, app.targets[NAME], target, *parts)))
    finally:
        app.close()


@pytest.mark.parametrize("way", WAYS)
def test_no_secret_is_said_logged_or_written(
    way: str, clock: ShiftedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Also where an SDK turned the level up by itself, as HubSpot's does for urllib3.
    monkeypatch.setattr(logging.Logger, "isEnabledFor", lambda _logger, _level: True)
    caplog.set_level(logging.DEBUG)
    crm: Crm = WAYS[way](clock)
    doors: list[Overhearing] = []

    def guarded(app: ASGIApp) -> ASGIApp:
        doors.append(Overhearing(app))
        return doors[0]

    with crm.serving(guarded) as address:
        office = open_office(tmp_path / "project", address, crm, clock)
        say(office, "monday", mail(office, "m1", "mara.voss@example.org", "Where is my parcel?"))
        said = spoken(office, doors[0])
    for name, secret in crm.secrets.items():
        monkeypatch.setenv(name, secret)
    said += caplog.text + represented(office)
    written = b"".join(file.read_bytes() for file in office.folder.rglob("*") if file.is_file())
    secrets = doors[0].heard | {
        line for secret in crm.secrets.values() for line in secret.splitlines() if "-----" not in line
    }
    assert len(doors[0].heard) >= 1
    assert {record.name.partition(".")[0] for record in caplog.records} >= {LIBRARIES[way.partition(" ")[0]]}
    for secret in secrets:
        for spelling in (secret, quote_plus(secret)):
            assert spelling not in said, f"{spelling[:4]}… is said"
            assert spelling.encode() not in written, f"{spelling[:4]}… is written"

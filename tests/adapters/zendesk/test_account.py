"""What ``check`` says of an account, what is not signed in, and which mails an account would send by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr, ValidationError

from adapters.zendesk.settings import ZendeskSettings
from bridge.clock import FixedClock, SystemClock
from bridge.errors import AuthError, Exit
from bridge.nouns import Cursor, KeyField
from config.demo import write_project
from tests.adapters.zendesk.accounts import Place, comment, place, quick, refs, ticket, user
from tests.fakes.serving import running
from tests.fakes.zendesk.access import OAUTH
from tests.fakes.zendesk.app import Fake
from tests.fakes.zendesk.org import EMAIL, TOKEN, Field, Trigger, hostile, plain, spared
from tests.project import casebridge
from tests.source_tree import ROOT
from tests.weeks.office import connect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.zendesk.org import Org

ADDRESS = "admin@acme.example"
TARGET = """\
    type: zendesk
    mode: live
    persons: create
    url: {address}
    email: {email}
    token: ${{ZENDESK_TOKEN}}
    mappings: mappings/zendesk
"""
PERSON = """\
object: users
key: external_id
fields:
  name: {from: customer.name}
  email: {from: customer.email}
"""


def wrong(here: Place) -> dict[str, str]:
    """Return what check objects to: text → remedy."""
    return {finding.text: finding.remedy for finding in here.target.check().findings if not finding.ok}


def test_an_account_that_followed_the_page_is_fine(here: Place) -> None:
    account = here.target.check()
    assert account.ok
    assert "acme" in account.name


def test_each_trigger_that_would_mail_our_requesters_is_named_with_what_to_add(tmp_path: Path) -> None:
    org = replace(quick(), triggers=(*plain().triggers, *spared(hostile()).triggers))
    objections = wrong(place(tmp_path, org))
    assert len(objections) == 2
    for text, remedy in objections.items():
        assert "mails requesters" in text
        assert "Tags contain none of casebridge" in remedy
        assert "Triggers" in remedy


def test_an_agents_token_is_not_enough(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), admin=False))
    assert any("exports need an admin" in text for text in wrong(here))
    with pytest.raises(AuthError, match="admin"):
        list(here.target.contacts(Cursor()))


def test_a_clock_that_is_wrong_is_found(here: Place) -> None:
    here.fake.state.clock = FixedClock(here.clock.now() + timedelta(minutes=10))
    assert any("clock" in text for text in wrong(here))


def test_required_fields_are_named(tmp_path: Path) -> None:
    fields = (Field(4711, "Acme region", "tagger", required=True, options=("emea",)),)
    account = place(tmp_path, replace(quick(), fields=fields)).target.check()
    assert any("Acme region (custom_fields.4711)" in finding.text for finding in account.findings)


def test_wrong_credentials_are_a_finding_with_the_menu_path(tmp_path: Path) -> None:
    here = place(tmp_path, token=SecretStr("wrong"))
    assert ["API tokens" in remedy for remedy in wrong(here).values()] == [True]


def test_an_oauth_token_signs_in_as_well(tmp_path: Path) -> None:
    token = SecretStr(OAUTH.removeprefix("Bearer "))
    assert place(tmp_path, email="", token=None, oauth_token=token).target.check().ok


@pytest.mark.parametrize(
    "given",
    [
        {"url": "https://acme.zendesk.com"},
        {"url": "https://acme.zendesk.com", "email": EMAIL},
        {"url": "https://acme.zendesk.com", "email": EMAIL, "token": TOKEN, "oauth_token": "x"},
        {"url": "https://acme.zendesk.com", "client_id": "x"},
        {"url": "https://acme.zendesk.com", "email": EMAIL, "token": TOKEN, "client_id": "x", "client_secret": "y"},
        {"url": "http://acme.zendesk.com", "email": EMAIL, "token": TOKEN},
    ],
)
def test_settings_that_cannot_work_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ZendeskSettings(**given)


def test_prepare_says_what_is_there_by_nature(here: Place) -> None:
    wanted = [KeyField("users", "external_id"), KeyField("tickets", "subject"), KeyField("comments", "")]
    steps = here.target.prepare(wanted, dry_run=False)
    assert [step.done for step in steps] == [True, False, True]
    assert "external_id" in steps[1].manual


@pytest.mark.parametrize("count", [1, 5], ids=["alone", "in a job"])
def test_nobody_is_mailed_by_what_we_deliver_even_where_no_trigger_spares_us(tmp_path: Path, count: int) -> None:
    """Not of a new user with an address, not of a ticket, not of a message."""
    here = place(tmp_path, replace(quick(), triggers=plain().triggers))
    people = refs(here.target, [user(n, email=f"ada{n}@town.example") for n in range(count)])
    cases = refs(here.target, [ticket(n, requester_id=person) for n, person in enumerate(people)])
    refs(here.target, [comment(n, case) for n, case in enumerate(cases)])
    assert list(here.fake.notices) == []


def canary(folder: Path, org: Org) -> tuple[int, list[str], Fake]:
    """Fly the canary of a person with an address; return the exit code, its findings, and the account afterwards."""
    fake = Fake(SystemClock(), org)
    write_project(folder, SystemClock().now())
    own = folder / "mappings" / "zendesk"
    own.mkdir(parents=True)
    for name in ("case", "message"):
        text = (ROOT / "mappings" / "zendesk" / f"{name}.yaml").read_text(encoding="utf-8")
        (own / f"{name}.yaml").write_text(text, encoding="utf-8")
    (own / "person.yaml").write_text(PERSON, encoding="utf-8")
    with running(fake.app) as address:
        connect(folder, TARGET.format(address=address, email=EMAIL))
        ended = casebridge(folder, "check", "--canary", ADDRESS, ZENDESK_TOKEN=TOKEN)
    return ended.returncode, [line for line in ended.output.splitlines() if "canary: " in line], fake


@pytest.mark.parametrize("mailing", [False, True], ids=["quiet", "mailing"])
def test_the_canary_tells_whether_customers_would_be_mailed(tmp_path: Path, *, mailing: bool) -> None:
    thanks = Trigger(13, "Thank for every ticket", "Create", "Thank you", only_public=False)
    org = quick(plain())
    org = replace(org, triggers=(*org.triggers, thanks)) if mailing else org
    code, told, fake = canary(tmp_path / "project", org)
    mails = [line for line in told if "the requester was told" in line]
    assert code == (Exit.CONFIG if mailing else Exit.OK), "\n".join(told)
    assert ["Thank you" in line for line in mails] == [True] * mailing
    assert any("answered in public, and nobody was mailed" in line for line in told)
    assert all(row["status"] == "deleted" for row in fake.state.tickets.values())
    assert bool(fake.notices.outside()) is mailing

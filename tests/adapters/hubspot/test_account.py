"""Signing in, secrets, files, amendments, own properties: what concerns one account as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr, ValidationError

from adapters.hubspot.settings import HubSpotSettings
from adapters.hubspot.target import HubSpotTarget
from bridge.contracts import Surroundings
from bridge.errors import AuthError
from bridge.nouns import Amendment, AmendmentKind, FileContent, KeyField, Refusal, Thing, Written
from tests.adapters.hubspot.accounts import KEYS, contact, key, note, place, quick, refs, ticket
from tests.fakes.hubspot.org import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SERVICE_KEY, hostile, plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.hubspot.accounts import Place

OAUTH: dict[str, Any] = {
    "token": None,
    "client_id": CLIENT_ID,
    "client_secret": SecretStr(CLIENT_SECRET),
    "refresh_token": SecretStr(REFRESH_TOKEN),
}
BOTH = {
    **{thing: (each,) for thing, each in KEYS.items()},
    Thing.MESSAGE: (KeyField("communications", "casebridge_key"), KEYS[Thing.MESSAGE]),
}
TOKEN_CALL = "/oauth/v1/token"


def renewals(here: Place) -> int:
    return sum(call.path == TOKEN_CALL for call in here.fake.calls)


def test_an_oauth_token_is_renewed_before_it_ends(tmp_path: Path) -> None:
    here = place(tmp_path, **OAUTH)
    here.target.schema("contacts")
    here.clock.forward(timedelta(minutes=29))
    refs(here.target, [contact(1)])
    assert renewals(here) == 1
    refs(here.target, [contact(2)])
    assert renewals(here) == 1


def test_a_token_that_ended_early_is_renewed_once(tmp_path: Path) -> None:
    here = place(tmp_path, **OAUTH)
    refs(here.target, [contact(1)])
    here.fake.calls.clear()
    here.fake.faults.order("401")
    refs(here.target, [contact(2)])
    assert renewals(here) == 1
    here.fake.faults.order("401", None, "401")
    with pytest.raises(AuthError):
        here.target.write("contacts", [contact(3)])


def test_no_secret_shows_in_a_log_or_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    here = place(tmp_path, **OAUTH)
    refs(here.target, [contact(1)])
    here.fake.access.revoked.add(CLIENT_SECRET)
    here.clock.forward(timedelta(hours=1))
    with pytest.raises(AuthError) as raised:
        here.target.write("contacts", [contact(2)])
    shown = [
        caplog.text,
        str(raised.value),
        repr(raised.value),
        repr(here.target),
        repr(HubSpotSettings.model_validate(OAUTH)),
    ]
    secrets = [CLIENT_SECRET, REFRESH_TOKEN, *here.fake.access.tokens]
    assert [secret for secret in secrets for text in shown if secret in text] == []


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"token": "pat-1", "client_id": "x"},
        {"client_id": "x"},
        {"token": "pat-1", "base_url": "http://hubspot.example"},
        {"token": "pat-1", "time_zone": "Mars/Base"},
        {"token": "pat-1", "colour": "red"},
        {"token": "pat-1", "channel": "1000000"},
        {"token": "pat-1", "portal": "acme"},
        {"token": "pat-1", "answers": []},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        HubSpotSettings.model_validate(settings)


def test_a_key_that_is_refused_is_one_finding_with_the_menu_path(tmp_path: Path) -> None:
    here = place(tmp_path, token=SecretStr("pat-wrong"), prepared=False)
    account = here.target.check()
    assert not account.ok
    assert "Service Keys" in account.findings[-1].remedy


def test_a_missing_scope_is_named_with_its_remedy(tmp_path: Path) -> None:
    scopes = plain().tokens[SERVICE_KEY] - {"tickets"}
    here = place(tmp_path, replace(quick(), tokens={SERVICE_KEY: scopes}), prepared=False)
    wrong = [finding for finding in here.target.check().findings if not finding.ok]
    assert any("tickets" in finding.text and "scopes tickets" in finding.remedy for finding in wrong)


def test_properties_of_ours_are_planned_then_made_then_there(tmp_path: Path) -> None:
    here = place(tmp_path, prepared=False)
    wanted = list(KEYS.values())
    assert not any(step.done for step in here.target.prepare(wanted, dry_run=True))
    assert all(step.done for step in here.target.prepare(wanted, dry_run=False))
    here.fake.calls.clear()
    assert all(step.done for step in here.target.prepare(wanted, dry_run=False))
    assert [call.method for call in here.fake.calls if call.method != "GET"] == []


def test_where_notes_take_no_property_the_way_out_is_told(tmp_path: Path) -> None:
    here = place(tmp_path, quick(hostile()), prepared=False)
    (step,) = here.target.prepare([KeyField("notes", "casebridge_key")], dry_run=False)
    assert not step.done
    assert "key: ''" in step.manual


def test_files_are_private_and_go_with_a_redaction(here: Place, tmp_path: Path) -> None:
    path = tmp_path / "receipt.txt"
    path.write_text("paid")
    (case,) = refs(here.target, [ticket(1)])
    file = FileContent("0f" * 16, "receipt.txt", "text/plain", 4, str(path))
    (message,) = refs(here.target, [replace(note(1, case), files=(file,))])
    assert {file["access"] for file in here.fake.portal.files.values()} == {"PRIVATE"}
    redact = Amendment(kind=AmendmentKind.REDACT, thing=Thing.MESSAGE, ref=message, key=key("redact"))
    assert here.target.amend([redact]) == [Written(message, created=True)]
    assert here.fake.portal.files == {}


def test_an_owner_who_left_is_left_out(here: Place) -> None:
    (gone, there) = refs(here.target, [ticket(1, hubspot_owner_id="81003"), ticket(2, hubspot_owner_id="81001")])
    tickets = here.fake.portal.items["tickets"]
    assert "hubspot_owner_id" not in tickets[gone].properties
    assert tickets[there].properties["hubspot_owner_id"] == "81001"


def test_what_agents_set_is_not_changed_back(here: Place) -> None:
    (person,) = refs(here.target, [contact(1)])
    (case,) = refs(here.target, [ticket(1, contact=person, hs_ticket_priority="LOW")])
    other = here.fake.agent.contact(lastname="Sommer")
    for each in list(here.fake.portal.linked(("tickets", case), "contacts")):
        here.fake.portal.unlink(("tickets", case), ("contacts", each))
    here.fake.agent.link(("tickets", case), ("contacts", other))
    here.fake.agent.change("tickets", case, hs_ticket_priority="HIGH")
    fields = {"contact": person, "hs_ticket_priority": "LOW", "content": "More"}
    update = replace(ticket(1), ref=case, fields=fields, fill_if_empty=frozenset({"contact", "hs_ticket_priority"}))
    refs(here.target, [update])
    assert here.fake.portal.linked(("tickets", case), "contacts") == [other]
    assert here.fake.portal.items["tickets"][case].properties["hs_ticket_priority"] == "HIGH"


def test_text_messages_fit_communications(tmp_path: Path) -> None:
    keys = {**KEYS, Thing.MESSAGE: KeyField("communications", "casebridge_key")}
    here = place(tmp_path, keys=keys)
    (case,) = refs(here.target, [ticket(1)])
    fields = {
        "hs_communication_channel_type": "WHATS_APP",
        "hs_communication_logged_from": "CRM",
        "hs_communication_body": "It blinks.\nStill.",
        "hs_timestamp": "2026-03-02T08:00:00Z",
    }
    sent = replace(note(1, case), object="communications", fields=fields)
    (ref,) = refs(here.target, [sent])
    assert here.fake.portal.linked(("communications", ref), "tickets") == [case]
    assert here.target.find("communications", {sent.key: case}, here.clock.now())[sent.key].ref == ref


def test_jobs_are_not_of_this_world(here: Place) -> None:
    assert isinstance(here.target.settle(["7"])[0], Refusal)


def test_of_notes_and_communications_the_one_that_is_ours_is_redacted_and_withdrawn(tmp_path: Path) -> None:
    here = place(tmp_path, keys=KEYS)
    around = Surroundings("hubspot", tmp_path, here.clock, BOTH)
    target = HubSpotTarget.through(HubSpotSettings(token=SecretStr(SERVICE_KEY)), around, here.wire)
    target.prepare([KeyField("communications", "casebridge_key")], dry_run=False)
    (case,) = refs(target, [ticket(1)])
    fields = {
        "hs_communication_channel_type": "SMS",
        "hs_communication_body": "It blinks.",
        "hs_timestamp": "2026-03-02T08:00:00Z",
    }
    (first,) = refs(target, [note(1, case)])
    (second,) = refs(target, [replace(note(2, case), object="communications", fields=fields)])
    kinds = (AmendmentKind.REDACT, AmendmentKind.WITHDRAW)
    asked = [
        Amendment(kind=kind, thing=Thing.MESSAGE, ref=ref, key=key(f"{kind}:{ref}"))
        for kind in kinds
        for ref in (first, second)
    ]
    assert all(isinstance(outcome, Written) for outcome in target.amend(asked[:2]))
    portal = here.fake.portal
    assert portal.items["notes"][first].properties["hs_note_body"] == "[redacted]"
    assert portal.items["communications"][second].properties["hs_communication_body"] == "[redacted]"
    assert all(isinstance(outcome, Written) for outcome in target.amend(asked[2:]))
    assert portal.all("notes") == portal.all("communications") == []


def test_what_is_fine_needs_no_remedy(here: Place) -> None:
    findings = here.target.check().findings
    assert any(finding.ok for finding in findings)
    assert [finding.text for finding in findings if finding.ok and finding.remedy] == []


def test_where_notes_take_no_property_of_ours_it_is_said_how_to_do_without(tmp_path: Path) -> None:
    there = place(tmp_path, quick(hostile()), prepared=False)
    (step,) = there.target.prepare([KeyField("notes", "casebridge_key")], dry_run=False)
    assert not step.done
    assert step.manual.startswith("Do without: write key: ''")

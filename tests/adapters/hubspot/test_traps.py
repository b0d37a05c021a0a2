"""Traps of HubSpot and of its client, each closed: what would go wrong unnoticed is tried here once."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import hubspot  # type: ignore[import-untyped]  # ships no types
import pytest
from pydantic import SecretStr
from starlette.responses import Response as Response200

from adapters.hubspot import paths
from adapters.hubspot.client import Client
from adapters.hubspot.errors import Declined, translated
from adapters.hubspot.settings import HubSpotSettings
from bridge.contracts import Surroundings
from bridge.errors import AuthError, RateLimited, Refused, Transient
from bridge.nouns import Amendment, AmendmentKind, Cursor, Ended, Presence, Refusal, Thing, Unknown, Written
from tests.adapters.hubspot.accounts import contact, key, note, place, quick, refs, ticket
from tests.adapters.hubspot.test_errors import MIDNIGHT, Response, other
from tests.fakes.hubspot.org import SERVICE_KEY, Pipeline, Stage, plain
from tests.fakes.transports import AppPool
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Receive, Scope, Send
    from urllib3 import HTTPResponse

    from tests.adapters.hubspot.accounts import Place
    from tests.fakes.hubspot.app import Fake

EXCEPTIONS = sorted(
    found.name
    for found in pkgutil.walk_packages(hubspot.__path__, "hubspot.", onerror=lambda _: None)
    if found.name.endswith(".exceptions") and found.name.count(".") > 1
)
MARKETABLE = "hs_marketable_status"


class Kept(AppPool):
    """Keeps the bodies that are sent."""

    def __init__(self, fake: Fake) -> None:
        """Carry calls into an account."""
        super().__init__(fake.app)
        self.bodies: list[str] = []

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> HTTPResponse:  # type: ignore[override]  # noqa: ANN401, FBT001, FBT002 - the base takes every keyword one by one
        """Keep the body and make the call."""
        self.bodies.append(str(options.get("body") or ""))
        return super().urlopen(method, url, redirect, **options)


def client(folder: Path, here: Place, connections: AppPool | None = None) -> Client:
    around = Surroundings("hubspot", folder, here.clock)
    return Client(HubSpotSettings(token=SecretStr(SERVICE_KEY)), around, connections or here.wire)


@pytest.mark.parametrize("module", EXCEPTIONS)
def test_each_package_of_the_client_has_an_exception_of_its_own_and_all_are_caught(module: str) -> None:
    error = importlib.import_module(module).ApiException(http_resp=Response(400, other("VALIDATION_ERROR", "no")))
    assert type(translated(error, writing=True, midnight=MIDNIGHT)) is Declined


def test_addresses_and_versions_stand_in_one_place() -> None:
    elsewhere = [
        path.name
        for path in (ROOT / "adapters" / "hubspot").glob("*.py")
        if path.name != "paths.py"
        and any(word in path.read_text(encoding="utf-8") for word in ("/crm/", "/v3/", "/v4/"))
    ]
    assert elsewhere == []


def test_another_version_of_the_api_is_one_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "objects", lambda name, *steps: "/".join(("/crm/objects/2026-09", name, *steps)))
    here = place(tmp_path)
    good, bad = here.target.write("tickets", [ticket(1), ticket(2, hs_pipeline_stage="7701")])
    assert isinstance(good, Written)
    assert isinstance(bad, Refusal)


def test_errors_of_single_records_are_seen_whatever_the_status_says(tmp_path: Path, here: Place) -> None:
    """A newer version of the API answers 200 where the older says 207."""
    inputs = [{"properties": {"subject": "One"}, "objectWriteTraceId": "t1"}]
    body = {"inputs": [*inputs, {"properties": ticket(1).fields, "objectWriteTraceId": "t2"}]}
    for root in ("/crm/v3/objects", "/crm/objects/2026-09"):
        reply = client(tmp_path, here).write(f"{root}/tickets/batch/create", body)
        assert [problem.trace for problem in reply.problems] == ["t1"]
        assert [row["objectWriteTraceId"] for row in reply.results] == ["t2"]


def test_no_write_names_a_contact_by_its_address_or_makes_it_a_marketing_contact(tmp_path: Path) -> None:
    """Upserts by ``email`` blank what they do not name; marketing contacts cost money."""
    here = place(tmp_path)
    kept = Kept(here.fake)
    here.wire.urlopen = kept.urlopen  # type: ignore[method-assign]  # the same calls, kept
    (person,) = refs(here.target, [contact(1)])
    for record in (contact(2, **{MARKETABLE: "true"}), replace(contact(1, **{MARKETABLE: "true"}), ref=person)):
        (outcome,) = here.target.write("contacts", [record])
        assert isinstance(outcome, Refusal)
        assert outcome.field == MARKETABLE
    refs(here.target, [replace(contact(1, phone="+4930123456"), ref=person)])
    here.target.amend([Amendment(kind=AmendmentKind.REDACT, thing=Thing.PERSON, ref=person, key=key("redact"))])
    with pytest.raises(Refused):
        here.target.agent().create_person(name="Ada", **{MARKETABLE: "true"})
    here.target.find("contacts", {key("customer:1"): ""}, here.clock.now())
    assert [body for body in kept.bodies if MARKETABLE in body or '"idProperty": "email"' in body] == []
    assert here.fake.portal.marketing_attempts == []


def test_nothing_that_is_delivered_waits_for_the_search_index(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), index_lag=timedelta(days=1)))
    (person,) = refs(here.target, [contact(1)])
    (case,) = refs(here.target, [ticket(1, contact=person)])
    (message,) = refs(here.target, [note(1, case)])
    assert refs(here.target, [replace(ticket(1, content="More"), ref=case)]) == [case]
    found = here.target.find("notes", {note(1, case).key: case}, here.clock.now())
    assert (found[note(1, case).key].presence, found[note(1, case).key].ref) == (Presence.FOUND, message)
    assert refs(here.target, [contact(1)]) == [person]
    assert list(here.target.keys("tickets")) == [ticket(1).key]
    assert [call.path for call in here.fake.calls if call.path.endswith("/search")] == []


@pytest.mark.parametrize("body", [b"<html>Sign in to the hotel</html>", b'[["nonsense"]]', b'"ok"'])
def test_what_is_not_hubspots_answer_is_nobodys_success(here: Place, body: bytes) -> None:
    refs(here.target, [contact(1)])

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        await Response200(body)(scope, receive, send)

    here.wire.urlopen = AppPool(proxy).urlopen  # type: ignore[method-assign]  # somebody else answers
    assert isinstance(here.target.write("contacts", [contact(2)])[0], Unknown)
    with pytest.raises(Transient):
        list(here.target.contacts(Cursor()))


def test_a_wait_that_hubspot_names_is_kept() -> None:
    class Moving(Response):
        def getheaders(self) -> dict[str, str]:
            return {"Retry-After": "1800"}

    package = importlib.import_module("hubspot.crm.objects.exceptions")
    error = package.ApiException(http_resp=Moving(477, other("MIGRATION_IN_PROGRESS", "moving")))
    ours = translated(error, writing=True, midnight=MIDNIGHT)
    assert isinstance(ours, RateLimited)
    assert ours.retry_after == 1800


def test_an_account_with_very_many_stages_is_searched_all_the_same(tmp_path: Path) -> None:
    """A search of more than 3,000 characters is refused."""
    many = tuple(
        Pipeline(f"9{n}", f"Team {n}", (Stage(f"19000{n}1", "New"), Stage(f"19000{n}2", "Done", closed=True)))
        for n in range(400)
    )
    here = place(tmp_path, replace(quick(), pipelines=(*plain().pipelines, *many)))
    opened, closed = (here.fake.agent.ticket(name) for name in ("Open", "Closed"))
    here.fake.agent.close(closed)
    assert [case.ref for page in here.target.cases(Cursor()) for case in page.cases] == [opened]


def test_a_key_of_another_account_writes_and_reads_nothing(tmp_path: Path) -> None:
    here = place(tmp_path, portal="1", prepared=False)
    for doing in (lambda: here.target.write("contacts", [contact(1)]), lambda: list(here.target.contacts(Cursor()))):
        with pytest.raises(AuthError, match="24680135"):
            doing()
    assert {call.path for call in here.fake.calls} == {paths.ACCOUNT}


def test_whose_account_it_is_is_asked_until_it_is_known(tmp_path: Path) -> None:
    here = place(tmp_path, portal="1", prepared=False)
    here.fake.faults.order("500")
    with pytest.raises(Transient):
        here.target.schema("contacts")
    with pytest.raises(AuthError, match="24680135"):
        here.target.schema("contacts")
    assert {call.path for call in here.fake.calls} == {paths.ACCOUNT}


def test_a_contact_that_was_deleted_for_good_stays_deleted(tmp_path: Path) -> None:
    here = place(tmp_path, portal="24680135")
    (person,) = refs(here.target, [contact(1)])
    here.fake.agent.forget(person)
    (outcome,) = here.target.write("contacts", [replace(contact(1), ref=person)])
    assert isinstance(outcome, Refusal)
    assert outcome.code == Ended.DELETED
    (again,) = here.target.write("contacts", [contact(1)])
    assert isinstance(again, Refusal)
    assert here.fake.portal.all("contacts") == []


def test_without_the_accounts_number_what_is_nowhere_is_not_taken_for_deleted(here: Place) -> None:
    (person,) = refs(here.target, [contact(1)])
    here.fake.agent.forget(person)
    (outcome,) = here.target.write("contacts", [replace(contact(1), ref=person)])
    assert isinstance(outcome, Refusal)
    assert outcome.code == "not_found"


def test_a_clock_that_is_off_is_told(tmp_path: Path) -> None:
    here = place(tmp_path)
    here.fake.portal.clock = type(here.clock)(here.clock.now() + timedelta(minutes=7))
    (finding,) = [each for each in here.target.check().findings if "clock" in each.text]
    assert (finding.ok, "420 s" in finding.text) == (False, True)


def test_old_cases_of_another_connector_name_their_posts(tmp_path: Path) -> None:
    here = place(tmp_path, post_properties=("source_post",))
    client(tmp_path, here).write(
        paths.properties("tickets"),
        {
            "name": "source_post",
            "label": "Post",
            "type": "string",
            "fieldType": "text",
            "groupName": "ticketinformation",
        },
    )
    here.fake.agent.ticket("Old", content="https://x.example/1.", source_post="x//2")
    (case,) = [case for page in here.target.cases(Cursor()) for case in page.cases]
    assert case.permalinks == ("https://x.example/1", "x//2")


def test_trace_ids_and_not_places_tell_whose_result_it_is(tmp_path: Path) -> None:
    """The account answers batches in any order."""
    here = place(tmp_path)
    ids = refs(here.target, [ticket(n) for n in range(5)])
    subjects = [here.fake.portal.items["tickets"][ref].properties["subject"] for ref in ids]
    assert subjects == [f"Router {n} broken" for n in range(5)]

"""Keys, tokens, scopes and limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hubspot import HubSpot  # type: ignore[import-untyped]  # the SDK has no types
from hubspot.crm import contacts  # type: ignore[import-untyped]  # the same
from hubspot.oauth import ApiException as OAuthException  # type: ignore[import-untyped]  # the same

from bridge.clock import FixedClock
from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.org import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SERVICE_KEY, plain
from tests.fakes.hubspot.sdk import Sdk, call, connected
from tests.fakes.serving import running

DETAILS = "/account-info/v3/details"
FORM = {
    "grant_type": "refresh_token",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "refresh_token": REFRESH_TOKEN,
}


def test_the_account_says_who_it_is(fake: Fake) -> None:
    status, answer, _ = call(fake, "GET", DETAILS)
    assert (status, answer["portalId"], answer["utcOffsetMilliseconds"]) == (200, 24_680_135, 3_600_000)


@pytest.mark.parametrize("token", ["", "pat-eu1-wrong"])
def test_a_wrong_key_is_refused(fake: Fake, token: str) -> None:
    status, answer, _ = call(fake, "GET", DETAILS, token=token)
    assert (status, answer["category"]) == (401, "INVALID_AUTHENTICATION")


def test_a_key_that_was_revoked_is_refused_from_then_on(fake: Fake, api: Sdk) -> None:
    api.crm.contacts.basic_api.get_page()
    fake.access.revoked.add(SERVICE_KEY)
    with pytest.raises(contacts.exceptions.UnauthorizedException):
        api.crm.contacts.basic_api.get_page()


def test_a_token_of_oauth_lives_for_half_an_hour(fake: Fake, clock: FixedClock) -> None:
    with running(fake.app) as address:
        given = HubSpot(host=address).oauth.tokens_api.create(**FORM)
    assert given.expires_in == 1800
    assert call(fake, "GET", DETAILS, token=given.access_token)[0] == 200
    clock.forward(timedelta(minutes=30))
    status, answer, _ = call(fake, "GET", DETAILS, token=given.access_token)
    assert (status, answer["category"]) == (401, "EXPIRED_AUTHENTICATION")


def test_a_refresh_token_that_is_unknown_gives_nothing(fake: Fake) -> None:
    with running(fake.app) as address, pytest.raises(OAuthException) as caught:
        HubSpot(host=address).oauth.tokens_api.create(**(FORM | {"refresh_token": "x"}))
    assert caught.value.status == 400
    assert "BAD_REFRESH_TOKEN" in caught.value.body


def test_a_missing_scope_is_named(clock: FixedClock) -> None:
    fake = Fake(clock, replace(plain(), tokens={SERVICE_KEY: frozenset({"crm.objects.contacts.read"})}))
    assert call(fake, "GET", "/crm/v3/objects/contacts")[0] == 200
    status, answer, _ = call(fake, "GET", "/crm/v3/objects/tickets")
    assert (status, answer["category"]) == (403, "MISSING_SCOPES")
    assert answer["errors"][0]["context"]["requiredGranularScopes"] == ["tickets"]


def test_ten_seconds_hold_so_many_calls_and_headers_count_down(fake: Fake, clock: FixedClock) -> None:
    left = [call(fake, "GET", DETAILS)[2]["x-hubspot-ratelimit-remaining"] for _ in range(190)]
    assert (left[0], left[-1]) == ("189", "0")
    status, answer, headers = call(fake, "GET", DETAILS)
    assert (status, answer["policyName"], answer["category"]) == (429, "TEN_SECONDLY_ROLLING", "RATE_LIMITS")
    assert "retry-after" not in headers
    clock.forward(timedelta(seconds=10))
    assert call(fake, "GET", DETAILS)[0] == 200


def test_the_day_is_shared_with_the_neighbour_and_ends_at_the_accounts_midnight() -> None:
    clock = FixedClock(datetime(2026, 3, 2, 22, 59, tzinfo=UTC))
    fake = Fake(clock, replace(plain(), neighbour_daily=649_999))
    assert call(fake, "GET", DETAILS)[2]["x-hubspot-ratelimit-daily-remaining"] == "0"
    status, answer, _ = call(fake, "GET", DETAILS)
    assert (status, answer["policyName"]) == (429, "DAILY")
    clock.forward(timedelta(minutes=2))
    assert call(fake, "GET", DETAILS)[2]["x-hubspot-ratelimit-daily-remaining"] == "649999"


def test_the_neighbour_goes_on_using_the_day_up(clock: FixedClock) -> None:
    fake = Fake(clock, replace(plain(), neighbour_hourly=1_000))
    call(fake, "GET", DETAILS)
    fake.access.burn(500)
    clock.forward(timedelta(hours=2))
    assert call(fake, "GET", DETAILS)[2]["x-hubspot-ratelimit-daily-remaining"] == str(650_000 - 2 - 2_500)
    usage = call(fake, "GET", "/account-info/v3/api-usage/daily/private-apps")[1]["results"][0]
    assert usage["currentUsage"] == 2_503


def test_searches_have_a_limit_a_second_and_no_headers(fake: Fake, clock: FixedClock) -> None:
    path = "/crm/v3/objects/contacts/search"
    answers = [call(fake, "POST", path, {}) for _ in range(6)]
    assert [status for status, *_ in answers] == [200] * 5 + [429]
    assert answers[-1][1]["message"] == "You have reached your secondly limit."
    assert not any("ratelimit" in name.lower() for *_, headers in answers for name in headers)
    clock.forward(timedelta(seconds=1))
    assert call(fake, "POST", path, {})[0] == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [("401", 401), ("423", 423), ("429", 429), ("477", 477), ("500", 500), ("502", 502), ("503", 503), ("524", 524)],
)
def test_troubles_come_in_the_vendors_words(fake: Fake, kind: str, status: int) -> None:
    fake.faults.order(kind)
    with pytest.raises(contacts.exceptions.ApiException) as caught:
        connected(fake).crm.contacts.basic_api.get_page()
    assert caught.value.status == status
    assert (caught.value.headers.get("Retry-After") == "30") is (status == 477)


def test_a_grown_account_finds_records_locked_now_and_then(grown: Fake) -> None:
    body = {"properties": {"firstname": "Mara"}}
    statuses = [call(grown, "POST", "/crm/v3/objects/contacts", body)[0] for _ in range(41)]
    assert statuses.count(423) == 1
    assert len(grown.portal.all("contacts")) == 40


def test_an_address_can_be_too_long(fake: Fake) -> None:
    assert call(fake, "GET", f"/crm/v3/objects/tickets?properties={'x' * 8_000}")[0] == 414


def test_paths_that_are_not_there_and_methods_that_do_not_fit(fake: Fake) -> None:
    assert call(fake, "GET", "/crm/objects/2031-03/tickets")[0] == 404
    assert call(fake, "GET", "/crm/v3/objects/unicorns")[0] == 400
    assert call(fake, "PUT", "/crm/v3/objects/tickets")[0] == 405


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/crm/v3/objects/tickets", "/crm/objects/2026-03/tickets"),
        ("/crm/v3/properties/tickets/subject", "/crm/properties/2026-09/tickets/subject"),
        ("/crm/v3/pipelines/tickets", "/crm/pipelines/2026-03/tickets"),
        ("/crm/v3/owners/", "/crm/owners/2026-03"),
        ("/crm/v4/associations/tickets/contacts/labels", "/crm/associations/2026-03/tickets/contacts/labels"),
        (DETAILS, "/account-info/2026-03/details"),
    ],
)
def test_both_styles_of_paths_lead_to_the_same(fake: Fake, old: str, new: str) -> None:
    fake.agent.ticket("One")
    first, second = call(fake, "GET", old), call(fake, "GET", new)
    assert first[:2] == second[:2]
    assert first[0] == 200

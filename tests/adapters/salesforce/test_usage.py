"""The org's calls of a day belong to everybody: each share of ours stops at its own line, over all processes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapters.salesforce.target import SalesforceTarget
from bridge.contracts import Surroundings
from bridge.errors import BudgetSpent
from bridge.meter import MemoryMeter
from bridge.nouns import Amendment, AmendmentKind, Cursor, PersonSeen, Record, Share, Thing, Written
from tests.adapters.salesforce.brand import opened as branded
from tests.adapters.salesforce.orgs import KEY, OBJECTS, connected, later, opened, session, settings
from tests.fakes.salesforce.org import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bridge.nouns import Page
    from tests.fakes.salesforce.app import Fake

PERSON = Record(thing=Thing.PERSON, object="Contact", key="cb1-p", key_field=KEY, fields={"LastName": "Kern"})


def used(before: int, *, calls: int = 1000) -> Fake:
    org = plain()
    org.daily_calls, org.used_before = calls, before
    return opened(org)


def spent(doing: Callable[[], object]) -> Share | None:
    """Return the share that is spent for something, None if it can be done."""
    try:
        doing()
    except BudgetSpent as error:
        return error.share
    return None


def process(fake: Fake, meter: MemoryMeter, **changes: Any) -> SalesforceTarget:  # noqa: ANN401 - values of any setting
    """Return what another process would connect, which shares the store's meter and has heard how many calls are used."""
    surroundings = Surroundings("org", Path(), fake.clock, {thing: (each,) for thing, each in OBJECTS.items()}, meter)
    target = SalesforceTarget(settings(fake, **changes), surroundings, lambda _: session(fake))
    target.budget()
    return target


def read_into(read: list[Page], pages: Iterable[Page]) -> None:
    for page in pages:
        read.append(page)  # noqa: PERF402 - what was read before it stops stays read


def seen(pages: Iterable[Page]) -> set[str]:
    return {each.person.native_id for page in pages for each in page.events if isinstance(each, PersonSeen)}


def withdrawal(ref: str) -> Amendment:
    return Amendment(kind=AmendmentKind.WITHDRAW, thing=Thing.PERSON, ref=ref, key="cb1-w")


@pytest.mark.parametrize(
    ("before", "stopped"),
    [
        (0, set()),
        (650, set()),
        (700, {Share.DELIVER, Share.READ}),
        (790, {Share.DELIVER, Share.READ}),
        (800, {Share.DELIVER, Share.READ, Share.ANSWER}),
    ],
)
def test_each_share_stops_at_its_own_part_of_what_everybody_used(before: int, stopped: set[Share]) -> None:
    doings: list[Callable[[SalesforceTarget], object]] = [
        lambda target: target.write("Contact", [PERSON]),
        lambda target: list(target.contacts(Cursor())),
        lambda target: list(target.cases(Cursor())),
        lambda target: list(target.activity(Cursor())),
        lambda target: target.amend([withdrawal("003Cb0000000009IAA")]),
    ]
    told = []
    for doing in doings:
        target = connected(used(max(before - 1, 0)))  # asking how many are left takes one
        target.budget()
        told.append(spent(partial(doing, target)))
    assert {share for share in told if share is not None} == stopped


def test_deletions_go_on_while_deliveries_rest() -> None:
    fake = used(650)
    target = connected(fake)
    (outcome,) = target.write("Contact", [PERSON])
    assert isinstance(outcome, Written)
    fake.usage.burn(60)
    target.find("Contact", {}, fake.clock.now())
    assert spent(lambda: list(target.contacts(Cursor()))) in (None, Share.READ)
    assert spent(lambda: target.write("Contact", [PERSON])) is Share.DELIVER
    assert spent(lambda: target.amend([withdrawal(outcome.ref)])) is None
    assert fake.rows("Contact") == []


def test_readings_take_a_fifth_of_the_day_over_all_processes() -> None:
    fake, meter = used(0, calls=100), MemoryMeter()
    for _ in range(8):
        assert spent(lambda: list(process(fake, meter).contacts(Cursor()))) is None
    assert meter.used(Share.READ) == 16
    list(process(fake, meter).cases(Cursor()))
    meter.add(Share.READ, 3)
    assert spent(lambda: list(process(fake, meter).contacts(Cursor()))) is Share.READ
    assert spent(lambda: list(process(fake, meter).cases(Cursor()))) is Share.READ
    assert spent(lambda: process(fake, meter).write("Contact", [PERSON])) is None


def test_a_large_import_stops_in_the_middle_and_goes_on_where_it_was_when_there_are_calls_again() -> None:
    fake = used(0, calls=50)
    agent = fake.agent()
    refs = {agent.create("Contact", LastName=f"Kern {n}") for n in range(6500)}
    pages = process(fake, MemoryMeter(), bulk_contacts_from=100).contacts(Cursor())
    read: list[Page] = []
    assert spent(lambda: read_into(read, pages)) is Share.READ
    assert 0 < len(seen(read)) < len(refs)
    later(fake, timedelta(hours=25))
    read_into(read, process(fake, MemoryMeter(), bulk_contacts_from=100).contacts(read[-1].cursor))
    assert seen(read) == refs


def test_a_day_that_was_spent_is_asked_for_anew_when_it_may_be_over() -> None:
    fake = used(990)
    target = connected(fake)
    target.budget()
    assert spent(lambda: target.write("Contact", [PERSON])) is Share.DELIVER
    later(fake, timedelta(hours=24))
    assert spent(lambda: target.write("Contact", [PERSON])) is None


def test_a_second_client_on_the_same_quota_cannot_make_us_take_the_reserve() -> None:
    org = plain()
    org.daily_calls = 200
    fake = opened(org)
    target = connected(fake)
    target.budget()
    for n in range(100):
        fake.usage.burn(3)
        if spent(partial(target.write, "Contact", [replace(PERSON, key=f"cb1-{n}")])):
            break
    assert fake.usage.used <= 0.7 * 200 + 2 * 4


@pytest.mark.parametrize("answers", [["CaseComment"], ["CaseComment", "FeedItem", "FeedComment", "EmailMessage"]])
def test_the_forecast_of_check_is_what_an_idle_sync_takes(tmp_path: Path, answers: list[str]) -> None:
    with branded(tmp_path, answers=answers) as brand:
        brand.say({"id": "1", "text": "Where is my parcel?"})
        brand.sync()
        brand.clock.forward(timedelta(minutes=10))
        brand.sync()
        brand.clock.forward(timedelta(minutes=10))
        brand.fake.calls.clear()
        brand.sync()
        calls = [call.path for call in brand.fake.calls if "oauth2" not in call.path]
        assert f"takes {len(calls)} calls" in brand.run("check").output, calls


@pytest.mark.parametrize(
    ("calls", "ok", "said"),
    [
        (100_000, True, "4320 a day at one every 1 min, 864 a day at one every 5 min, 288 a day at one every 15 min"),
        (5_000, True, "Sync every 5 minutes or less often."),
        (1_200, True, "Sync every 15 minutes or less often."),
        (400, False, "Sync once an hour or less often."),
    ],
)
def test_check_says_how_often_one_may_sync(calls: int, ok: bool, said: str) -> None:  # noqa: FBT001 - a parameter of the test
    findings = connected(used(0, calls=calls)).check().findings
    (finding,) = [each for each in findings if "finds nothing new" in each.text]
    assert finding.ok is ok
    assert said in finding.text
    assert bool(finding.remedy) is not ok

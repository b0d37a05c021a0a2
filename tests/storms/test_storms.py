"""A fifth of all calls fails, somebody else is in the way, and the program is killed again and again: all stands once."""

from __future__ import annotations

import random
import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson
import pytest

from bridge.errors import Exit
from tests.fakes.serving import running
from tests.storms.hubspot import HubSpot, HubSpotByOAuth
from tests.storms.hurried import Hurried
from tests.storms.manifests import Batchline, Freshdesk
from tests.storms.salesforce import Salesforce, SalesforceInBulk
from tests.storms.storm import Storm, settle_in
from tests.storms.story import Poison, tell
from tests.storms.zendesk import Zendesk, ZendeskByOAuth

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.postgres import Server
    from tests.storms.crm import Crm
    from tests.storms.story import Story

SEED = 5
FACTOR = 20
"""How much faster than the machine's the clock of the story runs."""
MARGIN = 10
"""Calls that may go out before an answer says that the day is spent: answers get lost, and the neighbour calls too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How long a storm lasts: its people bring about five deliveries each."""

    people: int
    waves: int
    kills: float
    """How many of the runs are to be killed, of 1."""
    patience: float = 2.0
    """Seconds after which such a run is killed at the latest."""


BRIEF = Scale(people=30, waves=5, kills=0.5, patience=1.0)
BRIEFEST = Scale(people=10, waves=3, kills=0.5, patience=1.0)
"""For tools that take a call for each record, and few calls a minute."""
MIDDLING = Scale(people=400, waves=12, kills=0.6)
LINGERING = Scale(people=40, waves=8, kills=0.5)
LONG = Scale(people=1_050, waves=80, kills=0.7)
SLOW = replace(MIDDLING, kills=0.5, patience=5.0)
"""For whoever takes a batch as a job, one message of a case in each and a hundred a minute: who dies each time gets nowhere."""


@pytest.mark.parametrize(
    ("kind", "scale"),
    [
        pytest.param(Salesforce, BRIEF, id="salesforce"),
        pytest.param(HubSpot, BRIEF, id="hubspot"),
        pytest.param(Zendesk, BRIEF, id="zendesk"),
        pytest.param(Freshdesk, BRIEFEST, id="freshdesk"),
        pytest.param(Salesforce, LONG, id="salesforce-long", marks=pytest.mark.soak),
        pytest.param(HubSpot, LONG, id="hubspot-long", marks=pytest.mark.soak),
        pytest.param(Zendesk, SLOW, id="zendesk-long", marks=pytest.mark.soak),
        pytest.param(Freshdesk, LINGERING, id="freshdesk-long", marks=pytest.mark.soak),
        pytest.param(Batchline, LINGERING, id="batchline-long", marks=pytest.mark.soak),
        pytest.param(SalesforceInBulk, MIDDLING, id="salesforce-in-bulk", marks=pytest.mark.soak),
        pytest.param(HubSpotByOAuth, MIDDLING, id="hubspot-by-oauth", marks=pytest.mark.soak),
        pytest.param(ZendeskByOAuth, MIDDLING, id="zendesk-by-oauth", marks=pytest.mark.soak),
    ],
)
def test_all_stands_once_and_in_order_when_the_storm_is_over(
    kind: type[Crm], scale: Scale, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = all_stands_in_the_end(kind(Hurried(FACTOR), SEED), scale, tmp_path / "project")
    with capsys.disabled():
        sys.stdout.write(f"\n{said}\n")


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.parametrize(
    ("kind", "scale"),
    [(Salesforce, LONG), (HubSpot, LONG), (Zendesk, SLOW)],
    ids=["salesforce", "hubspot", "zendesk"],
)
def test_two_workers_of_one_store_get_through_the_storm_as_one_does(
    kind: type[Crm], scale: Scale, tmp_path: Path, postgres_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    database = postgres_server.create()
    crm = kind(Hurried(FACTOR), SEED)
    said = all_stands_in_the_end(crm, scale, tmp_path / "project", store=postgres_server.url(database), workers=1)
    postgres_server.drop(database)
    with capsys.disabled():
        sys.stdout.write(f"\n{said}, beside a second worker\n")


def all_stands_in_the_end(crm: Crm, scale: Scale, folder: Path, *, store: str = "", workers: int = 0) -> str:
    """Let the storm blow; promise what must hold in the end and return what happened."""
    story = tell(scale.people, scale.waves, seed=SEED)
    with running(crm) as url:
        store = settle_in(folder, crm, url, store)
        storm = Storm(folder, store, crm, random.Random(SEED), scale.patience, scale.kills, workers)
        storm.blow(story)
        in_order(crm, story)
        assert crm.most <= crm.share + MARGIN
        crm.calm()
        what_was_refused_is_listed_and_can_be_tried_again(storm, story)
        all_stands_once(crm, story)
        for proof in ("ledger", "verify"):
            ended = storm.casebridge(proof)
            assert ended.returncode == Exit.OK, ended.output
    assert crm.mailed() == []
    return figures(storm)


def in_order(crm: Crm, story: Story) -> None:
    """Promise that within a case nothing stands before what was said earlier; what was refused is a gap."""
    place = {id_of(text): index for texts in story.said.values() for index, text in enumerate(texts)}
    for texts in crm.cases():
        places = [place[id_of(text)] for text in texts]
        assert places == sorted(places), texts


def id_of(text: str) -> str:
    """Return the message's id, with which its text begins whatever was corrected."""
    return text.partition(":")[0]


def what_was_refused_is_listed_and_can_be_tried_again(storm: Storm, story: Story) -> None:
    """Promise that poison is refused again with the field to blame, and what the weather did is not."""
    poisoned = {"person": Poison.REQUIRED, "case": Poison.PICKLIST, "message": Poison.TOO_LONG}
    expected = {thing: Counter({storm.crm.blamed[thing]: len(story.of(kind))}) for thing, kind in poisoned.items()}
    before = refused(storm)
    assert all(before[thing] >= fields for thing, fields in expected.items())
    assert storm.casebridge("deliveries", "retry", "--where", "state=refused").returncode == Exit.OK
    storm.kills = 0
    storm.quiet()
    assert refused(storm) == expected


def refused(storm: Storm) -> Mapping[str, Counter[str]]:
    """Return what is listed as refused: thing → field to blame → how many; each has a reason."""
    listed = storm.casebridge("--json", "deliveries", "list", "--where", "state=refused", "--limit", "10000").output
    found: dict[str, Counter[str]] = {}
    for row in orjson.loads(listed):
        assert row["reason"], row
        found.setdefault(row["thing"], Counter())[row["field"]] += 1
    return found


def all_stands_once(crm: Crm, story: Story) -> None:
    """Promise that everything is there, as it was last corrected, and nothing twice."""
    assert sorted(sorted(texts) for texts in crm.cases()) == sorted(sorted(texts) for texts in story.standing())
    addressed = set(story.said) - set(story.of(Poison.REQUIRED))
    assert crm.addresses() == Counter(f"{person}@customers.example" for person in addressed)
    assert crm.files() == Counter(story.attached())
    assert set(crm.keys().values()) == {1}


def figures(storm: Storm) -> str:
    """Return what happened, for whoever wants to see it."""
    crm = storm.crm
    failed = ", ".join(f"{count} {kind}" for kind, count in crm.faults.drawn.most_common())
    return (
        f"{type(crm).__name__}: {crm.keys().total()} records, {crm.calls} calls, {crm.faults.drawn.total()} of them failed ({failed}),"
        f" {storm.did['runs']} runs, {storm.did['killed']} processes killed; written up to call {crm.most} of the day,"
        f" with {crm.share} for deliveries"
    )

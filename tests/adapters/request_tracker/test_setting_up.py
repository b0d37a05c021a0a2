"""What an administrator sets up by the page, and what the check says of what is missing."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from bridge.nouns import Actor, AmendmentKind, CaseEvent, Cursor, Reference, Thing, What, Written
from tests.adapters.request_tracker.servers import KEYS, MONDAY, message, place, refs, ticket, user
from tests.conformance.writing import amendment
from tests.servers import program, request_tracker
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.request_tracker.target import RequestTrackerTarget
    from tests.adapters.request_tracker.servers import Place

pytestmark = pytest.mark.real

PACKAGE = ROOT / "adapters" / "request_tracker" / "package" / "initialdata.pl"
OUR_USER = ROOT / "tests" / "servers" / "request_tracker_user.pl"


@contextmanager
def by_the_page(folder: Path) -> Iterator[Place]:
    """Give a server that has what comes along with Casebridge, and nothing else."""
    try:
        with request_tracker.running(MONDAY, PACKAGE, OUR_USER) as server:
            there = place(server, folder)
            yield there
            there.target.close()
    except program.NotInstalledError as missing:
        pytest.skip(str(missing))


def wrong(target: RequestTrackerTarget) -> dict[str, str]:
    """Return what the check finds wrong, each with its remedy."""
    return {finding.text: finding.remedy for finding in target.check().findings if not finding.ok}


def test_the_data_that_comes_along_gives_all_rights_and_fields_that_are_needed(tmp_path: Path) -> None:
    with by_the_page(tmp_path) as there:
        target = there.target
        assert wrong(target) == {}
        assert all(step.done for step in target.prepare(tuple(KEYS.values()), dry_run=False))
        (person,) = refs(target, user(1))
        case, other = refs(target, ticket(1, Requestor=Reference(Thing.PERSON, user(1).key, person)), ticket(2))
        (said,) = refs(target, message(1, case))
        refs(target, replace(message(1, case), ref=said, fields={"Content": "It blinks green."}))
        refs(target, replace(ticket(1), ref=case, fields={"Subject": "Router broken", "Status": "resolved"}))
        kinds = (AmendmentKind.REOPEN, AmendmentKind.TAG, AmendmentKind.NOTE, AmendmentKind.LINK)
        wanted = [amendment(kind, Thing.CASE, case, other_ref=other, text="vip") for kind in kinds]
        wanted += [amendment(AmendmentKind.WITHDRAW, Thing.CASE, other)]
        wanted += [amendment(AmendmentKind.WITHDRAW, Thing.PERSON, person)]
        assert [each for each in target.amend(wanted) if not isinstance(each, Written)] == []
        assert [item for page in target.activity(Cursor()) for item in page.items]


def test_a_user_without_rights_is_told_which_and_where(here: Place, tmp_path: Path) -> None:
    looker = SecretStr(here.server.tokens["looker"])
    there = place(here.server, tmp_path, token=looker, user="looker").target
    found = wrong(there)
    there.close()
    assert found["looker may not see and create users"].startswith("Give looker AdminUsers under Admin > Global")
    assert any("CreateTicket under Admin > Queues > Social" in remedy for remedy in found.values())
    assert "Ticket lacks Casebridge Key, Casebridge Tags, Casebridge Answer" in found


def test_a_queue_that_is_not_there_and_a_field_that_must_be_filled_are_said(here: Place, tmp_path: Path) -> None:
    there = place(here.server, tmp_path, queues=("Complaints",)).target
    told = [finding.text for finding in there.check().findings]
    there.close()
    assert any("lifecycle complaints" in text and "must have CF.{Product}" in text for text in told), told


def test_what_agents_do_to_a_ticket_is_told_with_time_and_actor(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    head = here.target.activity_head()
    here.clock.sleep(600)
    for change in ({"Owner": "mia"}, {"Priority": 90}, {"TimeWorked": 15}, {"Queue": "Mail"}):
        assert here.server.call("PUT", f"ticket/{case}", change).is_success
    events = [item for page in here.target.activity(head) for item in page.items if isinstance(item, CaseEvent)]
    told = [event for event in events if event.actor is not Actor.US]
    assert {event.what for event in told} >= {What.OWNER, What.PRIORITY, What.TIME_WORKED, What.QUEUE}
    assert {(event.case_ref, event.actor, event.actor_name, event.at) for event in told} == {
        (case, Actor.AGENT, "mia", here.clock.now())
    }

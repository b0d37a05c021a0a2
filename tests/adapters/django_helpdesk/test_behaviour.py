"""What the real django-helpdesk does that nobody would guess, and what the adapter makes of it."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from bridge.errors import AuthError, Transient
from bridge.nouns import (
    Actor,
    AmendmentKind,
    Answer,
    CaseEvent,
    Cursor,
    Ended,
    PersonSeen,
    Presence,
    Refusal,
    Thing,
    Unknown,
    What,
    Written,
)
from tests.adapters.django_helpdesk.servers import message, place, refs, ticket
from tests.conformance.writing import amendment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.django_helpdesk.servers import Place

pytestmark = pytest.mark.real
INJECTED = "{{ ticket.secret_key }} {% if %} {# gone #} {{{ 100%} {"


def test_a_comment_is_rendered_as_a_template_and_a_customers_words_are_not(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    secret = here.server.rows("SELECT secret_key FROM helpdesk_ticket")[0]["secret_key"]
    said = here.server.call("POST", "followups/", {"ticket": int(case), "comment": "{{ ticket.secret_key }}"})
    assert said.json()["comment"] in {secret, ""}
    assert here.server.call("POST", "followups/", {"ticket": int(case), "comment": "{% if"}).status_code in {201, 500}
    (ref,) = refs(here.target, message(1, case, comment=INJECTED))
    stands = here.server.call("GET", f"followups/{ref}/").json()["comment"]
    assert stands == f"{INJECTED}\n\n[{message(1, case).key}]"


def test_an_edit_is_not_rendered_and_goes_as_it_is(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    (ref,) = refs(here.target, message(1, case))
    refs(here.target, replace(message(1, case), ref=ref, fields={"comment": INJECTED}))
    assert here.server.call("GET", f"followups/{ref}/").json()["comment"].startswith(INJECTED)


def test_a_follow_ups_title_renames_the_ticket_and_we_send_none(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    here.server.call("POST", "followups/", {"ticket": int(case), "title": "Renamed", "comment": "x", "public": False})
    assert here.server.call("GET", f"tickets/{case}/").json()["title"] == "Renamed"
    refs(here.target, message(1, case))
    assert here.server.call("GET", f"tickets/{case}/").json()["title"] == "Renamed"
    (refusal,) = here.target.write("followup", [message(2, case, title="Renamed again")])
    assert isinstance(refusal, Refusal)
    assert refusal.field == "title"


def test_unknown_filters_return_everything_and_a_key_is_not_believed_found(here: Place) -> None:
    refs(here.target, ticket(1), ticket(2))
    never = ticket(3).key
    answer = here.server.call("GET", f"tickets/?custom_casebridge_key={never}").json()
    assert answer["count"] == 2
    here.clock.sleep(100)
    found = here.target.find("ticket", {never: "", ticket(2).key: ""}, here.clock.now().replace(hour=8))
    assert (found[never].presence, found[ticket(2).key].ref) == (Presence.ABSENT, "2")


def test_the_tickets_own_first_follow_up_is_nobodys_answer(here: Place) -> None:
    """It is public, by an agent, and repeats the description."""
    body = {"queue": 1, "title": "By phone", "description": "She called.", "priority": 3}
    case = str(here.server.call("POST", "tickets/", body).json()["id"])
    items = [item for page in here.target.activity(Cursor()) for item in page.items]
    assert [type(each) for each in items] == [CaseEvent]
    here.server.call("POST", "followups/", {"ticket": int(case), "comment": "We are on it.", "public": True})
    heard = [each for page in here.target.activity(Cursor()) for each in page.items if isinstance(each, Answer)]
    assert [(each.text, each.actor, each.public) for each in heard] == [("We are on it.", Actor.AGENT, True)]


def test_a_new_ticket_begins_as_open_whatever_was_sent_and_is_closed_afterwards(here: Place) -> None:
    (case,) = refs(here.target, ticket(1, status=4))
    assert here.server.call("GET", f"tickets/{case}/").json()["status"] == 4


def test_a_key_is_found_by_a_program_that_has_just_begun_among_many_pages(here: Place, tmp_path: Path) -> None:
    for start in range(0, 45, 15):
        refs(here.target, *(ticket(n) for n in range(start, start + 15)))
    fresh = place(here.server, tmp_path)
    outcomes = fresh.target.write("ticket", [ticket(0), ticket(44), ticket(45)])
    assert [each.created for each in outcomes if isinstance(each, Written)] == [False, False, True]
    reads = len([path for method, path in fresh.wire.calls if (method, path) == ("GET", "/api/tickets/")])
    fresh.target.write("ticket", [ticket(46)])
    assert len([path for method, path in fresh.wire.calls if (method, path) == ("GET", "/api/tickets/")]) <= reads + 2
    fresh.target.close()


def test_tickets_that_a_batch_or_a_look_up_concerns_are_read_with_the_list(here: Place) -> None:
    """To read one ticket costs the site as much as to read them all."""
    cases = refs(here.target, *(ticket(n) for n in range(12)))
    records = [message(n, case) for n, case in enumerate(cases)]
    here.target.schema("followup")
    before = len(here.wire.calls)
    refs(here.target, *records)
    found = here.target.find("followup", {each.key: each.parent for each in records}, here.clock.now())
    assert {each.parent for each in found.values()} == set(cases)
    assert [method for method, _ in here.wire.calls[before:]].count("GET") == 2


def test_a_ticket_that_is_no_more_is_told_though_others_of_the_batch_are_there(here: Place) -> None:
    cases = refs(here.target, *(ticket(n) for n in range(4)))
    here.server.call("DELETE", f"tickets/{cases[1]}/")
    outcomes = here.target.write("followup", [message(n, case) for n, case in enumerate(cases)])
    assert [isinstance(each, Written) for each in outcomes] == [True, False, True, True]
    assert isinstance(outcomes[1], Refusal)
    assert outcomes[1].code == Ended.DELETED


def test_nobody_is_mailed_whatever_happens_to_a_case(here: Place) -> None:
    (case,) = refs(here.target, ticket(1, custom_customer="Ada Kern ada@example.org"))
    refs(here.target, message(1, case))
    hands = here.target.agent()
    hands.note(case, "Ask Tom.", author="Mia")
    hands.set_status(case, "closed", author="Mia")
    here.target.amend([amendment(AmendmentKind.REOPEN, Thing.CASE, case)])
    hands.reply(case, "We are on it.", author="Mia")
    assert here.server.mails() == []
    assert here.target.mailed(case) == []


def test_a_submitter_is_mailed_and_the_canary_would_tell(here: Place) -> None:
    (case,) = refs(here.target, ticket(1, submitter_email="ada@example.org"))
    assert {mail["To"] for mail in here.server.mails()} == {"ada@example.org"}
    assert here.target.mailed(case) != []


def test_a_file_of_an_update_is_handed_over_where_the_site_serves_it(here: Place, tmp_path: Path) -> None:
    (case,) = refs(here.target, ticket(1))
    head = here.target.activity_head()
    file = tmp_path / "bill.pdf"
    file.write_bytes(b"%PDF-1.4 a bill \xff")
    here.target.agent().reply(case, "Here is your bill.", author="Mia", attach=[file])
    (answer,) = [item for page in here.target.activity(head) for item in page.items if isinstance(item, Answer)]
    (attached,) = answer.files
    assert attached.name == "bill.pdf"
    assert here.target.attachment(attached.url) == file.read_bytes()
    assert here.target.attachment(f"{attached.url}.gone") is None
    assert here.target.attachment(attached.url.replace("127.0.0.1", "127.0.0.2")) is None


def test_what_is_said_by_lent_hands_is_no_agents_answer(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    here.target.agent().reply(case, "We are on it.", author="Mia")
    heard = [each for page in here.target.activity(Cursor()) for each in page.items if isinstance(each, Answer)]
    assert {each.actor for each in heard} == {Actor.US}


def test_submitters_are_read_once_and_on_after_an_interruption(here: Place) -> None:
    """There are no persons: an address on a ticket is all that is known of one."""
    for number in range(45):
        submitter = {"submitter_email": f"p{number % 30}@example.org"}
        body = {"queue": 1, "title": "Call", "description": "-", "priority": 3, **submitter}
        assert here.server.call("POST", "tickets/", body).is_success
    refs(here.target, ticket(1, submitter_email="ours@example.org"))
    first = next(iter(here.target.contacts(Cursor())))
    rest = list(here.target.contacts(first.cursor))
    seen = [event.person for page in (first, *rest) for event in page.events if isinstance(event, PersonSeen)]
    assert {str(one.identifier) for person in seen for one in person.shown} == {
        f"email::p{number}@example.org" for number in range(30)
    }
    assert len({person.native_id for person in seen}) == 30
    assert not any(page.events for page in here.target.contacts(rest[-1].cursor))


def test_time_that_agents_spend_is_told_as_the_tickets_total(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    for spent in ("00:15:00", "1 01:30:00"):
        here.clock.sleep(60)
        body = {"ticket": int(case), "comment": "Measured.", "public": False, "time_spent": spent}
        assert here.server.call("POST", "followups/", body).is_success
    events = [item for page in here.target.activity(Cursor()) for item in page.items if isinstance(item, CaseEvent)]
    worked = [event for event in events if event.what is What.TIME_WORKED]
    assert [(event.before, event.value, event.actor) for event in worked] == [
        ("0", "15", Actor.AGENT),
        ("15", "1545", Actor.AGENT),
    ]
    assert worked[1].at == here.clock.now()


def test_a_status_is_told_by_the_sites_own_number_too_and_by_whom_it_was_set(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    body = {"ticket": int(case), "comment": "We are on it.", "public": True, "new_status": 3}
    here.server.call("POST", "followups/", body)
    items = [item for page in here.target.activity(Cursor()) for item in page.items]
    (status,) = [each for each in items if isinstance(each, CaseEvent) and each.what is What.STATUS]
    (answer,) = [each for each in items if isinstance(each, Answer) and each.actor is Actor.AGENT]
    assert (status.value, status.native) == ("closed", "3")
    assert answer.actor_id
    assert (status.actor_id, status.actor_name) == (answer.actor_id, answer.actor_name)


def test_a_redaction_empties_the_first_follow_up_too(here: Place) -> None:
    (case,) = refs(here.target, ticket(1, description="I am Ada Kern.", custom_customer="Ada Kern"))
    assert here.target.amend([amendment(AmendmentKind.REDACT, Thing.CASE, case)]) == [Written(case, created=True)]
    assert "Ada" not in here.server.call("GET", f"tickets/{case}/").text


def test_a_merged_ticket_names_its_survivor_again_and_again(here: Place) -> None:
    loser, winner = refs(here.target, ticket(1), ticket(2))
    here.server.call("PATCH", f"tickets/{loser}/", {"merged_to": int(winner), "status": 5})
    for _ in range(2):
        events = [each for page in here.target.activity(Cursor()) for each in page.items if isinstance(each, CaseEvent)]
        merged = [each for each in events if each.what is What.MERGED]
        assert [(each.native_id, each.case_ref, each.value) for each in merged] == [("1:merged:2", loser, winner)]


def test_messages_stand_once_after_the_server_was_killed(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    records = [message(n, case) for n in range(5)]
    refs(here.target, *records[:2])
    here.server.stop(signal.SIGKILL)
    with pytest.raises(Transient):
        here.target.write("followup", records)
    here.server.start()
    assert all(isinstance(each, Written) for each in here.target.write("followup", records))
    assert sorted(here.target.keys("followup")) == sorted(each.key for each in records)


def test_a_bad_token_says_how_to_renew_it(here: Place, tmp_path: Path) -> None:
    there = place(here.server, tmp_path, token=SecretStr("0000")).target
    with pytest.raises(AuthError, match="drf_create_token"):
        there.activity_head()
    there.close()


def test_a_lost_answer_is_settled_by_the_mark(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    here.wire.trouble("response")
    here.wire.used()
    records = [message(n, case) for n in range(3)]
    first = here.target.write("followup", records)
    here.wire.used()
    assert isinstance(first[0], Unknown)
    assert not any(isinstance(each, Written) for each in first)
    again = here.target.write("followup", records)
    assert [each.created for each in again if isinstance(each, Written)] == [False, True, True]
    assert list(here.target.keys("followup")) == [each.key for each in records]

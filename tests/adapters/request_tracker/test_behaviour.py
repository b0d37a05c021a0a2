"""What the real Request Tracker does that nobody would guess, and what the adapter makes of it."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr

from bridge.errors import AuthError
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
    What,
    Written,
)
from tests.adapters.request_tracker.servers import key, message, place, refs, ticket, user
from tests.conformance.writing import amendment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.request_tracker.servers import Place

pytestmark = pytest.mark.real
TEXT = "text/plain"


def updated(here: Place, ref: str, **fields: Any) -> object:  # noqa: ANN401 - any field
    """Write an update without what the adapter checks beforehand."""
    (outcome,) = here.target.write("Ticket", [replace(ticket(1), ref=ref, fields=fields)])
    return outcome


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Status": "flying"}, ["Ticket 1: Status 'flying' isn't a valid status for this ticket."]),
        ({"CustomFields": {"Nowhere": "x"}}, []),
        ({"CustomFields": {"Channel": "fax"}}, ["Invalid value for custom field"]),
    ],
)
def test_a_200_can_mean_that_nothing_changed(here: Place, change: dict[str, Any], said: list[str]) -> None:
    (ref,) = refs(here.target, ticket(1))
    before = here.server.rows("SELECT Status, Subject FROM Tickets")
    answer = here.server.call("PUT", f"ticket/{ref}", change)
    assert (answer.status_code, answer.json()) == (200, said)
    assert here.server.rows("SELECT Status, Subject FROM Tickets") == before


def test_an_update_that_changed_nothing_is_refused_in_plain_words_and_nothing_else_changes(here: Place) -> None:
    (ref,) = refs(here.target, ticket(1))
    outcome = updated(here, ref, Status="flying", Subject="Changed all the same")
    assert isinstance(outcome, Refusal)
    assert (outcome.field, outcome.code) == ("Status", "invalid")
    assert "no status flying" in outcome.reason
    assert [row["Subject"] for row in here.server.rows("SELECT Subject FROM Tickets")] == ["Router 1 broken"]


@pytest.mark.parametrize(
    "field",
    [
        {"CustomFields": {"Nowhere": "x"}},
        {"CustomFields": {"Channel": "fax"}},
        {"Owner": "nobodyatall"},
        {"Requestor": "nobodyatall"},
    ],
)
def test_a_201_can_mean_that_a_field_was_dropped(here: Place, field: dict[str, Any]) -> None:
    answer = here.server.call("POST", "ticket", {"Queue": "Social", "Subject": "A", **field})
    assert answer.status_code == 201
    row = here.server.call("GET", f"ticket/{answer.json()['id']}").json()
    assert (row["Requestor"], row["Owner"]["id"]) == ([], "Nobody")
    assert [each["values"] for each in row["CustomFields"]] == [[]] * len(row["CustomFields"])


def test_a_ticket_whose_key_was_dropped_is_taken_back_and_refused(here: Place) -> None:
    """Otherwise every attempt would make another one: nothing could find the first."""
    here.target.schema("Ticket")
    rights = ("SetInitialCustomField", "ModifyCustomField")
    with here.server.without(*rights):
        (outcome,) = here.target.write("Ticket", [ticket(1)])
    assert isinstance(outcome, Refusal)
    assert (outcome.field, outcome.code) == ("CF.{Casebridge Key}", "dropped")
    assert "SetInitialCustomField" in outcome.reason
    assert [row["Status"] for row in here.server.rows("SELECT Status FROM Tickets")] == ["deleted"]
    assert len(refs(here.target, ticket(1))) == 1


def test_an_owner_who_may_not_own_leaves_the_ticket_to_its_queue(here: Place) -> None:
    (ref,) = refs(here.target, ticket(1, Owner="looker"))
    assert here.server.call("GET", f"ticket/{ref}").json()["Owner"]["id"] == "Nobody"


def test_an_unknown_queue_is_a_403_and_named(here: Place, tmp_path: Path) -> None:
    assert here.server.call("POST", "ticket", {"Queue": "Nowhere", "Subject": "A"}).status_code == 403
    account = place(here.server, tmp_path, queues=("Nowhere",)).target.check()
    assert not account.ok
    assert "no queue Nowhere" in " ".join(finding.text for finding in account.findings)


def test_a_stale_etag_is_a_412(here: Place) -> None:
    (ref,) = refs(here.target, ticket(1))
    stale = here.server.call("GET", f"ticket/{ref}").headers["ETag"]
    here.server.call("PUT", f"ticket/{ref}", {"Subject": "B"})
    headers = {"Authorization": f"token {here.server.tokens['mia']}", "If-Match": stale}
    url = f"{here.server.url}/REST/2.0/ticket/{ref}"
    assert httpx.put(url, json={"Subject": "C"}, headers=headers, timeout=30).status_code == 412


def test_an_agents_reply_opens_a_new_ticket_in_the_name_of_the_system(here: Place) -> None:
    (ref,) = refs(here.target, ticket(1))
    head = here.target.activity_head()
    here.server.call("POST", f"ticket/{ref}/correspond", {"Content": "We are on it.", "ContentType": TEXT})
    items = [item for page in here.target.activity(head) for item in page.items]
    assert [(each.actor, each.text) for each in items if isinstance(each, Answer)] == [(Actor.AGENT, "We are on it.")]
    (opened,) = [each for each in items if isinstance(each, CaseEvent) and each.what is What.STATUS]
    assert (opened.actor, opened.actor_name, opened.value) == (Actor.AUTOMATION, "RT_System", "open")


def test_a_file_of_an_agents_reply_is_handed_over_as_it_is(here: Place) -> None:
    (ref,) = refs(here.target, ticket(1))
    head = here.target.activity_head()
    content = b"%PDF-1.4 a bill \xff\x00"
    file = {"FileName": "bill.pdf", "FileType": "application/pdf", "FileContent": base64.b64encode(content).decode()}
    said = {"Content": "Here it is.", "ContentType": TEXT, "Attachments": [file]}
    here.server.call("POST", f"ticket/{ref}/correspond", said)
    (answer,) = [item for page in here.target.activity(head) for item in page.items if isinstance(item, Answer)]
    (attached,) = answer.files
    assert (answer.text, attached.name, attached.mime) == ("Here it is.", "bill.pdf", "application/pdf")
    assert here.target.attachment(attached.url) == content
    assert here.target.attachment(f"{attached.url}00") is None
    assert here.target.attachment(attached.url.replace("127.0.0.1", "127.0.0.2")) is None


def test_totals_are_null_and_pages_end_all_the_same(here: Place) -> None:
    (ref,) = refs(here.target, ticket(1))
    for start in (0, 20, 40, 60, 80, 100):
        refs(here.target, *(message(n, ref) for n in range(start, start + 20)))
    first = here.server.call("GET", "transactions?query=ObjectType='RT::Ticket'&per_page=100", user="casebridge").json()
    assert (first["total"], first["pages"], first["count"]) == (None, None, 100)
    heard = [item for page in here.target.activity(Cursor()) for item in page.items if isinstance(item, Answer)]
    assert len({each.native_id for each in heard}) == 120
    numbers = sorted(int(each.native_id) for each in heard)
    assert list(here.target.keys("Transaction")) == [key(f"message:{n}") for n in range(120)]
    assert numbers == sorted(set(numbers))


def test_numbers_of_transactions_have_gaps_and_nothing_is_missed(here: Place) -> None:
    """Other things take numbers, too: a new user takes some of those between two answers."""
    (case,) = refs(here.target, ticket(1))
    head = here.target.activity_head()
    for text in ("One", "Two"):
        here.server.call("POST", f"ticket/{case}/correspond", {"Content": text, "ContentType": TEXT})
        refs(here.target, user(len(text), RealName=text), user(len(text) + 9, RealName=text))
    heard = [each for page in here.target.activity(head) for each in page.items if isinstance(each, Answer)]
    assert [each.text for each in heard] == ["One", "Two"]
    assert int(heard[1].native_id) - int(heard[0].native_id) > 2


def test_a_bad_token_is_a_401_and_says_how_to_renew_it(here: Place, tmp_path: Path) -> None:
    there = place(here.server, tmp_path, token=SecretStr("1-14-0000")).target
    with pytest.raises(AuthError, match="Auth Tokens"):
        there.activity_head()
    (finding,) = there.check().findings
    assert not finding.ok
    assert "0000" not in finding.text
    there.close()


def test_a_search_for_transactions_finds_those_of_other_things_too(here: Place) -> None:
    """Ticket 1 and queue 1 share a number; only the type of the object tells them apart."""
    refs(here.target, ticket(1))
    found = here.server.call("GET", "transactions?query=TicketId=1&fields=Type", user="casebridge").json()["items"]
    assert len(found) > 1
    events = [item for page in here.target.activity(Cursor()) for item in page.items]
    assert [(each.case_ref, each.what) for each in events if isinstance(each, CaseEvent)] == [("1", What.CREATED)]


def test_no_search_shows_a_deleted_ticket_and_it_is_found_all_the_same(here: Place) -> None:
    (ref,) = refs(here.target, ticket(1))
    here.server.call("DELETE", f"ticket/{ref}")
    query = "tickets?query='CF.{Casebridge Key}' IS NOT NULL AND Status='deleted'"
    assert here.server.call("GET", query, user="casebridge").json()["items"] == []
    found = here.target.find("Ticket", {ticket(1).key: ""}, here.clock.now())[ticket(1).key]
    assert (found.presence, found.ref, found.deleted) == (Presence.FOUND, ref, True)


def test_a_user_who_is_disabled_is_a_tombstone_and_twice_is_no_error(here: Place) -> None:
    (ref,) = refs(here.target, user(1))
    withdraw = amendment(AmendmentKind.WITHDRAW, Thing.PERSON, ref)
    assert here.target.amend([withdraw, withdraw]) == [Written(ref, created=True)] * 2
    (outcome,) = here.target.write("User", [user(1)])
    assert isinstance(outcome, Refusal)
    assert outcome.code == Ended.DELETED


def test_a_mail_address_that_somebody_has_is_no_reason_to_take_him(here: Place) -> None:
    theirs = here.server.call("POST", "user", {"Name": "ada", "EmailAddress": "ada@example.org"}).headers["Location"]
    (outcome,) = here.target.write("User", [user(1, EmailAddress="ada@example.org")])
    assert isinstance(outcome, Refusal)
    assert (outcome.code, outcome.candidates) == (Ended.DUPLICATE, (theirs.rsplit("/", 1)[-1],))


def test_a_message_without_its_custom_field_is_known_by_its_mark(here: Place) -> None:
    """The field is set an instant after the comment: whoever dies in between must not say it twice."""
    (case,) = refs(here.target, ticket(1))
    body = {"Content": "It blinks 1 times.", "ContentType": TEXT, "Subject": f"[{key('message:1')}]"}
    said = here.server.call("POST", f"ticket/{case}/comment", body, user="casebridge").headers["Location"]
    assert here.target.write("Transaction", [message(1, case)]) == [
        Written(said.rsplit("/", 1)[-1], created=False, url=f"{here.server.url}/Ticket/Display.html?id={case}")
    ]


def test_an_edit_and_a_note_without_their_custom_field_are_known_by_their_marks(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    (ref,) = refs(here.target, message(1, case))
    edited = replace(message(1, case), ref=ref, fields={"Content": "It blinks green."})
    note = amendment(AmendmentKind.NOTE, Thing.CASE, case)
    for _ in range(2):
        refs(here.target, edited)
        assert isinstance(here.target.amend([note])[0], Written)
        here.server.forget("Casebridge Change")
    assert here.server.rows("SELECT count(*) FROM Transactions WHERE Type = 'Comment'")[0][0] == 3


def test_an_edited_message_gets_a_comment_that_says_so_once(here: Place) -> None:
    (case,) = refs(here.target, ticket(1))
    (ref,) = refs(here.target, message(1, case))
    edited = replace(message(1, case), ref=ref, fields={"Content": "It blinks green."})
    assert refs(here.target, edited) == refs(here.target, edited) == [ref]
    said = here.server.rows("SELECT id FROM Transactions WHERE Type = 'Comment' ORDER BY id")
    texts = [here.server.rows("SELECT id FROM Attachments WHERE TransactionId = ?", row["id"])[0]["id"] for row in said]
    assert [here.server.content(text) for text in texts] == [
        "It blinks 1 times.",
        f"Message #{ref} was edited. It now reads:\n\nIt blinks green.",
    ]


def test_another_lifecycle_and_a_required_field(here: Place, tmp_path: Path) -> None:
    there = place(
        here.server,
        tmp_path,
        queues=("Complaints",),
        closed=("done", "dropped", "deleted"),
        waiting=("asked",),
        reopen_to="working",
    )
    (refusal,) = there.target.write("Ticket", [ticket(1, Queue="Complaints")])
    assert isinstance(refusal, Refusal)
    assert (refusal.field, refusal.code) == ("CF.{Product}", "required")
    (ref,) = refs(there.target, ticket(1, **{"Queue": "Complaints", "Status": "received", "CF.{Product}": "Router"}))
    head = there.target.activity_head()
    for status in ("working", "asked", "done"):
        here.server.call("PUT", f"ticket/{ref}", {"Status": status})
    items = [item for page in there.target.activity(head) for item in page.items if isinstance(item, CaseEvent)]
    assert [each.value for each in items if int(each.native_id) > int(head.value)] == ["open", "waiting", "closed"]
    assert there.target.amend([amendment(AmendmentKind.REOPEN, Thing.CASE, ref)]) == [Written(ref, created=True)]
    assert here.server.rows("SELECT Status FROM Tickets")[0]["Status"] == "working"
    there.target.close()


def test_a_status_that_no_ticket_may_begin_with_is_reached_afterwards(here: Place) -> None:
    assert (
        here.server.call("POST", "ticket", {"Queue": "Social", "Subject": "A", "Status": "stalled"}).status_code == 400
    )
    first, second = refs(here.target, ticket(1, Status="stalled"), ticket(2, Status="new"))
    assert [row["Status"] for row in here.server.rows("SELECT Status FROM Tickets ORDER BY Subject")] == [
        "stalled",
        "new",
    ]
    assert int(first) != int(second)


def test_statuses_that_end_tickets_and_are_not_named_are_found(here: Place, tmp_path: Path) -> None:
    body = {"Queue": "Complaints", "Subject": "A", "Status": "working", "CustomFields": {"Product": "Phone"}}
    ref = here.server.call("POST", "ticket", body).json()["id"]
    here.server.call("PUT", f"ticket/{ref}", {"Status": "done"})
    there = place(here.server, tmp_path, queues=("Complaints",)).target
    findings = [finding for finding in there.check().findings if not finding.ok]
    assert [finding.text for finding in findings] == ["these statuses end tickets and are not named: done"]
    there.close()


def test_an_address_is_read_for_public_answers_not_to_tell_it(here: Place) -> None:
    place = {"Address1": "Erlengrund 7", "Zip": "48155", "City": "Münster"}
    body = {"Name": "ada", "RealName": "Ada Kern", "EmailAddress": "ada@example.org", "Privileged": 0, **place}
    here.server.call("POST", "user", body)
    events = [event for page in here.target.contacts(Cursor()) for event in page.events]
    (ada,) = [each.person for each in events if isinstance(each, PersonSeen) and each.person.name == "Ada Kern"]
    assert ada.extra == {"address": "Erlengrund 7, 48155 Münster"}

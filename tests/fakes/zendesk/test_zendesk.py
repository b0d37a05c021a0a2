"""The pretend Zendesk is as strict and as odd as the sheet says of the real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.zendesk.org import hostile, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.zendesk.conftest import Caller

TEXT = {"body": "It blinks red.", "public": False}
LOUD = {"body": "It blinks red.", "public": True}


def made(call: Caller, **given: Any) -> int:  # noqa: ANN401 - any field
    """Make a ticket; return its id."""
    status, answer = call("POST", "/tickets", {"ticket": {"subject": "Router", "comment": TEXT, **given}})
    assert status == 201, answer
    number: int = answer["ticket"]["id"]
    return number


def test_nobody_is_let_in_without_credentials(call: Caller) -> None:
    assert call("GET", "/users/me", Authorization="Basic bm9ib2R5") == (401, {"error": "Couldn't authenticate you"})


def test_users_are_unique_by_address_and_by_external_id_in_any_case(call: Caller) -> None:
    ada = {"name": "Ada", "email": "ada@example.org", "external_id": "cb1-ada"}
    assert call("POST", "/users", {"user": ada})[0] == 201
    for more in ({"email": "ADA@example.org"}, {"external_id": "CB1-ADA"}):
        status, answer = call("POST", "/users", {"user": {"name": "Other", **more}})
        assert status == 422
        assert "DuplicateValue" in str(answer["details"])


def test_an_upsert_overwrites_the_name_of_whoever_has_the_address(call: Caller) -> None:
    call("POST", "/users", {"user": {"name": "Dr. Ada Kern", "email": "ada@example.org"}})
    given = {"name": "ada_k", "email": "ada@example.org", "external_id": "cb1-x"}
    status, answer = call("POST", "/users/create_or_update", {"user": given})
    assert (status, answer["user"]["name"], answer["user"]["external_id"]) == (200, "ada_k", "cb1-x")


def test_a_look_up_folds_the_external_id_and_rewrites_it(call: Caller) -> None:
    call("POST", "/users", {"user": {"name": "Ada", "external_id": "Cb1-Ada"}})
    _, answer = call("GET", "/users/show_many?external_ids=cb1-ada")
    assert answer["users"][0]["external_id"] == "cb1-ada"


def test_a_new_user_with_an_address_is_mailed_unless_that_is_forbidden(call: Caller) -> None:
    call("POST", "/users", {"user": {"name": "Ada", "email": "ada@example.org", "skip_verify_email": True}})
    call("POST", "/users", {"user": {"name": "Bob", "email": "bob@example.org"}})
    assert [notice.to for notice in call.fake.notices] == ["bob@example.org"]


def test_many_users_at_once_are_forbidden_by_default(call: Caller, calling: Callable[..., Caller]) -> None:
    users = {"users": [{"name": "Ada"}]}
    assert call("POST", "/users/create_many", users)[0] == 403
    assert calling(replace(plain(), data_imports=True))("POST", "/users/create_many", users)[0] == 200


def test_external_ids_of_tickets_are_not_unique(call: Caller) -> None:
    both = [made(call, external_id="cb1-x") for _ in range(2)]
    _, answer = call("GET", "/tickets?external_id=cb1-x")
    assert sorted(row["id"] for row in answer["tickets"]) == both


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"comment": None}, "Description: cannot be blank"),
        ({"status": "resolved"}, "not one of the allowed values"),
        ({"subject": "s" * 256}, "too long"),
        ({"requester_id": 1}, "Requester: is invalid"),
        ({"group_id": 1}, "Group: is invalid"),
        ({"custom_fields": [{"id": 1, "value": "x"}]}, "does not exist"),
        ({"via_followup_source_id": 99}, "Not found"),
    ],
)
def test_what_does_not_fit_is_refused(call: Caller, given: dict[str, Any], words: str) -> None:
    status, answer = call("POST", "/tickets", {"ticket": {"subject": "Router", "comment": TEXT, **given}})
    assert status in (404, 422)
    assert words in str(answer)
    assert call.fake.state.tickets == {}


def test_a_replay_is_answered_from_store_for_two_hours_and_no_longer(call: Caller) -> None:
    body = {"ticket": {"subject": "Router", "comment": TEXT}}
    key = {"Idempotency-Key": "once"}
    first = call("POST", "/tickets", body, **key)
    assert call("POST", "/tickets", body, **key) == first
    other = {"ticket": {"subject": "Else", "comment": TEXT}}
    status, answer = call("POST", "/tickets", other, **key)
    assert (status, answer["error"]) == (400, "IdempotentRequestError")
    call.clock.forward(timedelta(hours=2))
    assert call("POST", "/tickets", body, **key)[1]["ticket"]["id"] != first[1]["ticket"]["id"]


def test_public_comments_mail_requesters_with_an_address_and_internal_ones_do_not(call: Caller) -> None:
    ada = int(call.fake.agent.user("Ada", email="ada@example.org"))
    ticket = made(call, requester_id=ada)
    assert list(call.fake.notices) == []
    call("PUT", f"/tickets/{ticket}", {"ticket": {"comment": LOUD}})
    assert [notice.to for notice in call.fake.notices] == ["ada@example.org"]
    _, answer = call("GET", f"/email_notifications?filter[ticket_id]={ticket}")
    assert len(answer["email_notifications"]) == 1


def test_a_grown_account_mails_of_every_ticket(calling: Callable[..., Caller]) -> None:
    call = calling(hostile())
    made(call, requester_id=int(call.fake.agent.user("Ada", email="ada@example.org")))
    assert [notice.automation for notice in call.fake.notices] == ["Thank for every ticket"]


def test_a_job_is_done_later_and_holds_failed_items_though_completed(call: Caller) -> None:
    items = [{"subject": "A", "comment": TEXT}, {"subject": "B"}, {"subject": "C", "comment": TEXT}]
    _, answer = call("POST", "/tickets/create_many", {"tickets": items})
    job = answer["job_status"]
    assert (job["status"], job["results"]) == ("queued", None)
    call.clock.forward(timedelta(seconds=3))
    (done,) = call("GET", f"/job_statuses/show_many?ids={job['id']}")[1]["job_statuses"]
    assert done["status"] == "completed"
    assert [row.get("error") for row in done["results"]] == [None, "RecordInvalid", None]


def test_thirty_jobs_and_a_hundred_items_are_the_most(call: Caller) -> None:
    items = [{"subject": "A", "comment": TEXT}]
    assert call("POST", "/tickets/create_many", {"tickets": items * 101})[0] == 400
    statuses = [call("POST", "/tickets/create_many", {"tickets": items})[0] for _ in range(31)]
    assert statuses == [200] * 30 + [429]


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [("GET", "/users/me", 700), ("GET", "/incremental/users/cursor?start_time=1", 10), ("PUT", "/tickets/{}", 30)],
)
def test_each_endpoint_has_its_limit_and_says_how_long_to_wait(call: Caller, method: str, path: str, most: int) -> None:
    path = path.format(made(call))
    call.clock.forward(timedelta(minutes=2))
    body = {"ticket": {"comment": TEXT}} if method == "PUT" else None
    statuses = [call(method, path, body)[0] for _ in range(most + 1)]
    assert statuses == [200] * most + [429]
    assert int(call.door.request(method, f"/api/v2{path}", json=body).headers["Retry-After"]) > 0
    call.clock.forward(timedelta(minutes=11))
    assert call(method, path, body)[0] == 200


def test_exports_leave_out_the_latest_minute_and_show_what_was_deleted(call: Caller) -> None:
    ticket = made(call, external_id="cb1-x")
    call.fake.agent.delete_ticket(str(ticket))
    assert call("GET", "/incremental/tickets/cursor?start_time=1")[1]["tickets"] == []
    call.clock.forward(timedelta(seconds=61))
    page = call("GET", "/incremental/tickets/cursor?start_time=1")[1]
    assert [(row["status"], row["external_id"]) for row in page["tickets"]] == [("deleted", "cb1-x")]
    assert page["end_of_stream"]
    again = call("GET", f"/incremental/tickets/cursor?cursor={page['after_cursor']}")[1]
    assert again["tickets"] == []


def test_an_export_from_now_on_and_one_for_an_agent_are_refused(call: Caller, calling: Callable[..., Caller]) -> None:
    now = int(call.clock.now().timestamp())
    assert call("GET", f"/incremental/ticket_events?start_time={now}")[0] == 422
    assert calling(replace(plain(), admin=False))("GET", "/incremental/ticket_events?start_time=1")[0] == 403


def test_a_merged_user_is_gone_and_the_tickets_are_the_survivors(call: Caller) -> None:
    loser, winner = (int(call.fake.agent.user(name)) for name in ("Ada", "Ada K."))
    ticket = made(call, requester_id=loser)
    assert call("PUT", f"/users/{loser}/merge", {"user": {"id": winner}})[0] == 200
    assert call("GET", f"/users/{loser}")[1]["user"]["active"] is False
    assert call("GET", f"/tickets/{ticket}")[1]["ticket"]["requester_id"] == winner


def test_who_has_open_tickets_cannot_be_deleted(call: Caller) -> None:
    ada = int(call.fake.agent.user("Ada"))
    ticket = made(call, requester_id=ada)
    assert call("DELETE", f"/users/{ada}")[0] == 422
    call("PUT", f"/tickets/{ticket}", {"ticket": {"status": "solved"}})
    assert call("DELETE", f"/users/{ada}")[0] == 200


def test_a_closed_ticket_takes_nothing_more_but_a_follow_up(call: Caller) -> None:
    ticket = made(call)
    call.fake.agent.close_for_good(str(ticket))
    assert call("PUT", f"/tickets/{ticket}", {"ticket": {"comment": TEXT}})[0] == 422
    made(call, via_followup_source_id=ticket)


def test_a_redaction_wants_the_text_as_it_stands(call: Caller) -> None:
    ticket = made(call)
    comment = call("GET", f"/tickets/{ticket}/comments")[1]["comments"][0]["id"]
    path = f"/tickets/{ticket}/comments/{comment}/redact"
    assert call("PUT", path, {"text": "green"})[0] == 422
    assert call("PUT", path, {"text": "red"})[1]["comment"]["body"] == "It blinks ▇▇▇."

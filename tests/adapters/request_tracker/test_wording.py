"""What Request Tracker says, and what people read of it. Its sentences are those of RT 5.0.3."""

from __future__ import annotations

import httpx
import pytest

from adapters.request_tracker.errors import Declined, refused
from adapters.request_tracker.wording import refusal
from bridge.errors import AuthError, RateLimited, Transient, Uncertain
from bridge.nouns import Ended

SENTENCES = [
    ("Name in use", "Name", Ended.DUPLICATE, "stands there already"),
    ("Email address in use", "EmailAddress", Ended.DUPLICATE, "takes an address once"),
    ("User cb1-a: Invalid syntax for email address", "EmailAddress", "invalid", "correct it at the person"),
    ("Must specify 'Name' attribute", "Name", "required", "person.yaml"),
    ("Password needs to be at least 5 characters long", "Password", "invalid", "leave Password out"),
    ("Could not create ticket. Queue not set", "Queue", "required", "case.yaml"),
    ("No permission to create tickets in the queue 'Nope'", "Queue", "forbidden", "no queue Nope"),
    ("Status 'flying' isn't a valid status for tickets in this queue.", "Status", "invalid", "no status flying"),
    ("Ticket 1: Status 'flying' isn't a valid status for this ticket.", "Status", "invalid", "Admin > Lifecycles"),
    ("You can't change status from 'new' to 'asked'.", "Status", "transition", "from new to asked"),
    ("New tickets can not have status 'done' in this queue.", "Status", "initial", "begin as done"),
    ("Queue Nope could not be loaded", "Queue", "unknown", "Admin > Queues"),
    ("That queue does not exist", "Queue", "unknown", "Admin > Queues"),
    ("You may not create requests in that queue.", "Queue", "forbidden", "CreateTicket"),
    ("Owner 'tom' does not have rights to own this ticket.", "Owner", "forbidden", "tom may not own"),
    ("That user may not own tickets in that queue", "Owner", "forbidden", "OwnTicket"),
    ("That user does not exist", "Owner", "unknown", "Admin > Users"),
    ("You can only reassign tickets that you own or that are unowned", "Owner", "forbidden", "create_only"),
    ("Custom field 9 does not apply to this object", "", "unknown_field", "Applies to"),
    ("Unable to load transaction custom field: Casebridge Key", "", "unknown_field", "Admin > Custom Fields"),
    ("Invalid value for custom field", "", "invalid", "the field > Values"),
    ("Input must match [Mandatory]", "", "required", "validation pattern"),
    ("Permission Denied", "", "forbidden", "User Rights"),
    ("Message could not be recorded", "", "not_found", "nothing under this number"),
    ("Resource does not exist", "", "not_found", "nothing under this number"),
    ("ContentType is a required field for application/json", "Content", "invalid", "fault of Casebridge"),
    ("FileType is a required field for each attachment in Attachments", "", "invalid", "lacks its FileType"),
    ("Link could not be created: Can't link a ticket to itself", "", "same", "refer to itself"),
    ("Couldn't resolve '77' into a link.", "", "not_found", "no ticket 77"),
    ("Merge failed. Couldn't set EffectiveId", "", "merge", "Links > Merge into"),
    (
        "Unknown field: Foo at /usr/share/request-tracker5/lib/RT/Tickets.pm line 3187.",
        "",
        "unknown_field",
        "no field Foo",
    ),
    ("Something that nobody has seen", "", "400", "says: Something that nobody has seen"),
]


@pytest.mark.parametrize(("said", "field", "code", "part"), SENTENCES, ids=[row[0][:40] for row in SENTENCES])
def test_a_refusal_says_why_and_what_to_do(said: str, field: str, code: str, part: str) -> None:
    told = refusal(said)
    assert (told.field, told.code) == (field, code)
    assert part in told.reason
    assert told.reason.endswith(".")
    assert "lib/RT" not in told.reason


def test_there_are_enough_of_them() -> None:
    assert len(SENTENCES) >= 25


@pytest.mark.parametrize(
    ("status", "writing", "error"),
    [
        (401, False, AuthError),
        (301, False, AuthError),
        (403, True, Declined),
        (404, True, Declined),
        (409, True, Declined),
        (412, True, Declined),
        (429, True, RateLimited),
        (500, True, Uncertain),
        (502, True, Uncertain),
        (500, False, Transient),
    ],
)
def test_an_answer_has_the_name_of_what_happens_next(status: int, writing: bool, error: type[Exception]) -> None:  # noqa: FBT001 - a table
    told = refused(httpx.Response(status, json={"message": ""}, headers={"Retry-After": "7"}), writing=writing)
    assert type(told) is error
    assert str(told).endswith(".")
    assert getattr(told, "retry_after", 7) == 7


def test_a_server_that_asks_to_come_back_is_no_trouble() -> None:
    assert isinstance(refused(httpx.Response(503, headers={"Retry-After": "30"}), writing=True), RateLimited)

"""Trouble that passes: it stops what it must and no more, and costs no calls that help nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import AuthError, RateLimited, Transient
from bridge.nouns import FileContent, Presence, Retry, Unknown, Written
from tests.adapters.zendesk.accounts import Place, comment, place, quick, refs, ticket, user
from tests.fakes.zendesk.org import Field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bridge.nouns import Found

OTHERS = "409"
"""Somebody else was writing at the same moment."""


def presence(found: Mapping[str, Found]) -> list[Presence]:
    """Return what is known of tickets 0 to 4."""
    return [found[ticket(n).key].presence for n in range(5)]


def test_a_look_that_meets_a_conflict_is_tried_again_and_no_refusal(here: Place) -> None:
    here.fake.faults.order(OTHERS)
    with pytest.raises(Transient):
        here.target.find("users", {user(1).key: ""}, here.clock.now())


def test_a_job_that_meets_a_conflict_is_tried_again_as_it_is(here: Place) -> None:
    here.target.schema("users")
    here.fake.calls.clear()
    here.fake.faults.order(OTHERS)
    outcomes = here.target.write("users", [user(n) for n in range(8)])
    assert all(isinstance(outcome, Retry) for outcome in outcomes)
    assert len(here.fake.calls) == 1
    assert here.fake.state.writes == 0


def test_one_look_of_many_that_fails_leaves_the_others_to_be_found(here: Place) -> None:
    refs(here.target, [ticket(n) for n in range(4)])
    here.fake.faults.order(None, "500")
    found = here.again().find("tickets", {ticket(n).key: "" for n in range(5)}, here.clock.now())
    everything = [Presence.FOUND, Presence.UNSURE, Presence.FOUND, Presence.FOUND, Presence.UNSURE]
    assert presence(found) == everything


@pytest.mark.parametrize("trouble", [["500", "500", "500"], ["429"]], ids=["in trouble", "limited"])
def test_looks_end_where_nothing_answers_or_a_limit_is_reached(here: Place, trouble: list[str]) -> None:
    refs(here.target, [ticket(n) for n in range(4)])
    target = here.again()
    here.fake.calls.clear()
    here.fake.faults.order(None, *trouble)
    found = target.find("tickets", {ticket(n).key: "" for n in range(5)}, here.clock.now())
    assert presence(found) == [Presence.FOUND, *[Presence.UNSURE] * 4]
    assert len(here.fake.calls) == 1 + len(trouble)


def test_looks_that_fail_from_the_first_say_why(here: Place) -> None:
    here.fake.faults.order("429")
    with pytest.raises(RateLimited):
        here.target.find("comments", {comment(1, "17").key: "17"}, here.clock.now())


def test_many_keys_are_looked_up_at_once_and_what_is_not_shown_one_by_one(here: Place) -> None:
    """Exports prove what is there, never what is not."""
    cases = refs(here.target, [ticket(n) for n in range(20)])
    refs(here.target, [comment(n, case) for n, case in enumerate(cases)])
    here.fake.agent.delete_ticket(cases[0])
    here.clock.forward(timedelta(minutes=10))
    target, since = here.again(), here.clock.now() - timedelta(minutes=10)
    here.fake.calls.clear()
    found = target.find("tickets", {ticket(n).key: "" for n in range(22)}, since)
    assert [each.presence for each in found.values()] == [Presence.FOUND] * 20 + [Presence.ABSENT] * 2
    assert [found[ticket(n).key].ref for n in range(20)] == cases
    assert [found[ticket(n).key].deleted for n in range(20)] == [True] + [False] * 19
    said = target.find("comments", {comment(n, "").key: case for n, case in enumerate(cases)}, since)
    assert [each.ref for each in said.values()] == [f"{case}/{comment(n, '').key}" for n, case in enumerate(cases)]
    paths = [call.path.removeprefix("/api/v2") for call in here.fake.calls]
    assert paths == ["/incremental/tickets/cursor", "/tickets", "/tickets", "/incremental/ticket_events"]


def test_where_exports_may_not_be_read_now_each_key_is_looked_up(here: Place) -> None:
    refs(here.target, [ticket(n) for n in range(8)])
    here.clock.forward(timedelta(minutes=10))
    here.fake.faults.order("429")
    keys = {ticket(n).key: "" for n in range(8)}
    found = here.again().find("tickets", keys, here.clock.now() - timedelta(minutes=10))
    assert {each.presence for each in found.values()} == {Presence.FOUND}


def test_a_file_that_meets_trouble_holds_up_its_own_message_alone(here: Place, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"png")
    photo = FileContent("k", "photo.png", "image/png", 3, str(tmp_path / "photo.png"))
    cases = refs(here.target, [ticket(n) for n in range(4)])
    sent = [comment(n, case) for n, case in enumerate(cases)]
    here.fake.faults.order(OTHERS)
    outcomes = here.target.write("comments", [replace(sent[0], files=(photo,)), *sent[1:]])
    assert [type(outcome) for outcome in outcomes] == [Retry, Written, Written, Written]


def test_one_ticket_that_cannot_be_read_holds_up_no_other_correction(here: Place) -> None:
    cases = refs(here.target, [ticket(n) for n in range(5)])
    sent = [comment(n, case) for n, case in enumerate(cases)]
    there = refs(here.target, sent)
    edited = [replace(each, ref=ref, fields={"body": "Corrected."}) for each, ref in zip(sent, there, strict=True)]
    here.fake.faults.order(None, "503")
    outcomes = here.target.write("comments", edited)
    assert [type(outcome) for outcome in outcomes] == [Written, Retry, Written, Written, Written]
    here.fake.faults.order(None, "503", "503", "503")
    outcomes = here.target.write("comments", [replace(each, fields={"body": "Again."}) for each in edited])
    assert [type(outcome) for outcome in outcomes] == [Written, *[Retry] * 4]


def test_several_messages_of_a_ticket_take_one_look(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    sent = [comment(n, case) for n in range(5)]
    there = refs(here.target, sent)
    here.fake.calls.clear()
    refs(here.target, [replace(each, ref=ref) for each, ref in zip(sent, there, strict=True)])
    assert len(here.fake.calls) == 1


def test_one_lost_answer_holds_up_nobody_else_in_the_batch(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), data_imports=False))
    here.target.schema("users")
    here.fake.faults.order(None, None, "reset_after")
    outcomes = here.target.write("users", [user(n) for n in range(5)])
    assert [type(outcome) for outcome in outcomes] == [Written, Unknown, Written, Written, Written]
    assert sum(row["role"] == "end-user" for row in here.fake.state.users.values()) == 5


def test_fields_are_not_forgotten_because_a_sign_in_failed(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), fields=(Field(4711, "Region"),)))
    here.fake.faults.order("401")
    with pytest.raises(AuthError):
        here.target.schema("tickets")
    assert "custom_fields.4711" in here.target.schema("tickets").fields

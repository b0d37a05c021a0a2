"""People with several addresses and numbers: each stands once with the right user, nobody is mailed, and all is read back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bridge.nouns import Amendment, AmendmentKind, Cursor, PersonSeen, Refusal, Retry, Thing, Written
from identity.model import IdentifierKind
from tests.adapters.zendesk.accounts import Place, key, place, quick, refs, user
from tests.fakes.zendesk import identities
from tests.fakes.zendesk.org import plain

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Record

EMAIL, PHONES = "identities.email", "identities.phone_number"


def person(number: int, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return somebody with an own number, and more."""
    own = f"+493012345{number:02}"
    told = {"phone": own, PHONES: [own, f"+491577{number:07}"], EMAIL: [f"Ada{number}@town.example"]}
    return user(number, **{**told, **fields})


def standing(here: Place, ref: str) -> list[str]:
    """Return the values of a user's identities."""
    return [row["value"] for row in identities.of(here.fake.state, int(ref))]


def added(here: Place) -> int:
    """Return how often an identity was sent."""
    return sum(call.method == "POST" and call.path.endswith("/identities") for call in here.fake.calls)


@pytest.mark.parametrize("verified", [True, False])
def test_a_new_user_has_all_of_them_and_nobody_is_mailed(tmp_path: Path, *, verified: bool) -> None:
    here = place(tmp_path, replace(quick(), triggers=plain().triggers), identities_verified=verified)
    (ref,) = refs(here.target, [person(1)])
    assert standing(here, ref) == ["+4915770000001", "Ada1@town.example"]
    assert [row["verified"] for row in here.fake.state.identities.values()] == [verified] * 2
    assert list(here.fake.notices) == []


def test_who_comes_in_a_job_has_them_once_brought_up_to_date(here: Place) -> None:
    sent = [person(n) for n in range(4)]
    outcomes = here.target.write("users", sent)
    assert [outcome.created for outcome in outcomes if isinstance(outcome, Written)] == [False] * 4
    made = [outcome.ref for outcome in outcomes if isinstance(outcome, Written)]
    for _ in range(2):
        refs(here.target, [replace(each, ref=ref) for each, ref in zip(sent, made, strict=True)])
    assert [standing(here, ref) for ref in made] == [[f"+491577{n:07}", f"Ada{n}@town.example"] for n in range(4)]
    assert added(here) == 8


def test_who_has_one_of_each_takes_no_further_call(here: Place) -> None:
    refs(here.target, [user(1, phone="+493012345", **{PHONES: ["+493012345"], EMAIL: []})])
    assert [call.path for call in here.fake.calls if "identities" in call.path] == []


def test_what_belongs_to_somebody_else_is_left_with_them(here: Place) -> None:
    other = here.fake.agent.user("Ida Kern", email="ada1@town.example")
    (ref,) = refs(here.target, [person(1)])
    assert standing(here, ref) == ["+4915770000001"]
    assert standing(here, other) == ["ada1@town.example"]


def test_a_lost_answer_adds_nothing_twice(here: Place) -> None:
    here.target.schema("users")
    here.fake.faults.order(None, "reset_after")
    (outcome,) = here.target.write("users", [person(1)])
    assert isinstance(outcome, Written)
    assert not outcome.created
    refs(here.target, [replace(person(1), ref=outcome.ref)])
    assert standing(here, outcome.ref) == ["+4915770000001", "Ada1@town.example"]


def test_trouble_with_one_user_holds_up_no_other(here: Place) -> None:
    first, second = refs(here.target, [user(1), user(2)])
    here.fake.faults.order("503")
    outcomes = here.target.write("users", [replace(person(1), ref=first), replace(person(2), ref=second)])
    assert [type(outcome) for outcome in outcomes] == [Retry, Written]
    assert standing(here, second) == ["+4915770000002", "Ada2@town.example"]


def test_a_user_who_is_gone_is_told_as_such(here: Place) -> None:
    (ref,) = refs(here.target, [user(1)])
    here.fake.agent.delete_user(ref)
    (outcome,) = here.target.write("users", [replace(person(1), ref=ref)])
    assert isinstance(outcome, Refusal)
    assert outcome.code == "deleted"


def test_all_of_them_are_read_back(here: Place) -> None:
    refs(here.target, [person(1)])
    seen = [event for page in here.target.contacts(Cursor()) for event in page.events if isinstance(event, PersonSeen)]
    values = {shown.identifier.value for event in seen for shown in event.person.shown}
    assert {"ada1@town.example", "+4915770000001", "+49301234501"} <= values


def test_an_erased_person_keeps_none(here: Place) -> None:
    (ref,) = refs(here.target, [person(1, email="own@town.example")])
    redact = Amendment(kind=AmendmentKind.REDACT, thing=Thing.PERSON, ref=ref, key=key("erase"))
    for _ in range(2):
        assert isinstance(here.target.amend([redact])[0], Written)
    assert standing(here, ref) == []


def handles(here: Place) -> list[str]:
    """Return the handles that are read of all users."""
    events = [event for page in here.target.contacts(Cursor()) for event in page.events]
    shown = [each.identifier for event in events if isinstance(event, PersonSeen) for each in event.person.shown]
    return [f"{each.scope}:{each.value}" for each in shown if each.kind is IdentifierKind.HANDLE]


def test_screen_names_are_read_back_as_handles_on_x(here: Place) -> None:
    refs(here.target, [person(1, **{"identities.twitter": ["Ada_Kern"]})])
    assert handles(here) == ["x:ada_kern"]


def test_handles_are_read_of_the_fields_that_are_named_and_missing_ones_are_missed(tmp_path: Path) -> None:
    fields = {"bluesky": "user_fields.bluesky"}
    here = place(tmp_path, replace(quick(), user_fields=("bluesky",)), handles=fields)
    here.fake.agent.user("Ada Kern", user_fields={"bluesky": "@Ada.Example"})
    here.fake.agent.user("Mia Vogel")
    assert handles(here) == ["bluesky:ada.example"]
    assert here.target.check().ok
    other = here.again(handles={**fields, "x": "user_fields.twitter"})
    wrong = [finding.text for finding in other.check().findings if not finding.ok]
    assert wrong == ["users have no field user_fields.twitter"]

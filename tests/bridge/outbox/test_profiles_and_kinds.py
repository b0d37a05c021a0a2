"""Authors as records of their own, and messages that become one object or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge.errors import ConfigError
from bridge.faults import Fault
from bridge.mapping.target import in_order, load_target_mapping
from bridge.nouns import Found, Thing
from bridge.store import schema
from bridge.verify import verify
from tests.bridge.outbox.world import CRM, World

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.mapping.target import TargetMapping

PROFILE = """
thing: profile
object: Profile
key: casebridge_key
fields:
  network: {from: profile.network}
  uid:     {from: profile.id}
  handle:  {from: profile.handle, omit_if_empty: true}
  reach:   {from: profile.reach, omit_if_empty: true}
  person:  {ref: person, omit_if_empty: true}
"""
MESSAGE = """
thing: message
object: Message
key: casebridge_key
fields:
  text:      {from: message.text}
  direction: {from: message.direction}
  profile:   {ref: profile, omit_if_empty: true}
"""
CALL = """
thing: message
object: Call
key: casebridge_key
when: message.kind == 'call'
fields:
  text: {from: message.text}
"""


@pytest.fixture
def mapped(tmp_path: Path, world: World) -> World:
    """Return a world whose CRM has an object for profiles, and one for calls."""
    mappings = {
        **world.setup.mappings,
        Thing.PROFILE: (load(tmp_path, "profile", PROFILE),),
        Thing.MESSAGE: in_order([load(tmp_path, "message", MESSAGE), load(tmp_path, "message.call", CALL)]),
    }
    world.change(mappings=mappings)
    return world


def load(folder: Path, name: str, text: str) -> TargetMapping:
    """Load a mapping from its text."""
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return load_target_mapping(file)


def author(world: World, customer: int | None = None) -> int:
    """Store a profile, of a customer if given, and want its record; returns its number."""
    number = world.number()
    key = f"x//{number}"
    row = {
        "id": number,
        "key": key,
        "network": "x",
        "uid": str(number),
        "handle": "greta_s",
        "reach": 120,
        "own": False,
    }
    world.insert(schema.profile, row | {"scope": "", "name": "", "url": ""})
    if customer is not None:
        world.insert(schema.member, {"vertex": f"p:{key}", "customer_id": customer, "provisional": False})
    world.want("profile", world.key(f"profile:{key}"), number, None, sort=0)
    return number


def test_a_message_refers_to_its_author_and_the_author_to_the_person(mapped: World) -> None:
    customer = mapped.customer(email="greta@example.org")
    profile = author(mapped, customer)
    case = mapped.case(0, customer=customer)
    message = mapped.message(case, 0, customer=customer, author_id=profile)
    mapped.deliver()
    crm = mapped.target.crm
    standing = crm.rows[mapped.row("profile", profile).ref]
    assert standing.fields | {"person": ""} == {
        "network": "x",
        "uid": str(profile),
        "handle": "greta_s",
        "reach": 120,
        "person": "",
    }
    assert standing.fields["person"] == mapped.row("person", customer).ref
    assert crm.rows[mapped.row("message", message).ref].fields["profile"] == standing.ref


def test_a_message_waits_for_its_author_and_goes_without_one_that_was_refused(mapped: World) -> None:
    profile = author(mapped)
    case = mapped.case(0)
    message = mapped.message(case, 0, author_id=profile)
    mapped.update(schema.delivery, schema.delivery.c.thing == "profile", next_at=mapped.clock.now().replace(year=2040))
    mapped.deliver()
    assert mapped.row("message", message).state == "pending"
    mapped.update(schema.delivery, schema.delivery.c.thing == "profile", state="refused", next_at=None)
    mapped.deliver()
    row = mapped.row("message", message)
    assert row.state == "delivered"
    assert "profile" not in mapped.target.crm.rows[row.ref].fields


def test_a_profile_refers_to_a_person_who_came_later(mapped: World) -> None:
    customer = mapped.customer(email="greta@example.org")
    profile = author(mapped, customer)
    mapped.update(schema.delivery, schema.delivery.c.thing == "person", state="refused")
    mapped.deliver()
    assert "person" not in mapped.target.crm.rows[mapped.row("profile", profile).ref].fields
    mapped.want_again("person", customer)
    mapped.deliver()
    assert (
        mapped.target.crm.rows[mapped.row("profile", profile).ref].fields["person"]
        == mapped.row("person", customer).ref
    )


def test_a_profile_that_must_have_a_person_is_no_record_until_there_is_one(tmp_path: Path, mapped: World) -> None:
    text = PROFILE.replace("{ref: person, omit_if_empty: true}", "{ref: person, required: true}")
    mapped.change(mappings={**mapped.setup.mappings, Thing.PROFILE: (load(tmp_path, "strict", text),)})
    customer = mapped.customer(email="greta@example.org")
    profile = author(mapped, customer)
    mapped.update(schema.delivery, schema.delivery.c.thing == "person", state="refused")
    mapped.deliver()
    assert mapped.row("profile", profile).state == "not_needed"
    mapped.want_again("person", customer)
    mapped.deliver()
    standing = mapped.target.crm.rows[mapped.row("profile", profile).ref]
    assert standing.fields["person"] == mapped.row("person", customer).ref


def test_a_call_becomes_a_call_and_never_something_else_beside_it(mapped: World) -> None:
    case = mapped.case(1)
    call = mapped.message(case, 1, kind="call", text="They did not answer.")
    mapped.deliver()
    assert [row.parent for row in mapped.standing("Call")] == [mapped.row("case", case).ref]
    assert [row.fields["text"] for row in mapped.standing("Message")] == [f"{case}:0"]
    mapped.set_text(call, "They rang twice.")
    mapped.want_again("message", call)
    mapped.deliver()
    assert [row.fields["text"] for row in mapped.standing("Call")] == ["They rang twice."]
    mapped.update(schema.message, schema.message.c.id == call, kind="post")
    mapped.want_again("message", call)
    mapped.deliver()
    assert (len(mapped.standing("Call")), len(mapped.standing("Message"))) == (1, 1)
    report = verify(mapped.app, CRM)
    assert (report.ok, report.checked, report.changed) == (True, 3, [])


def test_a_lost_call_is_found_again_as_a_call(mapped: World) -> None:
    case = mapped.case(1)
    mapped.deliver()
    call = mapped.message(case, 1, kind="call")
    mapped.target.crm.faults.next(Fault.TIMEOUT_AFTER_COMMIT)
    mapped.deliver_all()
    assert len(mapped.standing("Call")) == 1
    mapped.update(
        schema.delivery, schema.delivery.c.subject_id == call, state="pending", ref="", look_up=True, spec=None
    )
    mapped.deliver_all()
    with mapped.store.read() as connection:
        spec = connection.execute(
            select(schema.delivery.c.spec).where(schema.delivery.c.subject_id == call)
        ).scalar_one()
    assert spec == {"object": "Call"}
    assert len(mapped.standing("Call")) == 1


def test_two_mappings_that_always_apply_are_a_mistake(tmp_path: Path) -> None:
    other = load(tmp_path, "message.other", MESSAGE)
    with pytest.raises(ConfigError, match=r"message.yaml:1: two mappings of messages always apply"):
        in_order([other, load(tmp_path, "message", MESSAGE)])


def test_messages_of_a_case_keep_their_order_though_they_are_of_two_objects(
    mapped: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(mapped.target), "ordered_batches", True)
    case = mapped.case(1)
    mapped.deliver()
    for position, kind in enumerate(("call", "post", "call"), start=1):
        mapped.message(case, position, kind=kind)
    mapped.deliver()
    standing = sorted((*mapped.standing("Call"), *mapped.standing("Message")), key=lambda row: row.changed)
    assert [row.fields["text"] for row in standing] == [f"{case}:{position}" for position in range(4)]


def test_a_message_whose_fate_is_unknown_holds_back_those_of_other_objects(
    mapped: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(mapped.target), "ordered_batches", True)
    case = mapped.case(1)
    mapped.deliver()
    call, post = mapped.message(case, 1, kind="call"), mapped.message(case, 2)
    mapped.target.crm.faults.next(Fault.TIMEOUT_BEFORE_COMMIT)
    monkeypatch.setattr(mapped.target, "find", _unsure)
    mapped.deliver()
    assert mapped.row("message", call).state in {"pending", "unknown"}
    assert mapped.row("message", post).state == "pending"
    assert mapped.row("message", post).attempts <= 1
    assert len(mapped.standing("Message")) == 1
    monkeypatch.undo()
    mapped.deliver_all()
    assert mapped.row("message", post).state == "delivered"


def _unsure(*_: object) -> dict[str, Found]:
    return {}

"""Values are checked before Request Tracker drops them in silence; texts come back as they were said."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from adapters.request_tracker.contents import as_text
from adapters.request_tracker.looking import mark, marked
from adapters.request_tracker.names import TICKET, TICKET_FIELDS, USER, USER_FIELDS
from adapters.request_tracker.settings import RequestTrackerSettings
from adapters.request_tracker.values import checked, same
from bridge.nouns import FieldSchema, ObjectSchema, Record, Reference, Refusal, Thing

CHANNEL = FieldSchema(name="CF.{Channel}", type="picklist", picklist=("x", "mail"))
TAGS = FieldSchema(name="CF.{Tags}", type="list")
SCHEMA = ObjectSchema(TICKET, {**TICKET_FIELDS, CHANNEL.name: CHANNEL, TAGS.name: TAGS})
KNOWN = {
    "base_url": "https://rt.example.com/rt",
    "token": SecretStr("1-14-abc"),
    "user": "casebridge",
    "queues": ("Social",),
}


def sent(**fields: Any) -> dict[str, Any] | Refusal:  # noqa: ANN401 - any field
    record = Record(thing=Thing.CASE, object=TICKET, key="cb1-a", key_field="CF.{Key}", fields=fields)
    return checked(record, SCHEMA)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"Subject": 7}, "takes a text"),
        ({"Subject": "s" * 201}, "truncate: 200"),
        ({"Subject": "two\nlines"}, "collapse_ws"),
        ({"Priority": "high"}, "whole number"),
        ({"Priority": True}, "whole number"),
        ({"Due": "tomorrow"}, "with its zone"),
        ({"Due": "2026-03-02T09:00:00"}, "with its zone"),
        ({"CF.{Channel}": "fax"}, "does not offer 'fax'"),
        ({"CF.{Tags}": "router"}, "list of texts"),
        ({"CF.{Nowhere}": "x"}, "Admin > Custom Fields"),
        ({"Nowhere": "x"}, "take it out of the mapping"),
        ({"Requestor": "ada"}, "ref: person"),
        ({"Requestor": Reference(Thing.PERSON, "cb1-p", "")}, "does not have"),
    ],
)
def test_what_would_be_dropped_is_refused(fields: dict[str, Any], part: str) -> None:
    refusal = sent(**fields)
    assert isinstance(refusal, Refusal)
    assert refusal.field == next(iter(fields))
    assert part in refusal.reason


def test_what_is_fine_goes_in_the_servers_own_form() -> None:
    assert sent(
        Due="2026-03-02T10:00:00+01:00", Priority=50, Requestor=Reference(Thing.PERSON, "cb1-p", "61"), Owner=None
    ) == {"Due": "2026-03-02 09:00:00", "Priority": 50, "Requestor": "61"}


def test_a_mail_address_is_looked_at_before_it_is_sent() -> None:
    record = Record(thing=Thing.PERSON, object=USER, key="cb1-a", key_field="Name", fields={"EmailAddress": "nobody"})
    refusal = checked(record, ObjectSchema(USER, USER_FIELDS))
    assert isinstance(refusal, Refusal)
    assert refusal.field == "EmailAddress"


@pytest.mark.parametrize(
    ("field", "ours", "theirs"),
    [
        (TICKET_FIELDS["Due"], "2026-03-02 09:00:00", "2026-03-02T09:00:00Z"),
        (TICKET_FIELDS["Priority"], 50, "50"),
        (TICKET_FIELDS["Content"], "a\nb", "a\nb"),
        (TAGS, ["b", "a"], ["a", "b"]),
        (CHANNEL, "x", ["x"]),
    ],
)
def test_the_same_value_is_the_same_however_it_is_written(field: FieldSchema, ours: object, theirs: object) -> None:
    assert same(field, ours, theirs)
    assert not same(field, ["c"] if isinstance(ours, list) else "2027-01-01 00:00:00", theirs)


def test_an_edit_of_ours_is_not_taken_for_the_message_itself() -> None:
    assert marked({"Data": f"{mark('cb1-abc')}\n"}) == "cb1-abc"
    assert marked({"Data": "Re: [cb1-abc]"}) == marked({"Data": None}) == ""


def test_an_agents_page_becomes_text() -> None:
    html = "<p>We&nbsp;are <b>on</b> it.</p><div>Tomorrow &lt;9&gt;</div>Mia<br>Lang"
    assert as_text(html) == "We are on it.\nTomorrow <9>\nMia\nLang"


def test_settings_show_no_secret_and_refuse_an_open_line() -> None:
    assert "abc" not in repr(RequestTrackerSettings(**KNOWN))  # type: ignore[arg-type]  # a table of settings
    assert (
        RequestTrackerSettings(**{**KNOWN, "base_url": "https://rt.example.com/REST/2.0/"}).base_url
        == "https://rt.example.com"
    )  # type: ignore[arg-type]  # the same
    with pytest.raises(ValidationError, match="https://"):
        RequestTrackerSettings(**{**KNOWN, "base_url": "http://rt.example.com"})  # type: ignore[arg-type]  # the same

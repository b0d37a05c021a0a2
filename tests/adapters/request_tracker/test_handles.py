"""Handles that agents keep at users: read of the fields that the settings name, and missed by the check."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bridge.nouns import Cursor, PersonSeen
from identity.model import IdentifierKind
from tests.adapters.request_tracker.servers import place

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Page
    from tests.adapters.request_tracker.servers import Place

pytestmark = pytest.mark.real
HER, HANDLE = "ada@customers.example", "Ada.Customers.Example"


def handles(pages: list[Page]) -> list[str]:
    """Return the handles that were read, with the network of each."""
    people = [event.person for page in pages for event in page.events if isinstance(event, PersonSeen)]
    shown = [each.identifier for person in people for each in person.shown]
    return [f"{each.scope}:{each.value}" for each in shown if each.kind is IdentifierKind.HANDLE]


def wrong(there: Place) -> list[str]:
    """Return what the check finds wrong."""
    return [finding.text for finding in there.target.check().findings if not finding.ok]


def test_handles_are_read_of_the_fields_that_are_named_when_they_change_too(here: Place, tmp_path: Path) -> None:
    there = place(here.server, tmp_path, handles={"bluesky": "CF.{Bluesky}", "x": "NickName"})
    given: dict[str, Any] = {"Name": HER, "EmailAddress": HER, "RealName": "Ada Kern", "NickName": "ada_kern"}
    assert here.server.call("POST", "user", {**given, "CustomFields": {"Bluesky": HANDLE}}).is_success
    assert handles(list(here.target.contacts(Cursor()))) == []
    read = list(there.target.contacts(Cursor()))
    assert handles(read) == ["bluesky:ada.customers.example", "x:ada_kern"]
    there.clock.forward(timedelta(hours=1))
    assert here.server.call("PUT", f"user/{HER}", {"CustomFields": {"Bluesky": "ada.example"}}).is_success
    assert handles(list(there.target.contacts(read[-1].cursor))) == ["bluesky:ada.example", "x:ada_kern"]
    there.target.close()


def test_a_field_that_users_do_not_have_is_missed_by_the_check(here: Place, tmp_path: Path) -> None:
    there = place(here.server, tmp_path, handles={"bluesky": "CF.{Bluesky}", "mastodon": "CF.{Fediverse}"})
    assert wrong(there) == ["users have no field CF.{Fediverse}"]
    there.target.close()

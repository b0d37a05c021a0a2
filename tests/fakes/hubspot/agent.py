"""The people of the account: what an agent does in the browser, and what automations do, past the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.hubspot import associations, writing
from tests.fakes.hubspot.labels import unlabelled
from tests.fakes.hubspot.portal import AUTOMATION, BROWSER, Actor
from tests.fakes.hubspot.times import iso

if TYPE_CHECKING:
    from tests.fakes.hubspot.portal import Item, Name, Portal


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent, by the owner id that they have; every method returns ids as the API shows them."""

    portal: Portal
    owner: str = "81001"

    @property
    def actor(self) -> Actor:
        """Return who writes."""
        user = self.portal.owners[self.owner].user_id
        return Actor(BROWSER, f"userId:{user}", user)

    def contact(self, **properties: str) -> str:
        """Add a contact."""
        return self.create("contacts", **properties)

    def ticket(self, subject: str, *, contact: str = "", **properties: str) -> str:
        """Open a ticket, perhaps for a contact."""
        given = {"hs_pipeline": "0", "hs_pipeline_stage": "1", "subject": subject, **properties}
        return self.create("tickets", *([("contacts", contact)] if contact else []), **given)

    def note(self, ticket: str, text: str) -> str:
        """Write a note on a ticket."""
        now = iso(self.portal.clock.now())
        return self.create("notes", ("tickets", ticket), hs_note_body=text, hs_timestamp=now)

    def email(self, ticket: str, text: str, *, incoming: bool = False) -> str:
        """Answer by mail from a ticket, or log the customer's mail; an answer is mail that the agent wants."""
        now = iso(self.portal.clock.now())
        direction = "INCOMING_EMAIL" if incoming else "EMAIL"
        subject = self.portal.items["tickets"][ticket].properties.get("subject", "")
        return self.create(
            "emails",
            ("tickets", ticket),
            hs_email_text=text,
            hs_email_subject=subject,
            hs_email_direction=direction,
            hs_email_status="SENT",
            hs_timestamp=now,
        )

    def create(self, object_name: str, *linked: Name, **properties: str) -> str:
        """Create a record of any object, associated with others; what only this account requires is filled in."""
        with self.portal.lock:
            kind = self.portal.types[object_name]
            properties = self._filled(object_name) | properties
            wishes = [self._wish(object_name, one) for one in linked]
            item = writing.create(
                self.portal, kind, properties, self.actor, lambda made: associations.grant(self.portal, made, wishes)
            )
            return item.id

    def change(self, object_name: str, item_id: str, **properties: str) -> None:
        """Set properties of a record."""
        self._write(object_name, item_id, properties, self.actor)

    def automation(self, object_name: str, item_id: str, **properties: str) -> None:
        """Let a workflow set properties of a record."""
        self._write(object_name, item_id, properties, Actor(AUTOMATION, "enrollmentId:990"))

    def take(self, ticket: str) -> None:
        """Become the owner of a ticket."""
        self.change("tickets", ticket, hubspot_owner_id=self.owner)

    def close(self, ticket: str) -> None:
        """Put a ticket into the last stage of its pipeline."""
        self.change("tickets", ticket, hs_pipeline_stage=self._stages(ticket)[-1])

    def reopen(self, ticket: str) -> None:
        """Put a ticket into the first stage of its pipeline."""
        self.change("tickets", ticket, hs_pipeline_stage=self._stages(ticket)[0])

    def link(self, one: Name, other: Name) -> None:
        """Associate two records."""
        with self.portal.lock:
            item = self._item(*one)
            associations.grant(self.portal, item, [self._wish(one[0], other)])

    def merge(self, object_name: str, loser: str, winner: str) -> str:
        """Merge two records; returns the id of what is left."""
        with self.portal.lock:
            kind = self.portal.types[object_name]
            pair = self._item(object_name, winner), self._item(object_name, loser)
            return writing.merge(self.portal, kind, *pair, self.actor).id

    def delete(self, object_name: str, item_id: str) -> None:
        """Put a record into the bin."""
        with self.portal.lock:
            writing.archive(self.portal, self._item(object_name, item_id), self.actor)

    def forget(self, contact: str) -> None:
        """Delete a contact for good."""
        with self.portal.lock:
            writing.purge(self.portal, self._item("contacts", contact), self.actor)

    def hold(self, object_name: str, item_id: str, seconds: float) -> None:
        """Keep a record locked, as another client does while it writes."""
        self.portal.locks[object_name, item_id] = self.portal.clock.now() + timedelta(seconds=seconds)

    def drop_property(self, object_name: str, name: str) -> None:
        """Let an admin archive a property while others write it."""
        self.portal.types[object_name].properties[name].archived = True

    def value(self, object_name: str, item_id: str, name: str) -> str:
        """Return what a property holds now; empty for nothing."""
        return self._item(object_name, item_id).properties.get(name, "")

    def _filled(self, object_name: str) -> dict[str, str]:
        """Return what the form asks an agent for in this account: the first of the choices."""
        asked = self.portal.org.required.get(object_name, ())
        kind = self.portal.types[object_name]
        return {name: next(iter(kind.properties[name].options), "x") for name in asked}

    def _write(self, object_name: str, item_id: str, properties: dict[str, str], actor: Actor) -> None:
        with self.portal.lock:
            item = self._item(object_name, item_id)
            writing.update(self.portal, self.portal.types[object_name], item, properties, actor)

    def _wish(self, object_name: str, other: Name) -> associations.Wish:
        one, there = self.portal.types[object_name], self.portal.types[other[0]]
        return associations.wish(self.portal, one, there, other[1], unlabelled(one, there))

    def _item(self, object_name: str, item_id: str) -> Item:
        return writing.by_id(self.portal, self.portal.types[object_name], item_id)

    def _stages(self, ticket: str) -> list[str]:
        pipeline = self.portal.pipelines[self.value("tickets", ticket, "hs_pipeline")]
        return [stage.id for stage in pipeline.stages]

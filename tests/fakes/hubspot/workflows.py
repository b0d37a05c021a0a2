"""What the account does by itself when tickets change: mails to customers, values that it sets, notices to owners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.hubspot.portal import AUTOMATION, Actor

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.fakes.hubspot.org import Workflow
    from tests.fakes.hubspot.portal import Item, Portal


def after_write(portal: Portal, item: Item, changed: Collection[str]) -> None:
    """Do what follows from a record being written."""
    if item.object != "tickets":
        return
    owner = portal.owners.get(item.properties.get("hubspot_owner_id", ""))
    if owner and "hubspot_owner_id" in changed:
        portal.notices.send(owner.email, "You were assigned a ticket", automation="owner notice", about=item.id)
    enrol(portal, item)


def enrol(portal: Portal, item: Item) -> None:
    """Enrol a ticket where it belongs; a mail needs a contact, so a ticket without one waits."""
    for workflow in portal.org.workflows:
        here = (item.properties.get("hs_pipeline"), item.properties.get("hs_pipeline_stage"))
        kept_out = (workflow.id, item.id) in portal.enrolled or item.properties.get(workflow.unless_known)
        if here == (workflow.pipeline, workflow.stage) and not kept_out:
            _run(portal, workflow, item)


def _run(portal: Portal, workflow: Workflow, item: Item) -> None:
    if workflow.mails:
        contacts = [portal.items["contacts"][one] for one in portal.linked(("tickets", item.id), "contacts")]
        reached = [contact for contact in contacts if contact.properties.get("email")]
        if not reached:
            return
        for contact in reached:
            portal.notices.send(contact.properties["email"], workflow.mails, automation=workflow.name, about=item.id)
            count = int(contact.properties.get("hs_email_delivered") or 0) + 1
            counted = {"hs_email_delivered": str(count), "hs_email_last_email_name": workflow.mails}
            portal.put(contact, counted, Actor(AUTOMATION, f"enrollmentId:{workflow.id}"))
    portal.enrolled.add((workflow.id, item.id))
    portal.put(item, dict(workflow.sets), Actor(AUTOMATION, f"enrollmentId:{workflow.id}"))

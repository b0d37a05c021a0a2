"""Samples for targets whose objects are Person, Case and Message with the usual fields of a ticket tool."""

from __future__ import annotations

from bridge.nouns import KeyField, Thing
from tests.conformance.harness import Sample

KEY_FIELD = "casebridge_key"

SAMPLES = {
    Thing.PERSON: Sample(
        object="Person",
        key_field=KEY_FIELD,
        fields={
            "name": "Ada Kern",
            "email": "ada.kern@example.com",
            "handle": "@adakern",
            "network": "x",
            "reach": 120,
        },
        changed={"name": "Ada Kern-Vogel", "reach": 4000},
        empty_field="phone",
        filling="+4930123456",
        invalid={"reach": "many", "name": "n" * 256, "email": 7},
    ),
    Thing.CASE: Sample(
        object="Case",
        key_field=KEY_FIELD,
        fields={
            "subject": "Router broken since Monday",
            "description": "It blinks red.",
            "status": "open",
            "priority": "high",
            "opened_at": "2026-03-02T08:00:00+00:00",
            "tags": ["social", "router"],
        },
        changed={"subject": "Router broken", "priority": "urgent", "tags": ["router"]},
        empty_field="owner",
        filling="Bela",
        invalid={
            "subject": "s" * 256,
            "description": "d" * 65_536,
            "status": "resolved",
            "priority": 1,
            "opened_at": "2026-03-02T08:00:00",
            "first_reply_due": "tomorrow",
            "tags": "router",
        },
        required="subject",
    ),
    Thing.MESSAGE: Sample(
        object="Message",
        key_field=KEY_FIELD,
        fields={
            "author": "Ada Kern",
            "text": "It blinks red.",
            "direction": "in",
            "channel": "x",
            "public": True,
            "sent_at": "2026-03-02T08:00:00+00:00",
            "rating": 1.5,
        },
        changed={"text": "It blinks green.", "rating": 4},
        empty_field="permalink",
        filling="https://social.example/p/1",
        invalid={"direction": "sideways", "public": "yes", "rating": "five", "sent_at": 1_772_438_400},
        parented=True,
    ),
}

OBJECTS = {thing: (KeyField(sample.object, sample.key_field),) for thing, sample in SAMPLES.items()}
"""What mappings of these samples would tell the target."""

"""Custom channels, the inbox, and what HubSpot tells by webhook."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hubspot.utils.signature import Signature  # type: ignore[import-untyped]  # the SDK has no types

from bridge.clock import FixedClock, ShiftedClock
from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.inbox import INBOX
from tests.fakes.hubspot.org import CLIENT_SECRET
from tests.fakes.hubspot.sdk import call

if TYPE_CHECKING:
    from bridge.nouns import Json
    from tests.fakes.hubspot.hooks import Hook

ROOT = "/conversations/custom-channels/2026-03"
HOOK = "https://bridge.example/hubspot"
CUSTOMER = {"deliveryIdentifier": {"type": "CHANNEL_SPECIFIC_OPAQUE_ID", "value": "@mara"}, "name": "Mara"}


@pytest.fixture
def channel(fake: Fake) -> str:
    body = {"name": "Social", "capabilities": {"threadingModel": "INTEGRATION_THREAD_ID"}, "webhookUrl": HOOK}
    return str(call(fake, "POST", ROOT, body)[1]["id"])


@pytest.fixture
def account(fake: Fake, channel: str) -> str:
    brand = {"type": "CHANNEL_SPECIFIC_OPAQUE_ID", "value": "@acme"}
    body = {"name": "Acme", "inboxId": INBOX, "authorized": True, "deliveryIdentifier": brand}
    return str(call(fake, "POST", f"{ROOT}/{channel}/channel-accounts", body)[1]["id"])


def say(fake: Fake, channel: str, account: str, **more: Json) -> tuple[int, Json]:
    body = {
        "text": "My zip broke",
        "attachments": [],
        "channelAccountId": account,
        "messageDirection": "INCOMING",
        "senders": [CUSTOMER],
        "recipients": [],
        "timestamp": "2026-03-02T08:59:00Z",
        "integrationThreadId": "x/1",
        "integrationIdempotencyId": "m1",
        **more,
    }
    status, answer, _ = call(fake, "POST", f"{ROOT}/{channel}/messages", body)
    return status, answer


def test_a_message_comes_in_once_and_threads_are_the_channels_own(fake: Fake, channel: str, account: str) -> None:
    status, first = say(fake, channel, account)
    assert status == 201
    assert say(fake, channel, account)[1]["id"] == first["id"]
    second = say(fake, channel, account, integrationIdempotencyId="m2")[1]
    other = say(fake, channel, account, integrationIdempotencyId="m3", integrationThreadId="x/2")[1]
    assert first["conversationsThreadId"] == second["conversationsThreadId"] != other["conversationsThreadId"]
    assert len(fake.inbox.threads) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"senders": []},
        {"senders": [{"name": "no identifier"}]},
        {"channelAccountId": "1"},
        {"timestamp": "yesterday"},
        {"messageDirection": "SIDEWAYS"},
        {"associateWithContactId": 5},
        {"recipients": None},
    ],
)
def test_a_message_that_does_not_fit_is_refused(fake: Fake, channel: str, account: str, more: dict[str, Json]) -> None:
    assert say(fake, channel, account, **more)[0] == 400
    assert not fake.inbox.threads


def test_an_agents_answer_calls_the_channel_and_its_fate_is_told(fake: Fake, channel: str, account: str) -> None:
    thread = say(fake, channel, account)[1]["conversationsThreadId"]
    answer = fake.inbox.answer(thread, "We are sorry")
    (hook,) = fake.inbox.sent
    payload = json.loads(hook.body)
    assert hook.url == HOOK
    assert payload["type"] == "OUTGOING_CHANNEL_MESSAGE_CREATED"
    assert payload["channelIntegrationThreadIds"] == ["x/1"]
    assert payload["message"]["recipients"][0]["deliveryIdentifier"] == CUSTOMER["deliveryIdentifier"]
    body = {"statusType": "FAILED", "errorMessage": "window closed"}
    status, told, _ = call(fake, "PATCH", f"{ROOT}/{channel}/messages/{answer}", body)
    assert (status, told["status"]["failureDetails"]["errorMessage"]) == (200, "window closed")


def test_the_inbox_can_be_read_and_written_into(fake: Fake, channel: str, account: str) -> None:
    known = fake.agent.contact(email="mara@example.org")
    thread = say(fake, channel, account, associateWithContactId=int(known))[1]["conversationsThreadId"]
    path = "/conversations/v3/conversations/threads"
    _, found, _ = call(fake, "GET", f"{path}?associatedContactId={known}")
    assert [one["id"] for one in found["results"]] == [thread]
    note = {"type": "COMMENT", "text": "Ask Tom", "senderActorId": "A-5001"}
    assert call(fake, "POST", f"{path}/{thread}/messages", note)[0] == 201
    assert call(fake, "POST", f"{path}/{thread}/messages", {**note, "senderActorId": "A-81001"})[0] == 400
    _, messages, _ = call(fake, "GET", f"{path}/{thread}/messages")
    assert [one["type"] for one in messages["results"]] == ["MESSAGE", "COMMENT"]
    assert not fake.inbox.sent


def test_a_smaller_edition_has_no_channels(grown: Fake) -> None:
    assert call(grown, "GET", ROOT)[0] == 403


def test_webhooks_are_signed_as_the_sdk_checks_it() -> None:
    clock = ShiftedClock()
    fake = Fake(clock)
    fake.agent.ticket("One")
    (hook,) = fake.webhooks(HOOK)
    assert valid(hook, hook.headers["X-HubSpot-Signature-v3"])
    assert not valid(hook, "forged")


def valid(hook: Hook, signature: str) -> bool:
    return bool(
        Signature.is_valid(
            signature=signature,
            client_secret=CLIENT_SECRET,
            request_body=hook.body.decode(),
            http_uri=hook.url,
            http_method="POST",
            signature_version="v3",
            timestamp=hook.headers["X-HubSpot-Request-Timestamp"],
        )
    )


def test_events_come_a_hundred_at_a_time_in_no_order(fake: Fake, clock: FixedClock) -> None:
    for number in range(101):
        fake.agent.ticket(f"T{number}")
        clock.forward(timedelta(seconds=1))
    sizes = [json.loads(hook.body) for hook in fake.webhooks(HOOK)]
    assert [len(events) for events in sizes] == [100, 1]
    times = [event["occurredAt"] for events in sizes for event in events]
    assert times != sorted(times)


def test_the_journal_is_read_from_an_offset_to_its_end(fake: Fake) -> None:
    ticket = fake.agent.ticket("One")
    fake.agent.change("tickets", ticket, content="more")
    root = "/webhooks-journal/journal/2026-03"
    status, page, _ = call(fake, "GET", f"{root}/earliest")
    assert (status, [one["subscriptionType"] for one in page["journalEvents"]]) == (
        200,
        ["ticket.creation", "ticket.propertyChange"],
    )
    assert call(fake, "GET", f"{root}/offset/{page['offset']}/next")[0] == 204

"""``/conversations/custom-channels``: channels, their accounts, and the messages that come in by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.hubspot.asked import Asked, Reply, Way, always, page
from tests.fakes.hubspot.errors import Declined, invalid, not_found
from tests.fakes.hubspot.inbox import INBOX
from tests.fakes.hubspot.times import iso, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.nouns import Json

IDENTIFIERS = frozenset({"CHANNEL_SPECIFIC_OPAQUE_ID", "HS_EMAIL_ADDRESS", "HS_PHONE_NUMBER", "HS_SHORT_CODE"})
_NEEDED = ("attachments", "channelAccountId", "messageDirection", "recipients", "senders", "text", "timestamp")


def _needed(body: Mapping[str, Json], *names: str) -> None:
    missing = [name for name in names if body.get(name) is None]
    if missing:
        raise invalid(f"Invalid input JSON: {', '.join(missing)} must not be null", properties=missing)


def _edition(asked: Asked) -> None:
    if not asked.portal.org.channels:
        message = "Custom channels need Sales Hub or Service Hub Professional or Enterprise."
        raise Declined(403, "FORBIDDEN", message)


def _channels(asked: Asked) -> Reply:
    _edition(asked)
    rows = list(asked.house.inbox.channels.values())
    return 200, page(rows, asked.query.get("after", ""), asked.limit(100, 100), total=len(rows))


def _channel(asked: Asked) -> Reply:
    return 200, asked.house.inbox.channel(asked.path["channel"])


def _new_channel(asked: Asked) -> Reply:
    _edition(asked)
    body = asked.mapping()
    _needed(body, "name", "capabilities")
    made = {
        "id": str(1_000_000 + len(asked.house.inbox.channels)),
        "name": body["name"],
        "capabilities": body["capabilities"],
        "webhookUrl": body.get("webhookUrl"),
        "createdAt": iso(asked.portal.clock.now()),
    }
    asked.house.inbox.channels[made["id"]] = made
    return 201, made


def _accounts(asked: Asked) -> Reply:
    asked.house.inbox.channel(asked.path["channel"])
    rows = [one for one in asked.house.inbox.accounts.values() if one["channelId"] == asked.path["channel"]]
    return 200, page(rows, asked.query.get("after", ""), asked.limit(100, 100), total=len(rows))


def _account(asked: Asked) -> Reply:
    found = asked.house.inbox.accounts.get(asked.path["account"])
    if found is None or found["channelId"] != asked.path["channel"]:
        raise not_found(f"Channel account {asked.path['account']} does not exist")
    return 200, found


def _new_account(asked: Asked) -> Reply:
    channel, body = asked.house.inbox.channel(asked.path["channel"]), asked.mapping()
    _needed(body, "authorized", "inboxId", "name")
    if str(body["inboxId"]) != INBOX:
        raise invalid(f"Inbox {body['inboxId']} does not exist")
    if body.get("deliveryIdentifier"):
        _check_identifier(body["deliveryIdentifier"])
    made = {
        "id": asked.portal.number(),
        "channelId": channel["id"],
        "name": body["name"],
        "inboxId": INBOX,
        "deliveryIdentifier": body.get("deliveryIdentifier"),
        "authorized": bool(body["authorized"]),
        "active": True,
        "archived": False,
        "createdAt": iso(asked.portal.clock.now()),
    }
    asked.house.inbox.accounts[made["id"]] = made
    return 201, made


def _check_identifier(given: Json) -> None:
    if not isinstance(given, dict) or given.get("type") not in IDENTIFIERS or not given.get("value"):
        raise invalid(f"deliveryIdentifier {given} needs a value and one of the types {sorted(IDENTIFIERS)}")


def _publish(asked: Asked) -> Reply:
    channel, body = asked.house.inbox.channel(asked.path["channel"]), asked.mapping()
    _needed(body, *_NEEDED)
    account = asked.house.inbox.accounts.get(str(body["channelAccountId"]))
    if account is None or account["channelId"] != channel["id"] or not account["authorized"]:
        raise invalid(f"Channel account {body['channelAccountId']} is not an authorized account of this channel")
    if body["messageDirection"] not in {"INCOMING", "OUTGOING"} or not body["senders"]:
        raise invalid("messageDirection must be INCOMING or OUTGOING, and senders must not be empty")
    for one in (*body["senders"], *body["recipients"]):
        _check_identifier(one.get("deliveryIdentifier"))
    contact = str(body.get("associateWithContactId") or "")
    if contact and asked.portal.standing("contacts", contact) is None:
        raise invalid(f"Contact {contact} does not exist")
    _check_time(str(body["timestamp"]))
    return 201, asked.house.inbox.publish(channel["id"], body)


def _check_time(given: str) -> None:
    try:
        moment(given)
    except ValueError as error:
        raise invalid(f"timestamp {given} is not valid") from error


def _message(asked: Asked) -> Reply:
    return 200, asked.house.inbox.message(asked.path["message"])


def _status(asked: Asked) -> Reply:
    """Take the word of a channel about what became of an answer."""
    found, body = asked.house.inbox.message(asked.path["message"]), asked.mapping()
    if body.get("statusType") not in {"SENT", "FAILED", "READ"}:
        raise invalid("Valid status are SENT, FAILED, and READ")
    details: dict[str, Json] = {"errorMessage": body.get("errorMessage"), "errorMessageTokens": {}}
    failure: dict[str, Json] = {"failureDetails": details} if body.get("errorMessage") else {}
    found["status"] = {"statusType": body["statusType"], **failure}
    return 200, found


READ, WRITE = always("conversations.custom_channels.read"), always("conversations.custom_channels.write")
ALL = "/conversations/v3/custom-channels"
ONE = ALL + "/{channel}"
WAYS = (
    Way("GET", ALL, _channels),
    Way("POST", ALL, _new_channel),
    Way("GET", ONE, _channel),
    Way("GET", ONE + "/channel-accounts", _accounts, READ),
    Way("POST", ONE + "/channel-accounts", _new_account, WRITE),
    Way("GET", ONE + "/channel-accounts/{account}", _account, READ),
    Way("POST", ONE + "/messages", _publish, WRITE),
    Way("GET", ONE + "/messages/{message}", _message, READ),
    Way("PATCH", ONE + "/messages/{message}", _status, WRITE),
)

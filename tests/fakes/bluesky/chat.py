"""The pretend service of direct messages, in the shapes of its lexicons."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from tests.fakes.bluesky.world import Person, World, stamp

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = "chat.bsky.convo.defs#log"


class Refused(Exception):
    """A refusal."""

    def __init__(self, error: str, message: str) -> None:
        """Carry the vendor's word."""
        self.error = error
        super().__init__(message)


class Chat:
    """Conversations of a brand, each with one person."""

    def __init__(self, world: World, brand: Person) -> None:
        """Start without any."""
        self._world, self._brand = world, brand
        self.convos: dict[str, Person] = {}
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.log: list[dict[str, Any]] = []
        self.accepted: set[str] = set()
        self.follows: set[str] = set()
        """DIDs of those who follow the brand."""
        self._numbers = itertools.count(1)
        self._answers: dict[str, Callable[[dict[str, Any], dict[str, Any]], Any]] = {
            "getLog": self._get_log,
            "listConvos": lambda _query, _body: {"convos": [self._convo(each) for each in self.convos]},
            "getConvoForMembers": self._for_members,
            "getMessages": lambda query, _body: {"messages": list(reversed(self.messages[query["convoId"][0]]))},
            "acceptConvo": self._accept,
            "sendMessage": self._send,
        }

    def say(self, author: Person, text: str, *, to: Person | None = None, **more: Any) -> str:  # noqa: ANN401 - fields of the message
        """Let somebody write to the brand, or the brand in its app ``to`` somebody; returns conversation and id."""
        person = to or author
        convo = f"3convo{person.handle.partition('.')[0]}"
        if convo not in self.convos:
            self.convos[convo], self.messages[convo] = person, []
            self._note({"$type": f"{_LOG}BeginConvo", "convoId": convo})
        message = {
            "id": f"3message{next(self._numbers)}",
            "rev": self._rev(),
            "text": text,
            "sender": {"did": author.did},
            "sentAt": stamp(self._world.clock.now()),
            **more,
        }
        self.messages[convo].append(message)
        shown = {"$type": "chat.bsky.convo.defs#messageView", **message}
        self._note({"$type": f"{_LOG}CreateMessage", "convoId": convo, "message": shown, "relatedProfiles": []})
        return f"{convo}/{message['id']}"

    def take_back(self, ref: str) -> None:
        """Let a message be deleted."""
        convo, _, id_ = ref.partition("/")
        (message,) = [each for each in self.messages[convo] if each["id"] == id_]
        self.messages[convo].remove(message)
        gone = {name: message[name] for name in ("id", "rev", "sender", "sentAt")}
        shown = {"$type": "chat.bsky.convo.defs#deletedMessageView", **gone}
        self._note({"$type": f"{_LOG}DeleteMessage", "convoId": convo, "message": shown})

    def happens(self, kind: str) -> None:
        """Let something else stand in the log."""
        self._note({"$type": f"{_LOG}{kind}", "convoId": next(iter(self.convos), "")})

    def answer(self, method: str, query: dict[str, Any], body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Answer a call."""
        return self._answers[method.rpartition(".")[2]](query, body)

    def _note(self, entry: dict[str, Any]) -> None:
        self.log.append({"rev": self._rev(), **entry})

    def _rev(self) -> str:
        return f"2222222{next(self._numbers):06}"

    def _get_log(self, query: dict[str, Any], _body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        after = query.get("cursor", [""])[0]
        page = [each for each in self.log if each["rev"] > after][:3]
        return {"logs": page, "cursor": page[-1]["rev"] if page else after}

    def _convo(self, convo: str) -> dict[str, Any]:
        members = [self._brand, self.convos[convo]]
        views = [{**self._world.basic(each, self._brand), "chatDisabled": each.chat_disabled} for each in members]
        return {"id": convo, "rev": self._rev(), "members": views, "muted": False, "unreadCount": 0}

    def _for_members(self, query: dict[str, Any], _body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        person = self._world.people.get(query["members"][0])
        if person is None or person.deactivated:
            raise Refused("RecipientNotFound", "recipient not found")
        if self._brand.did in person.blocks:
            raise Refused("BlockedActor", "recipient has blocked")
        if person.allow_incoming == "none":
            raise Refused("MessagesDisabled", "recipient has disabled incoming messages")
        if person.allow_incoming == "following" and self._brand.did not in self.follows:
            raise Refused(
                "NotFollowedBySender", "recipient requires incoming messages to come from someone they follow"
            )
        convo = next((name for name, each in self.convos.items() if each is person), "")
        return {"convo": self._convo(convo)}

    def _accept(self, _query: dict[str, Any], body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        self.accepted.add(body["convoId"])
        return {}

    def _send(self, _query: dict[str, Any], body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        if body["convoId"] not in self.convos:
            raise Refused("InvalidConvo", "Convo not found")
        if len(body["message"]["text"].encode()) > 10_000:
            raise Refused("InvalidRequest", "message/text must not be longer than 10000 characters")
        self.say(self._brand, body["message"]["text"], to=self.convos[body["convoId"]])
        return {"$type": "chat.bsky.convo.defs#messageView", **self.messages[body["convoId"]][-1]}

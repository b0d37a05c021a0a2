"""Answers in a forum, likes, and posts of ours taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from adapters.discourse.errors import Forbidden, Missing
from adapters.discourse.listing import back_to
from adapters.discourse.parse import PRIVATE, Post, address
from adapters.discourse.source import DiscourseSource
from bridge.contracts import Idempotency, Publisher, Strategy
from bridge.errors import ConfigError, Refused, Uncertain
from bridge.nouns import ActionKind, Eligibility, Found, Presence, Refusal, Unknown, Written

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.contracts import Source
    from bridge.nouns import Action, Outcome

_BEFORE = timedelta(minutes=5)
"""How far the forum's clock may be behind ours."""
_LIKE = 2
_GONE = "the post was deleted, or the user does not see it"


class DiscoursePublisher(Publisher):
    """Answers in the topic, to the customer's post; forums know no keys, so the user's posts are read before a retry."""

    publishing = Idempotency(Strategy.READ_BACK, settle_after=timedelta(minutes=2))

    def __init__(self, source: DiscourseSource) -> None:
        """Answer as the user whom ``source`` reads for."""
        self._client, self._settings = source.client, source.settings

    @classmethod
    def beside(cls, source: Source) -> DiscoursePublisher:
        """Return the publisher of a forum."""
        if not isinstance(source, DiscourseSource):
            message = f"The Discourse publisher answers beside a Discourse source, not beside {type(source).__name__}."
            raise ConfigError(message)
        return cls(source)

    def eligibility(self, action: Action) -> Eligibility:
        """Look at the post and its topic as they are now, and at the length."""
        return self._judged(action)[0]

    def publish(self, action: Action) -> Outcome:
        """Do it; whether it was done before is the caller's to look up."""
        eligibility, post = self._judged(action)
        if not eligibility.can or post is None:
            return Refusal(eligibility.reason, code="not_eligible")
        try:
            return self._done(action, post)
        except Uncertain as error:
            return Unknown(str(error))
        except Refused as error:
            return Refusal(str(error), code="refused")

    def published(self, action: Action, not_before: datetime) -> Found:
        """Look among the newest posts, back to five minutes before ``not_before``, for one of the user's with these words."""
        if action.kind is ActionKind.REPLY:
            return self._standing(action, not_before - _BEFORE)
        raw = self._raw(action.reply_to)
        if action.kind is ActionKind.DELETE_OWN:
            post = _post(raw)
            return _found(action.reply_to if post is None or post.gone else "")
        return _found(action.reply_to if _liked(raw) else "")

    def _judged(self, action: Action) -> tuple[Eligibility, Post | None]:
        if action.kind not in (ActionKind.REPLY, ActionKind.LIKE, ActionKind.DELETE_OWN):
            return _cannot(f"a forum has no {action.kind.value.replace('_', ' ')} for its users"), None
        post = _post(self._raw(action.reply_to))
        if post is None or post.gone:
            return _cannot(_GONE, "another channel of the customer"), None
        if action.kind is ActionKind.LIKE:
            return Eligibility(can=True), post
        if action.kind is ActionKind.DELETE_OWN:
            ours = post.username.casefold() == self._settings.username.casefold()
            return (Eligibility(can=True) if ours else _cannot("it is somebody else's post")), post
        return self._writable(action, post), post

    def _writable(self, action: Action, post: Post) -> Eligibility:
        by_hand = f"by hand at {address(post, self._settings)}"
        longest, shortest = self._settings.longest, self._settings.shortest
        reason = self._closed(action, post) or ("files are not sent along" if action.files else "")
        if reason:
            return _cannot(reason, by_hand)
        if len(action.text) > longest:
            reason = f"the text has {len(action.text)} characters, {longest} are allowed"
            return Eligibility(can=False, reason=reason, alternatives=("a shorter text",), max_length=longest)
        if len(action.text.strip()) < shortest:
            return _cannot(f"the forum wants at least {shortest} characters", "a longer text")
        return Eligibility(can=True, max_length=longest)

    def _closed(self, action: Action, post: Post) -> str:
        """Return why nothing can be written where the post stands, empty if it can."""
        try:
            topic = self._client.get(f"t/{post.topic_id}.json")
        except (Missing, Forbidden):
            return "the topic was deleted, or the user does not see it"
        topic = topic if isinstance(topic, dict) else {}
        if topic.get("closed") or topic.get("archived"):
            return "the topic is closed"
        private = topic.get("archetype") == PRIVATE
        if private and action.public:
            return "the customer wrote a personal message"
        return "an answer in the topic can be read by everybody" if not private and not action.public else ""

    def _done(self, action: Action, post: Post) -> Outcome:
        if action.kind is ActionKind.LIKE:
            form: dict[str, str | int] = {"id": post.id, "post_action_type_id": _LIKE}
            if not _liked(self._raw(action.reply_to)):
                self._client.write("POST", "post_actions.json", form)
            return Written(str(post.id), created=True)
        if action.kind is ActionKind.DELETE_OWN:
            self._client.write("DELETE", f"posts/{post.id}.json")
            return Written(str(post.id), created=False)
        form = {"topic_id": post.topic_id, "raw": action.text, "reply_to_post_number": post.post_number}
        answer = self._client.write("POST", "posts.json", form)
        if isinstance(answer, dict) and answer.get("action") == "enqueued":
            return Unknown("the answer waits until a moderator of the forum approves it")
        posted = _post(answer)
        if posted is None:
            return Unknown("the forum took the answer and did not say under which number")
        return Written(str(posted.id), created=True, url=address(posted, self._settings))

    def _raw(self, id_: str) -> Any:  # noqa: ANN401 - JSON
        try:
            return self._client.get(f"posts/{id_}.json")
        except (Missing, Forbidden):
            return None

    def _standing(self, action: Action, since: datetime) -> Found:
        for raw in back_to(self._client, "public" if action.public else "private", since):
            post = _post(raw)
            if (
                post is None
                or post.created_at < since
                or post.username.casefold() != self._settings.username.casefold()
            ):
                continue
            same_topic = not action.thread or action.thread == str(post.topic_id)
            if same_topic and not post.gone and _words(post.raw) == _words(action.text):
                return _found(str(post.id))
        return _found("")


def _post(raw: object) -> Post | None:
    try:
        return Post.model_validate(raw)
    except ValidationError:
        return None


def _words(text: str) -> str:
    """Return a text without blanks at the ends of its lines, which forums take away."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _liked(raw: object) -> bool:
    summary = raw.get("actions_summary") if isinstance(raw, dict) else None
    return any(isinstance(each, dict) and each.get("id") == _LIKE and bool(each.get("acted")) for each in summary or ())


def _cannot(reason: str, *alternatives: str) -> Eligibility:
    return Eligibility(can=False, reason=reason, alternatives=alternatives)


def _found(ref: str) -> Found:
    return Found(Presence.FOUND, ref=ref, refs=(ref,)) if ref else Found(Presence.ABSENT)

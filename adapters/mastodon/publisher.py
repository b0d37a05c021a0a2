"""Answers on Mastodon, likes, and posts of ours taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import ValidationError

from adapters.mastodon.answering import form_of, longest, others_named, same_words
from adapters.mastodon.attaching import attach, unfit
from adapters.mastodon.entities import Status
from adapters.mastodon.errors import Missing
from adapters.mastodon.parse import PUBLIC, deep_link
from adapters.mastodon.source import MastodonSource
from bridge.contracts import Idempotency, Publisher, Strategy
from bridge.errors import ConfigError, Refused, Uncertain
from bridge.nouns import ActionKind, Eligibility, Found, Presence, Refusal, Unknown, Written

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.contracts import Source
    from bridge.nouns import Action, Outcome

_BEFORE = timedelta(minutes=5)
"""How far the server's clock may be behind ours."""
_OTHER_WAYS = ("another channel of the customer",)
_BLOCKS = {
    "blocked_by": "the customer has blocked the account",
    "blocking": "the account has blocked the customer",
    "domain_blocking": "the account has blocked the customer's server",
}


class MastodonPublisher(Publisher):
    """Answers below the customer's post and names them; a key is good for an hour, later the account's posts are read."""

    publishing = Idempotency(Strategy.VENDOR_HEADER, settle_after=timedelta(minutes=1))

    def __init__(self, source: MastodonSource) -> None:
        """Answer as the account that ``source`` reads."""
        self._server, self._client, self._settings = source.server, source.client, source.settings
        self._clock = source.clock

    @classmethod
    def beside(cls, source: Source) -> MastodonPublisher:
        """Return the publisher of a Mastodon source."""
        if not isinstance(source, MastodonSource):
            message = f"The Mastodon publisher answers beside a Mastodon source, not beside {type(source).__name__}."
            raise ConfigError(message)
        return cls(source)

    def eligibility(self, action: Action) -> Eligibility:
        """Look at the post as it is now, at its author, and at the length."""
        return self._judged(action)[0]

    def publish(self, action: Action) -> Outcome:
        """Do it; repeated within an hour, it is done once."""
        eligibility, status = self._judged(action)
        if not eligibility.can or status is None:
            return Refusal(eligibility.reason, code="not_eligible")
        try:
            return self._done(action, status)
        except Uncertain as error:
            return Unknown(str(error))
        except Refused as error:
            return Refusal(str(error), code="refused")

    def published(self, action: Action, not_before: datetime) -> Found:
        """Look among the account's posts, back to five minutes before ``not_before``."""
        if action.kind is ActionKind.REPLY:
            return _found(self._standing(action, not_before - _BEFORE))
        status = self._status(action.reply_to)
        if action.kind is ActionKind.DELETE_OWN:
            return _found(action.reply_to if status is None else "")
        return _found(action.reply_to if status is not None and status.favourited else "")

    def _judged(self, action: Action) -> tuple[Eligibility, Status | None]:
        try:
            return self._looked_at(action)
        except Refused as error:
            return _cannot(str(error)), None

    def _looked_at(self, action: Action) -> tuple[Eligibility, Status | None]:
        if action.kind not in (ActionKind.REPLY, ActionKind.LIKE, ActionKind.DELETE_OWN):
            return _cannot(f"Mastodon has no {action.kind.value.replace('_', ' ')}"), None
        status = self._status(action.reply_to)
        if status is None:
            return _cannot("the post was deleted, or its author does not show it to the account"), None
        ours = status.account.id == self._server.me.id
        if action.kind is ActionKind.DELETE_OWN:
            reason = "" if ours else "it is somebody else's post"
        else:
            reason = self._closed(status)
        if reason:
            return _cannot(reason, *_OTHER_WAYS), status
        return (self._writable(action, status) if action.kind is ActionKind.REPLY else Eligibility(can=True)), status

    def _writable(self, action: Action, status: Status) -> Eligibility:
        by_hand = f"by hand at {deep_link(status, self._server.me)}"
        unfitting = unfit(action.files, self._server.instance.configuration) if action.files else None
        if unfitting is not None:
            return _cannot(unfitting[0], unfitting[1], by_hand)
        if action.public and status.visibility not in PUBLIC:
            return _cannot("the customer wrote in private", "a direct message", by_hand)
        others = others_named(action, status)
        if others and not action.public:
            names = ", ".join(f"@{name}" for name in others)
            return _cannot(f"a direct message is shown to everybody whom it names, also to {names}", "without the name")
        allowed = longest(action, status, self._settings, self._server.instance.configuration.statuses)
        if len(action.text) > allowed:
            reason = f"the text has {len(action.text)} characters, {allowed} are allowed"
            return Eligibility(can=False, reason=reason, alternatives=("a shorter text", by_hand), max_length=allowed)
        return Eligibility(can=True, max_length=allowed)

    def _closed(self, status: Status) -> str:
        """Return why nothing reaches the author, empty if it does."""
        if status.account.suspended:
            return "the customer's account is suspended"
        found = self._client.listed("/api/v1/accounts/relationships", **{"id[]": [status.account.id]})
        relation = next((each for each in found.items if isinstance(each, dict)), {})
        return next((reason for name, reason in _BLOCKS.items() if relation.get(name) is True), "")

    def _done(self, action: Action, status: Status) -> Outcome:
        if action.kind is ActionKind.LIKE:
            self._client.post(f"/api/v1/statuses/{status.id}/favourite", {})
            return Written(status.id, created=True)
        if action.kind is ActionKind.DELETE_OWN:
            self._client.delete(f"/api/v1/statuses/{status.id}")
            return Written(status.id, created=False)
        form: dict[str, str | list[str]] = {**form_of(action, status, self._settings)}
        if action.files:
            form["media_ids[]"] = attach(self._client, self._clock, action.files)
        answer = self._client.post("/api/v1/statuses", form, key=action.key)
        try:
            posted = Status.model_validate(answer)
        except ValidationError:
            return Unknown("the server took the answer and did not say under which number")
        return Written(posted.id, created=True, url=posted.url)

    def _status(self, id_: str) -> Status | None:
        try:
            return Status.model_validate(self._client.get(f"/api/v1/statuses/{id_}"))
        except Missing:
            return None
        except ValidationError as error:
            message = "the post cannot be read"
            raise Refused(message) from error

    def _standing(self, action: Action, since: datetime) -> str:
        """Return the number of the post that an answer became, empty if there is none."""
        found = self._server.posted()
        while found.items:
            for raw in found.items:
                try:
                    status = Status.model_validate(raw)
                except ValidationError:
                    continue
                if status.created_at < since:
                    return ""
                if same_words(action, status):
                    return status.id
            if not found.older:
                break
            found = self._server.posted(max_id=found.older)
        return ""


def _cannot(reason: str, *alternatives: str) -> Eligibility:
    return Eligibility(can=False, reason=reason, alternatives=alternatives)


def _found(ref: str) -> Found:
    return Found(Presence.FOUND, ref=ref, refs=(ref,)) if ref else Found(Presence.ABSENT)

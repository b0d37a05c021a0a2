"""The answering side of a mailbox: one mail for each action, whose Message-ID is made from the action's key.

SMTP keeps no keys. So a copy is put into the folder of sent mail when nothing but the words is missing, flagged as a
draft, and the flag is taken off when the server has taken them. Found without the flag: it was sent. Not found: it never
left, and can be sent. Found with the flag: nobody knows, a person looks, and it is not sent again by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from adapters.email import compose, naming
from adapters.email.imap import UNSENT
from adapters.email.kinds import unread_address
from adapters.email.sending import Server
from adapters.email.source import EmailSource
from bridge.contracts import Idempotency, Publisher, Strategy
from bridge.errors import CasebridgeError, ConfigError
from bridge.nouns import ActionKind, Eligibility, Found, Outcome, Presence, Refusal, Unknown, Written
from identity import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bridge.contracts import Source
    from bridge.nouns import Action

log = structlog.get_logger(__name__)

_SEEN = "\\Seen"


class EmailPublisher(Publisher):
    """Answers by mail."""

    publishing = Idempotency(Strategy.CALLER_CHOSEN_ID, settle_after=timedelta(minutes=1))

    def __init__(self, source: EmailSource) -> None:
        """Share the settings and the account of ``source``."""
        self._settings, self._account, self._clock = source.settings, source.account, source.clock
        self._name = source.name
        self._server = Server(source.name, source.settings, source.credentials)

    @classmethod
    def beside(cls, source: Source) -> EmailPublisher:
        """Return the publisher of the mailbox that ``source`` reads."""
        if not isinstance(source, EmailSource):
            message = f"The e-mail publisher answers beside an e-mail source, not beside {type(source).__name__}."
            raise ConfigError(message)
        return cls(source)

    def eligibility(self, action: Action) -> Eligibility:
        """Check kind, server, address and size, in this order; ask nobody."""
        if action.kind is not ActionKind.REPLY:
            return _cannot(f"by mail one can answer, not {action.kind}")
        if not self._settings.smtp_host:
            return _cannot("this mailbox has no server to send by; set smtp_host at its source", "answer by hand")
        return _reachable(action) or self._small_enough(action)

    def _small_enough(self, action: Action) -> Eligibility:
        size = len(action.text.encode()) + sum(file.size for file in action.files) * 4 // 3
        if size > self._settings.max_sent_bytes:
            reason = f"with its files the mail has {size} bytes, {self._settings.max_sent_bytes} may be sent"
            return _cannot(reason, "without the files", "smaller files")
        return Eligibility(can=True, to=self._reached(action))

    def _reached(self, action: Action) -> str:
        """Name every address that gets it, and say so where the customer's own is not among them."""
        to = recipient(action)
        reached = ", ".join([to, *self._others(action)])
        author = _address(action.recipient)
        return reached if author in ("", to) else f"{reached}, as {author} asks by Reply-To"

    def publish(self, action: Action) -> Outcome:
        """Send it, unless the folder of sent mail says that it was; raises what is known to have sent nothing."""
        eligibility = self.eligibility(action)
        if not eligibility.can:
            return Refusal(eligibility.reason, code="not_eligible")
        id_ = naming.answer_id(action, self._settings.address)
        folder = self._account.sent_folder()
        if folder and self._copies(folder, id_):
            found = self._look(folder, id_)
            if found.presence is Presence.FOUND:
                return Written(id_, created=False)
            return Unknown("a process died, or lost the server, while it sent this; look whether the customer has it")
        to, cc = recipient(action), self._others(action)
        try:
            mail = compose.answer(
                action, self._settings, message_id=id_, token=naming.token(action), to=to, cc=cc, now=self._clock.now()
            )
        except OSError as error:
            return Refusal(f"a file of the answer cannot be read: {error.strerror}")
        return self._sent(mail.as_bytes(), [to, *cc], folder, id_)

    def published(self, action: Action, not_before: datetime) -> Found:  # noqa: ARG002 - ids are made once, whenever that was
        """Look into the folder of sent mail; without one nobody can tell."""
        folder = self._account.sent_folder()
        if not folder:
            return Found(Presence.UNSURE)
        return self._look(folder, naming.answer_id(action, self._settings.address))

    def _sent(self, data: bytes, recipients: Sequence[str], folder: str, id_: str) -> Outcome:
        def about_to() -> None:
            if folder:
                self._account.append(folder, data, [_SEEN, UNSENT], self._clock.now())

        def taken_back() -> None:
            if folder:
                self._after(lambda: self._account.remove(self._copies(folder, id_)))

        refused = self._server.send(data, recipients, about_to=about_to, taken_back=taken_back)
        if refused is not None:
            return refused
        if folder:
            self._after(lambda: self._account.flag(self._copies(folder, id_), UNSENT, on=False))
        return Written(id_, created=True)

    def _look(self, folder: str, id_: str) -> Found:
        copies = self._copies(folder, id_)
        if not copies:
            return Found(Presence.ABSENT)
        flags = self._account.flags(copies).values()
        if any(UNSENT not in each for each in flags):
            return Found(Presence.FOUND, ref=id_, refs=(id_,))
        return Found(Presence.UNSURE)

    def _copies(self, folder: str, id_: str) -> list[int]:
        self._account.select(folder, change=True)
        return self._account.by_message_id(f"<{id_}>")

    def _after(self, what: Callable[[], None]) -> None:
        """Do what makes the copy right. The mail's fate is known by then, so trouble with it changes nothing."""
        try:
            what()
        except CasebridgeError as error:
            log.warning("the copy of an answer keeps its draft flag", connection=self._name, reason=str(error))

    def _others(self, action: Action) -> list[str]:
        """Return who else gets the answer, where the settings want that."""
        if not self._settings.answer_all:
            return []
        named = [address for each in action.extra.get("others", ()) if (address := _address(str(each)))]
        return [each for each in dict.fromkeys(named) if each != recipient(action)]


def _reachable(action: Action) -> Eligibility | None:
    """Return why no mail reaches the customer, None if one may."""
    to = recipient(action)
    if not to:
        return _cannot("the customer's mail has no address to answer to", "another channel of the customer")
    if unread_address(to):
        return _cannot(f"nobody reads mail to {to}", "another channel of the customer")
    if action.undelivered:
        reason = f"the last answer to this address came back: {action.undelivered}"
        return _cannot(reason, "another channel of the customer", "ask for the right address")
    return None


def recipient(action: Action) -> str:
    """Return where the customer wants answers: Reply-To, else the address that the mail came from."""
    wanted = (*action.extra.get("reply_to", ()), action.recipient)
    return next((address for each in wanted if (address := _address(str(each)))), "")


def _address(raw: str) -> str:
    """Return a valid address in its normal form, empty for anything else."""
    found = normalise.email(raw)
    return found[0].value if found else ""


def _cannot(reason: str, *alternatives: str) -> Eligibility:
    return Eligibility(can=False, reason=reason, alternatives=alternatives)

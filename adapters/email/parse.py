"""Mails to our nouns: every mail becomes a message, or a named thing that is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adapters.email import mime, naming, quotes
from adapters.email.authentication import Proof, proof_of
from adapters.email.headers import Address, addresses, decoded, first, time_of
from adapters.email.kinds import Automatic, automatic, unread_address
from adapters.email.reports import Report, report_of
from bridge import contact_points
from bridge.nouns import Attachment, Broken, Direction, Kind, Message, Profile, Said, StatusSeen, UnknownKind

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import Message as Mail

    from bridge.nouns import SourceEvent

NETWORK = "mail"
_EARLIER, _LATER = timedelta(days=14), timedelta(hours=1)
"""How far a stated time may be from the arrival to be believed."""
_KEPT_HEADERS = 100
_HEADER_LENGTH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Whose mails these are."""

    own: frozenset[str]
    """Our addresses, in lower case, those of other mailboxes, too."""
    trusted: frozenset[str] = frozenset()
    """Names of our receiving servers."""

    def ours(self, address: str) -> str:
        """Return which of our addresses one is, with a tag (``support+cb-…@``) or without; empty for somebody else's."""
        local, at, domain = address.rpartition("@")
        bare = f"{local.partition('+')[0]}{at}{domain}"
        return next((each for each in (address, bare) if each in self.own), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mail stood."""

    where: str
    """For people."""
    arrived: datetime | None = None
    sent_folder: bool = False
    whole_size: int = 0
    """Bytes of the whole mail where only its beginning was read, else 0."""
    again: bool = False
    """Another mail, with other words, has the same Message-ID."""


def events(data: bytes, mailbox: Mailbox, place: Place) -> list[SourceEvent]:
    """Return what a mail says. Never raises."""
    if not data.strip():
        return [Broken(place.where, "the mail is empty", "", {"mail": ""})]
    try:
        return _events(data, mailbox, place)
    except Exception as error:  # noqa: BLE001 - one mail that nobody thought of must not stop all others; it is set aside whole
        text = data.decode("ascii", "backslashreplace")
        return [Broken(place.where, f"the mail cannot be read: {type(error).__name__}: {error}", text, {"mail": text})]


def _events(data: bytes, mailbox: Mailbox, place: Place) -> list[SourceEvent]:
    mail = mime.read(data)
    report = report_of(mail)
    if report is not None and report.original:
        return _reported(report, mail, place)
    parts = mime.parts_of(mail)
    whole = _whole_text(parts)
    sender = next(iter(addresses(mail, "From") or addresses(mail, "Sender")), None)
    proof = proof_of(mail, sender.address, mailbox.trusted) if sender else Proof.NONE
    ours = sender is not None and bool(mailbox.ours(sender.address))
    writer = None if place.sent_folder else _form_writer(mail, mailbox, sender)
    out = place.sent_folder or (ours and writer is None and proof is not Proof.FAIL)
    why = _why_automatic(mail, mailbox, sender, proof, out=out, form=writer is not None)
    why = Automatic.BOUNCE if report is not None else why
    words = quotes.cut(whole)
    id_ = naming.again(mail, parts.text) if place.again else naming.native_id(mail, parts.text)
    said = Message(
        network=NETWORK,
        native_id=id_,
        account=_account(mail, mailbox, sender, out=out),
        author=_author(writer or sender, proof if writer is None else Proof.NONE),
        direction=Direction.OUT if out else Direction.IN,
        kind=Kind.FORM if writer else Kind.MAIL,
        public=False,
        text=words.own,
        subject=" ".join(first(mail, "Subject").split()),
        lang=first(mail, "Content-Language").split(",")[0].strip()[:35],
        sent_at=_sent_at(mail, place),
        answers=tuple(each for each in naming.answered(mail, mailbox.own) if each != id_),
        attachments=_attachments(parts, id_, place),
        automatic=why is not None,
        extra=_extra(mail, mailbox, proof, why, words, place),
        raw=_raw(mail, whole),
    )
    return [Said(said, place.where)]


def _reported(report: Report, mail: Mail, place: Place) -> list[SourceEvent]:
    """Carry what a machine reports to the mail that it is about; a delay is only counted."""
    kind = UnknownKind(f"report of a mail: {report.status}")
    at = _sent_at(mail, place)
    if report.status == "delayed" or at is None:
        return [kind]
    reason = f"{report.recipient}: {report.reason}" if report.recipient and report.reason else report.reason
    status = StatusSeen(NETWORK, naming.known(report.original), report.status, at, reason=reason)
    return [status, kind]


def _whole_text(parts: mime.Parts) -> str:
    """Return the words of a mail; those of the mails in it where it has none of its own."""
    text = parts.text[: mime.LONGEST]
    if text.strip() or not parts.mails:
        return text
    inside = (mime.parts_of(each).text for each in parts.mails[:3])
    return "\n\n".join(filter(None, inside))[: mime.LONGEST]


def _form_writer(mail: Mail, mailbox: Mailbox, sender: Address | None) -> Address | None:
    """Return who filled in a form, which our web site mails from our own address with Reply-To, a service from one that nobody reads."""
    if sender is None or not (mailbox.ours(sender.address) or unread_address(sender.address)):
        return None
    named = [each for each in addresses(mail, "Reply-To") if not mailbox.ours(each.address)]
    writer = next((each for each in named if not unread_address(each.address)), None)
    if writer is None or mailbox.ours(sender.address):
        return writer
    return None if automatic(mail, writer.address, mailbox.own) else writer


def _why_automatic(
    mail: Mail, mailbox: Mailbox, sender: Address | None, proof: Proof, *, out: bool, form: bool
) -> Automatic | None:
    if form or out:
        return None if form else automatic(mail, "", mailbox.own) if _says_machine(mail) else None
    if sender is not None and mailbox.ours(sender.address) and proof is Proof.FAIL:
        return Automatic.FORGED
    return automatic(mail, sender.address if sender else "", mailbox.own)


def _says_machine(mail: Mail) -> bool:
    """Tell whether a mail of ours was sent by a machine: then it is no answer of an agent."""
    return first(mail, "Auto-Submitted").lower().strip() not in ("", "no")


def _author(writer: Address | None, proof: Proof) -> Profile | None:
    if writer is None:
        return None
    shown = contact_points.of_author(writer.address, None, Kind.MAIL, "DE", proved=proof is Proof.PASS)
    return Profile(network=NETWORK, id=writer.address, name=writer.name, shown=shown)


def _account(mail: Mail, mailbox: Mailbox, sender: Address | None, *, out: bool) -> str:
    """Return which address of ours the mail is about."""
    if out and sender is not None and mailbox.ours(sender.address):
        return mailbox.ours(sender.address)
    reached = addresses(mail, "To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
    return next(filter(None, (mailbox.ours(each.address) for each in reached)), "")


def _sent_at(mail: Mail, place: Place) -> datetime | None:
    """Return when a mail came to us, or left us: that clock is ours, the one behind Date is anybody's.

    Our receiving server writes the first Received header. INTERNALDATE says the same, but not after a mailbox was moved.
    """
    stated, arrived = time_of(first(mail, "Date")), place.arrived
    received = None if place.sent_folder else time_of(first(mail, "Received").rpartition(";")[2])
    if arrived is None:
        return received or stated
    if received is not None and received <= arrived + _LATER:
        return received
    moved = stated is not None and place.sent_folder and arrived - _EARLIER <= stated <= arrived + _LATER
    return stated if moved else arrived


def _attachments(parts: mime.Parts, id_: str, place: Place) -> tuple[Attachment, ...]:
    """Name the files; of a mail that was read in part they say how large the whole is, so that none is fetched."""
    return tuple(
        Attachment(
            url=f"mid:{quote(id_, safe='@')}/{number}",
            name=file.name,
            mime=file.mime,
            size=place.whole_size or len(file.content),
        )
        for number, file in enumerate(parts.files)
    )


def _extra(
    mail: Mail, mailbox: Mailbox, proof: Proof, why: Automatic | None, words: quotes.Words, place: Place
) -> dict[str, Any]:
    """Return what has no place among our nouns and what answering needs."""
    others = [each.address for each in addresses(mail, "To", "Cc") if not mailbox.ours(each.address)]
    given: dict[str, Any] = {
        "to": [each.address for each in addresses(mail, "To")],
        "cc": [each.address for each in addresses(mail, "Cc")],
        "others": others,
        "reply_to": [each.address for each in addresses(mail, "Reply-To")],
        "references": naming.ancestors(mail),
        "authentication": str(proof),
        "automatic": str(why) if why else "",
        "signature": words.signature,
        "forwarded": words.forwarded,
        "cut_off": bool(place.whole_size),
    }
    return {name: value for name, value in given.items() if value not in ("", [], False)}


def _raw(mail: Mail, whole: str) -> dict[str, Any]:
    headers = [[name, first_line(decoded(str(value)))] for name, value in list(mail.raw_items())[:_KEPT_HEADERS]]
    return {"headers": headers, "text": whole}


def first_line(value: Any) -> str:  # noqa: ANN401 - the library gives text, or headers of its own
    """Return a header's value on one line, shortened."""
    return " ".join(str(value).split())[:_HEADER_LENGTH]

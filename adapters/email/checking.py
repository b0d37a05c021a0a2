"""What a check of a mailbox finds: sign-in, folders, folder of sent mail, clock, SMTP, and what is not proved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.email.imap import NO_SENT_FOLDER
from adapters.email.sending import Server
from bridge.errors import CasebridgeError
from bridge.nouns import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.email.source import EmailSource

_AHEAD = timedelta(minutes=5)


def findings(source: EmailSource) -> Iterator[Finding]:
    """Yield what is right and wrong; nothing is changed or sent."""
    account, settings = source.account, source.settings
    try:
        folders = account.read_folders()
    except CasebridgeError as error:
        yield Finding(ok=False, text=str(error), remedy=_remedy(source))
        return
    yield Finding(ok=True, text=f"signed in as {settings.signs_in_as} at {settings.imap_host}")
    for folder in folders:
        opened = account.select(folder)
        yield Finding(ok=True, text=f"{folder} can be read; its next mail is number {opened.next_uid}")
    yield from _clock(source, folders)
    yield from _sent_folder(source)
    yield _idle(source)
    yield from _smtp(source)
    yield _proof(source)


def _remedy(source: EmailSource) -> str:
    if source.settings.oauth is not None:
        return f"Sign in: casebridge connect {source.name}"
    return "Look at imap_host, imap_port, user and password; many providers want an app password, or oauth."


def _clock(source: EmailSource, folders: list[str]) -> Iterator[Finding]:
    """Compare our clock with the arrival of the newest mail: nothing arrives in the future."""
    for folder in folders:
        opened = source.account.select(folder)
        last = source.account.after(max(opened.next_uid - 2, 0))[-1:]
        arrived = next((at for _, at in source.account.sizes(last).values()), None)
        if arrived is not None and arrived > source.clock.now() + _AHEAD:
            text = f"the newest mail of {folder} arrived at {arrived:%Y-%m-%d %H:%M} UTC, which is later than now"
            yield Finding(ok=False, text=text, remedy="Set the clock of this machine, by NTP best.")


def _sent_folder(source: EmailSource) -> Iterator[Finding]:
    sent = source.account.sent_folder()
    if sent:
        yield Finding(ok=True, text=f"sent mail stands in {sent}: answers from other mail programs are seen there")
    elif source.settings.sent_folder == NO_SENT_FOLDER:
        text = "there is no folder of sent mail: answers of unknown fate are never looked up, those of others not seen"
        yield Finding(ok=True, text=text)
    else:
        yield Finding(
            ok=False,
            text="no folder of sent mail was found",
            remedy="Create one, name it as sent_folder, or set sent_folder: none.",
        )


def _idle(source: EmailSource) -> Finding:
    if "IDLE" in source.account.capabilities():
        return Finding(ok=True, text="the server tells of new mail by itself (IDLE)")
    return Finding(ok=True, text="the server does not tell of new mail by itself (no IDLE): it is polled")


def _smtp(source: EmailSource) -> Iterator[Finding]:
    settings = source.settings
    if not settings.smtp_host:
        yield Finding(ok=True, text="nothing can be answered here: smtp_host is not set")
        return
    try:
        Server(source.name, settings, source.credentials).check()
    except CasebridgeError as error:
        yield Finding(ok=False, text=str(error), remedy="Look at smtp_host, smtp_port, smtp_safety and the sign-in.")
        return
    yield Finding(ok=True, text=f"answers leave by {settings.smtp_host} as {settings.address}")


def _proof(source: EmailSource) -> Finding:
    if source.settings.trusted_authserv:
        return Finding(ok=True, text=f"senders are proved by {', '.join(source.settings.trusted_authserv)}")
    text = "no sender is proved: trusted_authserv is not set, so addresses link customers only where names agree"
    return Finding(ok=True, text=text, remedy="Set it to the first word of Authentication-Results in a received mail.")

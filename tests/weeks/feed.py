"""A project that reads one export of all channels and delivers to the CRM, and people who write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.project import put, write_project
from tests.weeks.office import Office, connect

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import ShiftedClock
    from tests.weeks.crm import Crm


def open_office(folder: Path, address: str, crm: Crm, clock: ShiftedClock) -> Office:
    """Write the project, connected to the CRM at ``address``, and prepare that; nobody has written yet."""
    write_project(folder)
    connect(folder, crm.target(address))
    crm.adapt(folder)
    office = Office(folder, clock, dict(crm.secrets))
    say(office, "nobody")
    office.run("check", "--prepare")
    return office


def mail(office: Office, native_id: str, sender: str, text: str, *, name: str = "", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a message
    """Return a mail from an address that its server vouches for."""
    author = {"email": sender, "name": name, "authenticated": True}
    return _said(office, native_id, "mail", author, text) | {"kind": "mail", "subject": text[:40], **more}


def tweet(office: Office, native_id: str, handle: str, text: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a message
    """Return a post on X."""
    return _said(office, native_id, "x", {"id": f"u-{handle}", "handle": handle}, text) | more


def whatsapp(office: Office, native_id: str, phone: str, text: str) -> dict[str, Any]:
    """Return a message on WhatsApp, whose number the network vouches for."""
    author = {"id": phone.lstrip("+"), "phone": phone, "authenticated": True}
    return _said(office, native_id, "whatsapp", author, text) | {"kind": "direct"}


def say(office: Office, name: str, *said: dict[str, Any]) -> None:
    """Put an export into the inbox."""
    put(office.folder, f"{name}.jsonl", said)


def _said(office: Office, native_id: str, network: str, author: dict[str, Any], text: str) -> dict[str, Any]:
    sent = office.clock.now().isoformat(timespec="seconds")
    return {"id": native_id, "network": network, "text": text, "sent_at": sent, "author": author}

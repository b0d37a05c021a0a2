"""Facts about mail addresses: who folds dots and tags, and which mailboxes do not stand for one person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GMAIL = frozenset({"gmail.com", "googlemail.com"})

_PLUS_TAGS = _words(
    "fastmail.com fastmail.fm hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it icloud.com "
    "live.com live.co.uk live.de live.fr live.nl mac.com mailbox.org me.com msn.com outlook.at outlook.com outlook.de "
    "outlook.es outlook.fr pm.me posteo.de posteo.net proton.me protonmail.ch protonmail.com runbox.com"
)
"""Providers that document ``name+tag@`` as the mailbox ``name@``."""

_ROLES = _words(
    "abuse accounting accounts admin administration administrator all anfrage anfragen backoffice bestellung "
    "bestellungen bewerbung billing booking bookings buchhaltung buchung buero bureau career careers commande compta "
    "contact contacto contato customercare customerservice datenschutz desk einkauf email empfang enquiries enquiry "
    "everyone feedback finance finanzen hallo hello helpdesk help hilfe hostmaster hr info information inquiries it "
    "jobs karriere kasse kommunikation kontakt kunden kundendienst kundenservice legal mail mailbox marketing media "
    "mitarbeiter moin news newsletter office order orders personal post poststelle praesidium praxis presse press "
    "privacy purchase purchasing rechnung rechnungen reception recht reklamation reservation reservations reservierung "
    "rezeption root sales sekretariat security service servicedesk shop spam staff studio subscribe support team "
    "tech technik test ticket tickets unsubscribe usenet user users verkauf versand vertrieb verwaltung vorstand "
    "webmaster webshop welcome willkommen www zentrale"
)
"""Local parts that name an office, German and English with a few neighbours."""

_MACHINES = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce")

_DISPOSABLE = _words(
    "10minutemail.com 33mail.com anonbox.net burnermail.io byom.de discard.email dispostable.com dropmail.me "
    "einrot.com emailondeck.com emltmp.com fakeinbox.com getairmail.com getnada.com grr.la guerrillamail.com "
    "guerrillamail.de harakirimail.com inboxbear.com inboxkitten.com jetable.org maildrop.cc mailcatch.com "
    "mailinator.com mailnesia.com mailpoof.com mintemail.com moakt.com mohmal.com mytemp.email nada.email "
    "objectmail.com sharklasers.com spam4.me spamgourmet.com temp-mail.io temp-mail.org tempail.com tempmail.dev "
    "tempmail.plus throwawaymail.com trash-mail.com trashmail.com trashmail.de trashmail.net wegwerfemail.de "
    "wegwerfmail.de yopmail.com yopmail.fr"
)

_RELAYS = _words(
    "anonaddy.com addy.io amazonses.com bounces.google.com craigslist.org duck.com guest.airbnb.com "
    "guest.booking.com mail.kleinanzeigen.de members.ebay.com members.ebay.de mg.booking.com mozmail.com "
    "privaterelay.appleid.com reply.airbnb.com reply.facebook.com reply.github.com reply.kleinanzeigen.de "
    "simplelogin.com slmail.me users.noreply.github.com"
)
"""Domains whose addresses forward for a shop, a marketplace or a privacy service."""

_RELAY_PATTERN = re.compile(r"(^|\.)(marketplace\.amazon|members\.ebay)\.[a-z.]+$")
_PIECES = re.compile(r"[._+-]+")


def folded(address: str) -> str | None:
    """Return the mailbox that a normalised address reaches at a provider known to fold, None for other providers."""
    local, _, domain = address.rpartition("@")
    if domain in _GMAIL:
        bare = local.split("+", 1)[0].replace(".", "")
        return f"{bare}@gmail.com" if bare else None
    if domain in _PLUS_TAGS:
        bare = local.split("+", 1)[0]
        return f"{bare}@{domain}" if bare else None
    return None


def mailbox(address: str) -> str:
    """Return the folded address where the provider folds, else the address itself."""
    return folded(address) or address


def role_mailbox(address: str, extra: Collection[str] = ()) -> bool:
    """Tell whether a normalised address names an office or a machine: ``info@``, ``service-de@``, ``noreply.x@``."""
    local = address.rpartition("@")[0]
    if local.startswith(_MACHINES) or local in extra:
        return True
    pieces = [piece.rstrip("0123456789") for piece in _PIECES.split(local)]
    return (pieces[0] in _ROLES or pieces[0] in extra) and all(
        len(piece) <= 2 or piece in _ROLES or piece in extra for piece in pieces[1:]
    )


def disposable(address: str) -> bool:
    """Tell whether a normalised address belongs to a throw-away provider."""
    return _under(address.rpartition("@")[2], _DISPOSABLE)


def relay(address: str) -> bool:
    """Tell whether a normalised address forwards for a marketplace or a privacy service."""
    domain = address.rpartition("@")[2]
    return _under(domain, _RELAYS) or _RELAY_PATTERN.search(domain) is not None


def placeholder(address: str) -> bool:
    """Tell whether a normalised address fills a mandatory field: ``none@none.com``, ``test@test.com``."""
    local, _, domain = address.rpartition("@")
    return local == domain.split(".", 1)[0]


def at_domain(address: str, domains: Collection[str]) -> bool:
    """Tell whether a normalised address lies at one of the domains or below it."""
    return bool(domains) and _under(address.rpartition("@")[2], domains)


def _under(domain: str, domains: Collection[str]) -> bool:
    while domain:
        if domain in domains:
            return True
        domain = domain.partition(".")[2]
    return False

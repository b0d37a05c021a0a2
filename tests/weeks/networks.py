"""Customers who write to a brand where they are, and read there what it answers: on Bluesky, by mail, on Mastodon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

from tests.adapters.email.offices import mail

if TYPE_CHECKING:
    from tests.servers.bluesky import Somebody
    from tests.servers.dovecot import Dovecot
    from tests.servers.mastodon import MastodonServer

BLUESKY = """\
  bluesky:
    type: bluesky
    handle: {brand.handle}
    app_password: ${{BLUESKY_PASSWORD}}
    appview: {network.appview}
    directory: {network.plc}
    watch_minutes: 0
"""
MAIL = """\
  mail:
    type: email
    addresses: [{address}]
    password: ${{MAIL_PASSWORD}}
    imap_host: 127.0.0.1
    imap_port: {dovecot.imap_port}
    imap_safety: none
    smtp_host: 127.0.0.1
    smtp_port: {dovecot.smtp_port}
    smtp_safety: none
    smtp_sign_in: false
"""
MASTODON = """\
  mastodon:
    type: mastodon
    base_url: {mastodon.url}
    token: ${{MASTODON_TOKEN}}
"""


class Customer(Protocol):
    """Somebody who writes on one network and reads there what is answered."""

    @property
    def network(self) -> str:
        """Return its name."""
        ...

    def says(self, text: str, *, above: str = "") -> str:
        """Write to the brand, in a thread or a new one; return the id."""
        ...

    def sees_below(self, post: str) -> list[str]:
        """Return what the brand answered to something that was written."""
        ...

    def overhears(self, text: str) -> None:
        """Let the brand say something by itself."""
        ...


@dataclass(frozen=True, slots=True)
class OnBluesky:
    """A customer with a handle."""

    person: Somebody
    brand: Somebody
    network: str = "bluesky"

    def says(self, text: str, *, above: str = "") -> str:
        """Mention the brand."""
        return self.person.says(f"@{self.brand.handle} {text}", to=above, mentions=self.brand)

    def sees_below(self, post: str) -> list[str]:
        """Read what stands right below it in the thread."""
        replies = [each for each in self.person.sees_below(post) if each["author"]["did"] == self.brand.did]
        return [each["record"]["text"] for each in replies if each["record"]["reply"]["parent"]["uri"] == post]

    def overhears(self, text: str) -> None:
        """Read a post."""
        self.brand.says(text)


@dataclass(frozen=True, slots=True)
class ByMail:
    """A customer with a mailbox."""

    server: Dovecot
    brand: str
    address: str
    name: str = "Anna Kern"
    network: str = "mail"

    def says(self, text: str, *, above: str = "") -> str:
        """Write a mail."""
        native_id = f"{crc32(f'{above} {text}'.encode())}@kunde.example"
        below = {"In_Reply_To": f"<{above}>", "References": f"<{above}>"} if above else {}
        author = f"{self.name} <{self.address}>"
        self.server.put(self.brand, mail(native_id, text, sender=self.address, to=self.brand, From=author, **below))
        return native_id

    def sees_below(self, post: str) -> list[str]:
        """Look into the mailbox."""
        mails = [each for each in self.server.mails(self.address) if each["In-Reply-To"] == f"<{post}>"]
        return [str(each.get_content()).split("\n")[0].strip() for each in mails]

    def overhears(self, text: str) -> None:
        """Get a newsletter, of which a copy lies among what was sent."""
        sent = mail("news@acme.example", text, sender=self.brand, to="all@kunde.example")
        self.server.put(self.brand, sent, "Sent")


@dataclass(frozen=True, slots=True)
class OnMastodon:
    """A customer on an instance."""

    server: MastodonServer
    network: str = "mastodon"

    def says(self, text: str, *, above: str = "") -> str:
        """Mention the brand."""
        below = {"in_reply_to_id": above} if above else {}
        return self.server.say("mira", f"@acme {text}", visibility="public", language="en", **below)

    def sees_below(self, post: str) -> list[str]:
        """Read the thread."""
        below = self.server.call("mira", "GET", f"statuses/{post}/context")["descendants"]
        return [each["content"] for each in below if each["account"]["acct"] == "acme"]

    def overhears(self, text: str) -> None:
        """Read a post."""
        self.server.say("acme", text)

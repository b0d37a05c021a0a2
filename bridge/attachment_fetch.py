"""Read an attachment's bytes: a file beside its export, or a web address on an allowed media host.

Addresses come from strangers. So only listed hosts are asked, only at public addresses (checked and then used, so
that a second look-up cannot lead elsewhere), and redirects are followed on the same host only.
"""

from __future__ import annotations

import ipaddress
import socket
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from bridge.attachment_files import Result, State, keep
from bridge.errors import Transient
from bridge.masking import found_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from bridge.app import AttachmentPolicy

PIECE = 1 << 16
SECONDS = 20.0
REDIRECTS = 3
_GONE = frozenset({404, 410})
_PASSING = frozenset({408, 425, 429})
_OURS = frozenset({".yaml", ".yml", ".db", ".env", ".key", ".pem"})
"""Endings of files that may stand beside an export and are never anybody's attachment."""
_PORTS = {"http": 80, "https": 443}


def from_file(path: str, *, folder: Path, roots: Iterable[Path], policy: AttachmentPolicy) -> Result:
    """Read a local file, relative to the project ``folder``; only inside ``roots``, symbolic links followed."""
    place = found_path(str(folder / path)).resolve()
    home = next((root for root in roots if place.is_relative_to(root)), None)
    if home is None:
        return Result(State.FAILED, "the file is not in the folder of its export")
    hidden = any(part.startswith(".") for part in place.relative_to(home).parts)
    if hidden or place.suffix.lower() in _OURS:
        return Result(State.FAILED, "hidden files and files of the project are no attachments")
    if not place.is_file():
        return Result(State.GONE, "there is no such file")
    try:
        file = place.open("rb")
    except OSError as error:
        return Result(State.FAILED, f"the file cannot be read: {error.strerror}")
    with file:
        pieces = iter(lambda: file.read(PIECE), b"")
        return keep(folder, pieces, name=place.name, max_bytes=policy.max_bytes, types=policy.types)


def from_web(address: str, *, folder: Path, policy: AttachmentPolicy, client: httpx.Client) -> Result:
    """Fetch a web address. Raises ``Transient`` where another try may help."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        return Result(State.FAILED, "the address is no web address")
    for _ in range(REDIRECTS + 1):
        refusal = _refusal(url, policy.hosts)
        if refusal:
            return Result(State.FAILED, refusal)
        try:
            following = _step(url, folder, policy, client)
        except httpx.HTTPError as error:
            message = f"{url.host} did not answer: {error or type(error).__name__}"
            raise Transient(message) from error
        if isinstance(following, Result):
            return following
        url = following
    return Result(State.FAILED, f"more than {REDIRECTS} redirects")


def listed(url: httpx.URL, hosts: Iterable[str]) -> bool:
    """Tell whether the host is one of ``hosts``: ``name``, ``*.name``, or ``name:port`` for other ports than usual."""
    usual = url.port in (None, _PORTS.get(url.scheme))
    named = url.host.lower() if usual else f"{url.host.lower()}:{url.port}"
    return any(fnmatchcase(named, pattern.lower()) for pattern in hosts)


def _refusal(url: httpx.URL, hosts: Iterable[str]) -> str:
    if url.scheme not in _PORTS or not url.host:
        return "the address is no web address"
    if url.userinfo:
        return "the address carries a password"
    return "" if listed(url, hosts) else f"{url.host} is not among the media hosts (attachments: hosts)"


def _step(url: httpx.URL, folder: Path, policy: AttachmentPolicy, client: httpx.Client) -> Result | httpx.URL:
    """Ask once: the result, or the address on the same host that it leads to."""
    address = _public_address(url, policy.hosts)
    if address is None:
        return Result(State.FAILED, f"{url.host} leads to a private address")
    request = client.build_request(
        "GET",
        url.copy_with(host=address),
        headers={"Host": url.netloc.decode("ascii")},
        extensions={"sni_hostname": url.host},
    )
    response = client.send(request, stream=True, follow_redirects=False)
    try:
        return _judged(response, url) or _kept(response, url, folder, policy)
    finally:
        response.close()


def _judged(response: httpx.Response, url: httpx.URL) -> Result | httpx.URL | None:
    """Return what a response means that brings no content, else None."""
    code = response.status_code
    if response.has_redirect_location:
        following = url.join(response.headers["location"])
        if following.host != url.host:
            return Result(State.FAILED, f"{url.host} redirects to another host")
        return following
    if code in _GONE:
        return Result(State.GONE, f"{url.host} answers {code}")
    if code >= 500 or code in _PASSING:
        message = f"{url.host} answers {code}"
        raise Transient(message)
    return None if code == 200 else Result(State.FAILED, f"{url.host} answers {code}")


def _kept(response: httpx.Response, url: httpx.URL, folder: Path, policy: AttachmentPolicy) -> Result:
    stated = response.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > policy.max_bytes:
        return Result(State.TOO_LARGE, f"more than {policy.max_bytes} bytes", size=int(stated))
    pieces: Iterator[bytes] = response.iter_bytes(PIECE)
    return keep(folder, pieces, name=Path(url.path).name, max_bytes=policy.max_bytes, types=policy.types)


def _public_address(url: httpx.URL, hosts: Collection[str]) -> str | None:
    """Return an address of the host if all of them are public, or if the host is a bare address that is listed as such."""
    if _is_address(url.host) and any(pattern.partition(":")[0] == url.host for pattern in hosts):
        return url.host
    try:
        found = socket.getaddrinfo(url.host, url.port or _PORTS[url.scheme], type=socket.SOCK_STREAM)
    except OSError as error:
        message = f"{url.host} has no address: {error.strerror or error}"
        raise Transient(message) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    return addresses[0] if all(ipaddress.ip_address(each).is_global for each in addresses) else None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

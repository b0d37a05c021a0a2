"""Secrets go out encrypted, or not beyond this machine."""

from __future__ import annotations

import pytest

from bridge.web_address import encrypted, safe_address


@pytest.mark.parametrize(
    "address", ["https://acme.example", "http://127.0.0.1:8080", "http://[::1]/", "http://localhost"]
)
def test_what_is_encrypted_or_stays_here_is_taken(address: str) -> None:
    assert encrypted(address)
    assert safe_address(address) == address


@pytest.mark.parametrize(
    "address", ["http://acme.example", "acme.example", "ftp://127.0.0.1", "http://127.0.0.1.acme.example", ""]
)
def test_anything_else_is_an_error_that_names_its_setting(address: str) -> None:
    with pytest.raises(ValueError, match=r"^url begins with https:// \(http:// only on this machine\)$"):
        safe_address(address, "url")

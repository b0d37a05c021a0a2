"""One form for what means the same, nothing for what identifies nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from identity import normalise
from identity.mailboxes import disposable, relay, role_mailbox
from identity.model import Identifier, IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Callable

NETWORKS = ["x", "twitter", "mastodon", "bluesky", "forum"]
SINGLE: list[Callable[[str], Identifier | None]] = [
    lambda raw: normalise.phone(raw, "DE"),
    lambda raw: normalise.uid("facebook", "page:1", raw),
    lambda raw: normalise.crm_id("crm", raw),
    lambda raw: normalise.order("shop", raw),
    lambda raw: normalise.customer_number("erp", raw),
    *(lambda raw, network=network: normalise.handle(network, raw) for network in NETWORKS),
]
ANYTHING = st.one_of(
    st.text(max_size=80),
    st.characters(categories=["Lu", "Ll", "Lo", "Mn", "Cf", "Cs", "Cc"]).map(lambda sign: f"an{sign}na@web.example"),
    st.from_regex(r"@?[A-Za-zÀ-ž0-9._-]{1,20}(@[a-z.]{1,10})?", fullmatch=True),
    st.from_regex(r"\+?[0-9 ()/-]{3,20}(ext\.? ?[0-9]{1,3})?", fullmatch=True),
    st.from_regex(r"https?://[a-zA-Z0-9.:\[\]]{0,12}/[@a-zA-Z0-9%_/?#.]{0,20}", fullmatch=True),
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_values_of_any_text_come_back_unchanged(raw: str) -> None:
    for make in SINGLE:
        found = make(raw)
        if found is not None:
            assert make(found.value) == found
            assert Identifier.parse(str(found)) == found
    for found in normalise.email(raw):
        again = {one.value: one for one in normalise.email(found.value)}
        assert found.value in again
    assert normalise.email(raw)[:1] == [one for one in normalise.email(raw) if one.kind is IdentifierKind.EMAIL]


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"[a-z0-9._+-]{1,12}@[a-z0-9.-]{1,15}", fullmatch=True))
def test_plain_addresses_are_judged_as_the_library_judges_them(raw: str) -> None:
    try:
        valid = "." in validate_email(raw, check_deliverability=False, globally_deliverable=False).domain
    except EmailNotValidError:
        valid = False
    assert bool(normalise.email(raw)) == valid


@given(st.integers(1500000000, 1799999999))
def test_all_ways_to_write_one_number_are_one_identifier(number: int) -> None:
    area, rest = str(number)[:3], str(number)[3:]
    ways = [f"0{area}/{rest}", f"+49 {area} {rest}", f"0049-{area}-{rest}", f"+49 (0) {area} {rest[:3]} {rest[3:]}"]
    assert len({normalise.phone(way, "DE") for way in ways}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+54 9 11 2345 6789", "+54 11 2345-6789"),
        ("+52 1 55 1234 5678", "+52 55 1234 5678"),
        ("+55 11 8765-4321", "+55 11 98765-4321"),
        ("tel:+49-170-1234567", "0170 1234567"),
        ("+49 170 1234567", "\u202a+49 170 1234567\u202c"),
    ],
)
def test_variants_of_one_line_are_equal(one: str, other: str) -> None:
    assert normalise.phone(one, "DE") == normalise.phone(other, "DE") is not None


@pytest.mark.parametrize(
    "raw", ["", "12", "+1 212 555 0123", "+1 555 555 5555", "0900 1234567", "110", "4711-0815-99-1234567890", "anna"]
)
def test_numbers_of_nobody_are_no_identifier(raw: str) -> None:
    assert normalise.phone(raw, "DE") is None


def test_an_extension_makes_another_identifier() -> None:
    assert normalise.phone("+49 30 1234567") != normalise.phone("+49 30 1234567 ext. 12") is not None


def test_without_a_region_only_numbers_with_a_country_code_are_read() -> None:
    assert normalise.phone("0170 1234567") is None
    assert normalise.phone("+49 170 1234567") is not None


def test_landlines_of_brazil_and_mobiles_of_argentina_keep_their_digits() -> None:
    assert str(normalise.phone("+55 11 3265-4321")) == "phone::+551132654321"


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("Anna.Lang+shop@GoogleMail.com", ["anna.lang+shop@googlemail.com", "annalang@gmail.com"]),
        ("anna.lang+x@outlook.com", ["anna.lang+x@outlook.com", "anna.lang@outlook.com"]),
        ("anna.lang+x@web.example", ["anna.lang+x@web.example"]),
        ("Anna Lang <anna@müller.example>", ["anna@xn--mller-kva.example"]),
        ("mailto:anna@web.invalid", ["anna@web.invalid"]),
        ("anna@localhost", []),
        ("anna..lang@web.example", []),
        ("anna@web@example.com", []),
        ("", []),
    ],
)
def test_mail_addresses_are_folded_only_where_the_provider_folds(raw: str, values: list[str]) -> None:
    assert [found.value for found in normalise.email(raw)] == values


@pytest.mark.parametrize(
    ("network", "raw", "identifier"),
    [
        ("X", "@Sunny_Anna", "handle:x:sunny_anna"),
        ("twitter", "https://twitter.com/Sunny_Anna?lang=de", "handle:x:sunny_anna"),
        ("instagram", "www.instagram.com/sunny.anna/", "handle:instagram:sunny.anna"),
        ("bluesky", "https://bsky.app/profile/anna.web.example", "handle:bluesky:anna.web.example"),
        ("mastodon", "https://social.example/@Anna", "handle:mastodon:anna@social.example"),
        ("mastodon", "@anna@social.example", "handle:mastodon:anna@social.example"),
        ("youtube", "youtube.com/@anna", "handle:youtube:anna"),
        ("forum", "Anna", "handle:forum:Anna"),
    ],
)
def test_handles_are_read_from_names_and_addresses(network: str, raw: str, identifier: str) -> None:
    assert str(normalise.handle(network, raw)) == identifier


@pytest.mark.parametrize("raw", ["", "@", "two words", "https://x.com/", "http://[", "a" * 300])
def test_what_is_no_handle_is_none(raw: str) -> None:
    assert normalise.handle("x", raw) is None


def test_scopes_keep_ids_apart_and_hold_no_colon() -> None:
    assert normalise.uid("whatsapp", "business1", "7") != normalise.uid("whatsapp", "business2", "7")
    assert str(normalise.order("shop:eu", "# 47 11")) == "order:shop%3Aeu:4711"


def test_role_disposable_and_relay_addresses_are_known() -> None:
    assert role_mailbox("kundenservice@web.example")
    assert role_mailbox("info2@web.example")
    assert role_mailbox("support.de@web.example")
    assert role_mailbox("bounces+4711=x@web.example")
    assert not role_mailbox("anna.service@web.example")
    assert not role_mailbox("infante@web.example")
    assert disposable("x@trashmail.de")
    assert disposable("x@mx.mailinator.com")
    assert not disposable("x@web.example")
    assert relay("4k2@marketplace.amazon.co.uk")
    assert relay("abc@privaterelay.appleid.com")
    assert not relay("anna@icloud.com")

"""What a mail's way proves about its sender: only our own receiving server is believed."""

from __future__ import annotations

import pytest

from adapters.email.authentication import Proof, proof_of
from adapters.email.mime import read
from adapters.email.parse import Mailbox, Place, events
from bridge.nouns import Direction, Said
from identity.model import Relation

TRUSTED = frozenset({"mx.acme.example"})
OURS = "mx.acme.example"


def proof(*results: str, sender: str = "anna@kunde.example") -> Proof:
    head = "".join(f"Authentication-Results: {each}\r\n" for each in results)
    return proof_of(read(f"{head}From: {sender}\r\n\r\n".encode()), sender, TRUSTED)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (f"{OURS}; dmarc=pass header.from=kunde.example", Proof.PASS),
        (f"{OURS}; dkim=pass header.d=kunde.example", Proof.PASS),
        (f"{OURS}; dkim=pass header.i=@mail.kunde.example", Proof.PASS),
        (f"{OURS}; spf=pass smtp.mailfrom=bounce@kunde.example", Proof.PASS),
        (f"{OURS} 1; (a comment) dkim=pass (2048-bit key) header.d=kunde.example; spf=none", Proof.PASS),
        (f"{OURS}; dkim=pass header.d=fremd.example; spf=pass smtp.mailfrom=fremd.example", Proof.NONE),
        (f"{OURS}; dkim=pass header.d=notkunde.example", Proof.NONE),
        (f"{OURS}; dkim=pass header.d=example", Proof.NONE),
        (f"{OURS}; dmarc=fail header.from=kunde.example; dkim=none", Proof.FAIL),
        (f"{OURS}; spf=fail smtp.mailfrom=kunde.example; dkim=fail header.d=kunde.example", Proof.FAIL),
        (f"{OURS}; spf=softfail smtp.mailfrom=kunde.example", Proof.NONE),
        (f"{OURS}; none", Proof.NONE),
        ("mx.fremd.example; dmarc=pass header.from=kunde.example", Proof.NONE),
        ("", Proof.NONE),
    ],
)
def test_only_an_aligned_result_of_our_server_proves(results: str, expected: Proof) -> None:
    assert proof(results) is expected


def test_what_the_sender_wrote_below_our_servers_word_is_not_read() -> None:
    ours, forged = f"{OURS}; dmarc=fail header.from=kunde.example", f"{OURS}; dmarc=pass header.from=kunde.example"
    assert proof(ours, forged) is Proof.FAIL


EXCHANGE = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=kunde.example; dmarc={} action=none header.from=kunde.example"
)


@pytest.mark.parametrize(
    ("headers", "trusted", "expected"),
    [
        ([EXCHANGE.format("pass")], {"unnamed"}, Proof.PASS),
        ([EXCHANGE.format("pass")], {OURS}, Proof.NONE),
        ([EXCHANGE.format("pass")], set(), Proof.NONE),
        (["spf=none; dmarc=fail header.from=kunde.example", EXCHANGE.format("pass")], {"unnamed"}, Proof.FAIL),
        (["mx.fremd.example; dmarc=none", EXCHANGE.format("pass")], {"unnamed"}, Proof.NONE),
        (["unnamed; dmarc=pass header.from=kunde.example"], {"unnamed"}, Proof.NONE),
    ],
)
def test_a_server_without_a_name_is_believed_by_its_place_alone(
    headers: list[str], trusted: set[str], expected: Proof
) -> None:
    head = "".join(f"Authentication-Results: {each}\r\n" for each in headers)
    assert proof_of(read(f"{head}\r\n".encode()), "anna@kunde.example", trusted) is expected


def test_without_a_trusted_server_nothing_is_proved() -> None:
    mail = read(b"Authentication-Results: mx.acme.example; dmarc=pass header.from=kunde.example\r\n\r\n")
    assert proof_of(mail, "anna@kunde.example", frozenset()) is Proof.NONE


@pytest.mark.parametrize(
    ("result", "relation"), [("pass", Relation.AUTHENTICATED), ("none", Relation.SENDER), ("fail", Relation.SENDER)]
)
def test_the_address_is_as_strong_as_its_proof(result: str, relation: Relation) -> None:
    head = (
        f"Authentication-Results: {OURS}; dmarc={result} header.from=kunde.example\r\nFrom: Anna <anna@kunde.example>"
    )
    (said,) = events(f"{head}\r\n\r\nHallo".encode(), Mailbox(own=frozenset(), trusted=TRUSTED), Place(where="x"))
    assert isinstance(said, Said)
    assert said.message.author is not None
    assert {each.relation for each in said.message.author.shown} == {relation}


def test_a_mail_that_only_says_that_it_is_ours_is_neither_an_answer_nor_a_case() -> None:
    head = f"Authentication-Results: {OURS}; dmarc=fail header.from=acme.example\r\nFrom: support@acme.example"
    box = Mailbox(own=frozenset({"support@acme.example"}), trusted=TRUSTED)
    (said,) = events(f"{head}\r\n\r\nBitte überweisen".encode(), box, Place(where="x"))
    assert isinstance(said, Said)
    assert said.message.direction is Direction.IN
    assert said.message.automatic
    assert said.message.extra["automatic"] == "forged"

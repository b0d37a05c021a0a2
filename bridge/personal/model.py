"""What the check is given, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Datum(StrEnum):
    """What sort of personal data it is."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    CARD = "card"
    ORDER = "order"
    CUSTOMER_NUMBER = "customer_number"
    TRACKING = "tracking"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    NAME = "name"
    LINK = "link"
    OTHER_NUMBER = "other_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What the brand publishes itself, in any notation."""

    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ibans: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the customer who is answered; ``handle`` is what the network shows of them anyway."""

    handle: str = ""
    name: str = ""
    address: str = ""
    other_names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    order_numbers: tuple[str, ...] = ()
    customer_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data, as it stands in the text."""

    datum: Datum
    text: str
    start: int
    end: int

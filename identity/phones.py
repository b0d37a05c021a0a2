"""Phone numbers in one form: E.164, with the variants of one line made equal."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

_NOBODY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.VOICEMAIL, PhoneNumberType.UAN})
"""Kinds of lines that stand for no person."""

_LONGEST = 60


@lru_cache(maxsize=65_536)
def e164(raw: str, region: str | None) -> str | None:
    """Return ``+491701234567`` (with ``;ext=12`` for an extension), or None for what stands for no line of a person.

    Without a region only numbers with a country code are understood. Cached: parsing takes about 40 µs.
    """
    if len(raw) > _LONGEST:
        return None
    try:
        number = _one_variant(phonenumbers.parse(raw, region))
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or _fictional(number) or phonenumbers.number_type(number) in _NOBODY:
        return None
    extension = f";ext={number.extension}" if number.extension else ""
    return phonenumbers.format_number(_bare(number), PhoneNumberFormat.E164) + extension


def _one_variant(number: PhoneNumber) -> PhoneNumber:
    """Map what networks and people write for one mobile line to one number.

    Argentina's 9 and Mexico's 1 come with WhatsApp ids and not with dialled numbers; Brazil's ninth digit the reverse.
    """
    national = str(number.national_number)
    match number.country_code, len(national):
        case (54, 11) if national.startswith("9"):
            return _if_valid(number, national[1:])
        case (52, 11) if national.startswith("1"):
            return _if_valid(number, national[1:])
        case (55, 10) if national[2] in "6789":
            return _if_valid(number, f"{national[:2]}9{national[2:]}")
    return number


def _if_valid(number: PhoneNumber, national: str) -> PhoneNumber:
    other = PhoneNumber(country_code=number.country_code, national_number=int(national), extension=number.extension)
    return other if phonenumbers.is_valid_number(other) else number


def _fictional(number: PhoneNumber) -> bool:
    """Tell whether the number is made of one digit or of North America's range for films."""
    national = str(number.national_number)
    return len(set(national)) == 1 or (number.country_code == 1 and national[3:8] == "55501")


def _bare(number: PhoneNumber) -> PhoneNumber:
    return PhoneNumber(
        country_code=number.country_code,
        national_number=number.national_number,
        italian_leading_zero=number.italian_leading_zero,
        number_of_leading_zeros=number.number_of_leading_zeros,
    )

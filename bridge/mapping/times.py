"""Reading times: formats are turned into regular expressions once, so that months are English on every machine.

(``strptime`` reads month names in the machine's language and takes more than twice as long.)
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bridge.document_faults import did_you_mean
from bridge.mapping.verbs import excerpt, text

if TYPE_CHECKING:
    from collections.abc import Callable

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            *("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july"),
            *("aug august", "sep sept september", "oct october", "nov november", "dec december"),
        ),
        start=1,
    )
    for name in names.split()
}
_DIRECTIVES: Final = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,9})",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "b": r"(?P<b>[A-Za-z]{3,9})\.?",
    "a": r"[A-Za-z]{2,9}\.?",
    "z": r"(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})",
    "%": "%",
}
_SAME: Final = {"B": "b", "A": "a", "h": "b", "e": "d", "Z": "z"}
_WHOLE: Final = {"T": "%H:%M:%S", "D": "%m/%d/%y", "F": "%Y-%m-%d", "R": "%H:%M"}
_CENTURY: Final = 69
"""Two-digit years below are 20…, the others 19…, as POSIX has it."""

NAMED: Final = ("iso", "epoch", "epoch_ms", "rfc2822")


def time_zone(name: str) -> tzinfo:
    """Return a time zone by its IANA name; ``ValueError`` with a suggestion for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"unknown time zone {name!r}{did_you_mean(name, available_timezones())}"
        raise ValueError(message) from None


def reader(formats: list[str], zone: tzinfo = UTC) -> Callable[[Any], datetime]:
    """Return a function from a value to an aware UTC time, trying ``formats`` in turn.

    ``ValueError`` here for a bad format; in the function for what fits none, and for impossible dates.
    """
    readers = [_reader(each) for each in formats]
    wanted = " or ".join(formats)

    def read(value: Any) -> datetime:  # noqa: ANN401 - any JSON
        if isinstance(value, datetime):
            return _utc(value, zone)
        written = text(value).strip()
        for each in readers:
            try:
                return _utc(each(written), zone)
            except (ValueError, OverflowError, OSError, TypeError):
                continue
        message = f"{excerpt(written)} is not a possible time in the format {wanted}"
        raise ValueError(message)

    return read


def _utc(value: datetime, zone: tzinfo) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _reader(pattern: str) -> Callable[[str], datetime]:
    if pattern == "iso":
        return datetime.fromisoformat
    if pattern == "rfc2822":
        return parsedate_to_datetime
    if pattern in {"epoch", "epoch_ms"}:
        divisor = 1000 if pattern == "epoch_ms" else 1
        return lambda written: datetime.fromtimestamp(float(written) / divisor, UTC)
    if "%" not in pattern:
        message = f"unknown time format {pattern!r}{did_you_mean(pattern, NAMED)}"
        raise ValueError(message)
    return _from_groups(re.compile(_expression(pattern)))


def _expression(pattern: str) -> str:
    for letter, expanded in _WHOLE.items():
        pattern = pattern.replace(f"%{letter}", expanded)
    parts: list[str] = []
    seen: set[str] = set()
    for directive, literal in re.findall(r"%(.?)|([^%]+)", pattern, re.DOTALL):
        letter = _SAME.get(directive, directive)
        if literal:
            parts.append(r"\s+".join(re.escape(piece) for piece in re.split(r"\s+", literal)))
        elif letter not in _DIRECTIVES:
            message = f"unknown directive %{directive} in the time format; known are {' '.join(sorted(_known()))}."
            raise ValueError(message)
        elif letter in seen and letter not in "a%":
            message = f"%{directive} stands twice in the time format."
            raise ValueError(message)
        else:
            seen.add(letter)
            parts.append(_DIRECTIVES[letter])
    if not {"d", "m" if "m" in seen else "b"} <= seen or not seen & {"Y", "y"}:
        message = "a time format needs year, month and day."
        raise ValueError(message)
    return "".join(parts)


def _known() -> set[str]:
    return {f"%{letter}" for letter in (*_DIRECTIVES, *_SAME, *_WHOLE)}


def _from_groups(expression: re.Pattern[str]) -> Callable[[str], datetime]:
    """Return a function that reads times written like ``expression``; missing parts are 0."""

    def read(written: str) -> datetime:
        found = expression.fullmatch(written)
        if found is None:
            raise ValueError
        get = found.groupdict().get
        month = get("m")
        return datetime(
            int(get("Y") or _full_year(get("y"))),
            int(month) if month else _MONTHS.get(str(get("b")).lower(), 0),
            int(get("d") or 0),
            _hour(get("H"), get("I"), get("p")),
            int(get("M") or 0),
            int(get("S") or 0),
            int((get("f") or "0")[:6].ljust(6, "0")),
            _offset(get("z")),
        )

    return read


def _full_year(short: str | None) -> int:
    year = int(short or 0)
    return year + (2000 if year < _CENTURY else 1900)


def _hour(full: str | None, half: str | None, noon: str | None) -> int:
    if half is None:
        return int(full or 0)
    hour = int(half)
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if noon in {"P", "p"} else 0)


@lru_cache(maxsize=256)
def _offset(written: str | None) -> tzinfo | None:
    if written is None:
        return None
    if written in {"Z", "UTC", "GMT"}:
        return UTC
    hours, minutes = int(written[1:3]), int(written[-2:])
    if minutes > 59:
        raise ValueError
    return timezone((-1 if written[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))

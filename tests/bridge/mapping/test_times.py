"""Times are read in any usual form, in English on every machine, and impossible ones are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.times import reader, time_zone

MOMENT = datetime(2026, 2, 1, 8, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("iso", "2026-02-01T08:30:05Z"),
        ("iso", "2026-02-01 09:30:05+01:00"),
        ("rfc2822", "Sun, 01 Feb 2026 09:30:05 +0100"),
        ("rfc2822", "Sun, 1 Feb 2026 08:30:05 GMT"),
        ("epoch", "1769934605"),
        ("epoch", 1769934605),
        ("epoch", "1769934605.0"),
        ("epoch_ms", 1769934605000),
        ("%a %b %d %H:%M:%S %z %Y", "Sun Feb 01 08:30:05 +0000 2026"),
        ("%a %b %d %H:%M:%S %z %Y", "Sun  Feb  1 08:30:05 Z 2026"),
        ("%d.%m.%Y %T", "1.2.2026 08:30:05"),
        ("%m/%d/%y %I:%M:%S %p", "02/01/26 8:30:05 am"),
        ("%D %T", "2/1/26 08:30:05"),
        ("%F %T", "2026-02-01 08:30:05"),
        ("%A, %d %B %Y, %H:%M:%S", "Sunday, 01 February 2026, 08:30:05"),
        ("%d-%b-%Y %H:%M:%S%z", "01-FEB-2026 09:30:05+01:00"),
        ("%Y%m%d%H%M%S", "20260201083005"),
        ("100%% %F %T", "100% 2026-02-01 08:30:05"),
    ],
)
def test_a_format_reads_what_is_written_so(pattern: str, written: object) -> None:
    assert reader([pattern])(written) == MOMENT


def test_parts_that_are_not_written_are_zero() -> None:
    assert reader(["%d.%m.%Y"])("01.02.2026") == datetime(2026, 2, 1, tzinfo=UTC)
    assert reader(["%Y-%m-%d %I %p"])("2026-02-01 12 AM") == datetime(2026, 2, 1, tzinfo=UTC)
    assert reader(["%Y-%m-%d %I %p"])("2026-02-01 12 PM").hour == 12


def test_fractions_of_seconds_are_kept() -> None:
    assert reader(["%F %T.%f"])("2026-02-01 08:30:05.25") == MOMENT + timedelta(milliseconds=250)


def test_the_first_format_that_fits_counts() -> None:
    read = reader(["%d.%m.%Y %H:%M:%S", "iso"])
    assert read("01.02.2026 08:30:05") == read("2026-02-01T08:30:05Z") == MOMENT


def test_a_zone_is_for_times_without_one() -> None:
    berlin = time_zone("Europe/Berlin")
    assert reader(["iso"], berlin)("2026-07-01T10:00:00").hour == 8
    assert reader(["iso"], berlin)("2026-07-01T10:00:00Z").hour == 10
    assert reader(["iso"], berlin)(datetime(2026, 7, 1, 10)) == datetime(2026, 7, 1, 8, tzinfo=UTC)  # noqa: DTZ001 - as a source might give it


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("%d.%m.%Y", "31.02.2026"),
        ("%d.%m.%Y", "2026-02-01"),
        ("%d.%m.%Y", "1.13.2026"),
        ("%d %b %Y", "01 Foo 2026"),
        ("%F %H:%M", "2026-02-01 24:61"),
        ("%F %I %p", "2026-02-01 13 PM"),
        ("%F %T %z", "2026-02-01 08:00:00 +99:99"),
        ("%F %T %z", "2026-02-01 08:00:00 +01:75"),
        ("iso", "yesterday"),
        ("iso", ""),
        ("iso", "0001-01-01T00:00:00+14:00"),
        ("epoch", "1e300"),
        ("epoch", "nan"),
        ("epoch", "soon"),
        ("rfc2822", "not a date"),
        ("rfc2822", "Sun, 31 Feb 2026 09:30:05 +0100"),
    ],
)
def test_impossible_times_are_refused(pattern: str, written: str) -> None:
    with pytest.raises(ValueError, match="is not a possible time in the format"):
        reader([pattern])(written)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("isso", r"unknown time format 'isso'; did you mean 'iso'\?"),
        ("%d.%m.%Q", "unknown directive %Q"),
        ("%d.%m.%Y %", "unknown directive %"),
        ("%d.%m", "needs year, month and day"),
        ("%d.%d.%Y", "%d stands twice"),
    ],
)
def test_bad_formats_are_refused(pattern: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        reader([pattern])


@pytest.mark.parametrize("name", ["Europe/Berln", "", "../etc/passwd"])
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        time_zone(name)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds are naive
def test_what_the_standard_library_writes_is_read_back(moment: datetime) -> None:
    for pattern in ("%a %b %d %H:%M:%S.%f %z %Y", "%A, %d %B %Y %I:%M:%S.%f %p %z"):
        assert reader([pattern])(moment.strftime(pattern)) == moment

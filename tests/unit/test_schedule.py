"""When folders are imported again by the clock."""

import datetime
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.errors import BadInput
from audio_ident.ingest.schedule import Daily, Every, next_run, parse_schedule

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def moment(text: str) -> datetime.datetime:
    """A moment on the wall in Berlin."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("03:30", Daily(at=datetime.time(3, 30))),
        ("23:59", Daily(at=datetime.time(23, 59))),
        ("every 30m", Every(interval=datetime.timedelta(minutes=30))),
        ("every 6h", Every(interval=datetime.timedelta(hours=6))),
    ],
)
def test_schedules_are_understood(text: str, expected: object) -> None:
    """A time of day, an interval, or nothing."""
    assert parse_schedule(text) == expected


@pytest.mark.parametrize(
    "text",
    ["3:30", "24:00", "03:60", "03:30 ", "every 0h", "every 6 h", "6h", "hourly", "every -1h"],
)
def test_everything_else_is_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(BadInput, match="every 6h"):
        parse_schedule(text)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-01-10T02:00", "2026-01-10T03:30"),
        ("2026-01-10T03:30", "2026-01-11T03:30"),
        ("2026-01-10T23:59", "2026-01-11T03:30"),
        ("2026-03-28T04:00", "2026-03-29T03:30"),  # the night without an hour between 2 and 3
        ("2026-10-24T04:00", "2026-10-25T03:30"),  # the night that has it twice
        ("2026-12-31T12:00", "2027-01-01T03:30"),
    ],
)
def test_a_time_of_day_is_that_on_the_wall(after: str, expected: str) -> None:
    """Also when clocks are put forward or back, at the end of a year, and at the time itself."""
    daily = Daily(at=datetime.time(3, 30))
    assert next_run(daily, moment(after), BERLIN) == moment(expected)


def test_an_interval_counts_from_the_last_time() -> None:
    """Whatever the time of day."""
    after = moment("2026-03-28T22:00").astimezone(datetime.UTC)
    every = Every(interval=datetime.timedelta(hours=6))
    assert next_run(every, after) - after == datetime.timedelta(hours=6)


@given(
    st.times(timezones=st.none()).map(lambda time: time.replace(second=0, microsecond=0)),
    st.datetimes(
        min_value=datetime.datetime(2020, 1, 1),  # noqa: DTZ001
        max_value=datetime.datetime(2040, 1, 1),  # noqa: DTZ001
        timezones=st.just(datetime.UTC),
    ),
)
def test_the_next_time_is_soon_and_never_now(at: datetime.time, after: datetime.datetime) -> None:
    """It lies ahead, by no more than a day and the hour that clocks may move."""
    found = next_run(Daily(at=at), after, BERLIN)
    assert datetime.timedelta(0) < found - after <= datetime.timedelta(hours=25)

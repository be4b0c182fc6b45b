"""When folders are imported again by the clock: `03:30` every day, or `every 6h`."""

import dataclasses
import datetime
import re
from typing import TypeAlias

from audio_ident.errors import BadInput

_DAILY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_EVERY = re.compile(r"every ([1-9]\d{0,2})([mh])")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Once a day, by the clock on the wall."""

    at: datetime.time


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """Again and again, so long after the last time."""

    interval: datetime.timedelta


Schedule: TypeAlias = Daily | Every


def parse_schedule(text: str) -> Schedule | None:
    """The schedule that a setting names; None for the empty text, which is none.

    Raises
    ------
    BadInput
        The text is neither a time of day nor an interval.
    """
    if not text:
        return None
    if daily := _DAILY.fullmatch(text):
        return Daily(at=datetime.time(int(daily[1]), int(daily[2])))
    if every := _EVERY.fullmatch(text):
        unit = {"m": datetime.timedelta(minutes=1), "h": datetime.timedelta(hours=1)}[every[2]]
        return Every(interval=int(every[1]) * unit)
    raise BadInput(f'"{text}" is no schedule: write "03:30", "every 30m" or "every 6h"')


def next_run(
    schedule: Schedule, after: datetime.datetime, zone: datetime.tzinfo | None = None
) -> datetime.datetime:
    """The first moment of a schedule after another moment.

    Parameters
    ----------
    after
        With its zone.
    zone
        Where the clock hangs; None for the time zone of the system. On the day when clocks are
        put forward, a time that does not exist is taken an hour later.
    """
    if isinstance(schedule, Every):
        return after + schedule.interval
    today = after.astimezone(zone).date()
    days = (today + datetime.timedelta(days=number) for number in range(-1, 3))
    moments = (_moment(day, schedule.at, zone) for day in days)
    return min(moment for moment in moments if moment > after)


def _moment(
    day: datetime.date, at: datetime.time, zone: datetime.tzinfo | None
) -> datetime.datetime:
    on_the_wall = datetime.datetime.combine(day, at, zone)
    return on_the_wall.astimezone(datetime.UTC)

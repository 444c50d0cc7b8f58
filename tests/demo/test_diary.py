"""The days on which a check-in is owed, by the contract's rule and the stage's own diary."""

from datetime import UTC, date, datetime, timedelta

from demo.diary import Diary, Switch, Told

NEW_YORK, BERLIN, KOLKATA = "America/New_York", "Europe/Berlin", "Asia/Kolkata"


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def owed(diary: Diary, ends_at: datetime) -> list[int]:
    """The days of the month."""
    return [day.day for day in diary.days_owed(ends_at)]


def test_who_never_came_in_is_owed_nothing() -> None:
    assert owed(Diary(BERLIN), at(9, 0)) == []


def test_every_day_since_coming_in_is_owed_once_its_hour_has_come() -> None:
    ana = Diary(BERLIN, came_in=at(2, 10))
    assert owed(ana, at(5, 0)) == [2, 3, 4]
    assert owed(ana, at(4, 16)) == [2, 3]
    assert owed(ana, at(4, 18)) == [2, 3, 4]


def test_who_comes_in_after_the_hour_is_asked_at_once_all_the_same() -> None:
    assert owed(Diary(BERLIN, came_in=at(2, 19)), at(4, 0)) == [2, 3]


def test_the_hour_is_that_of_the_wall_on_either_side_of_a_change_of_the_clocks() -> None:
    ana = Diary(BERLIN, came_in=at(27, 10))
    assert owed(ana, at(28, 17)) == [27]
    assert owed(ana, at(28, 17, 1)) == [27, 28]
    assert owed(ana, at(29, 16)) == [27, 28]
    assert owed(ana, at(29, 16, 1)) == [27, 28, 29]


def test_a_day_of_an_infusion_is_not_owed_as_far_as_the_service_was_told_in_time() -> None:
    ana = Diary(BERLIN, came_in=at(2, 10))
    ana.infusions = [Told(at(3, 9), since=at(2, 10)), Told(at(4, 9), since=at(4, 18))]
    assert owed(ana, at(6, 0)) == [2, 4, 5]


def test_an_infusion_belongs_to_the_day_that_the_phone_shows() -> None:
    ana = Diary(KOLKATA, came_in=at(2, 10))
    ana.infusions = [Told(at(3, 19), since=at(2, 10))]
    assert owed(ana, at(6, 0)) == [2, 3, 5]


def test_a_pause_takes_the_days_whose_hour_lies_in_it() -> None:
    ana = Diary(NEW_YORK, came_in=at(2, 15))
    ana.switches = [Switch(at(3, 17), pauses=True), Switch(at(5, 17), pauses=False)]
    assert owed(ana, at(7, 0)) == [2, 5, 6]
    ana.switches[-1] = Switch(at(5, 23) + timedelta(hours=1), pauses=False)
    assert owed(ana, at(7, 0)) == [2, 6]


def test_the_days_are_dates() -> None:
    assert next(Diary(BERLIN, came_in=at(2, 23, 30)).days_owed(at(4, 0))) == date(2026, 3, 3)


def test_two_weeks_after_an_ended_window_one_day_of_seven_is_owed() -> None:
    ana = Diary(BERLIN, came_in=at(1, 10))
    ana.forecast_says(at(2, 19), None)
    ana.forecast_says(at(3, 19), at(2, 7))
    ana.forecast_says(at(4, 19), at(2, 7))
    assert len(ana.forecasts) == 1
    assert owed(ana, at(1, 0, month=4)) == [*range(1, 17), 23, 30]


def test_whoever_has_an_infusion_ahead_is_owed_every_day_again() -> None:
    ana = Diary(BERLIN, came_in=at(1, 10))
    ana.forecast_says(at(3, 19), at(2, 7))
    ana.infusions = [Told(at(20, 9), since=at(18, 9))]
    assert owed(ana, at(1, 0, month=4)) == [*range(1, 17), 18, 19, 21, 28], "and none on its own day"
    ana.forecast_says(at(20, 9, 5), None)
    assert owed(ana, at(1, 0, month=4)) == [*range(1, 17), 18, 19, *range(21, 32)]


def test_a_forecast_that_sees_an_open_window_again_and_an_end_of_a_pause_call_back() -> None:
    ana = Diary(BERLIN, came_in=at(1, 10))
    ana.forecast_says(at(3, 19), at(2, 7))
    ana.forecast_says(at(19, 9), at(6, 7))
    assert owed(ana, at(1, 0, month=4)) == [*range(1, 17), 19, 20, 27]
    ana.forecasts.pop()
    ana.switches = [Switch(at(18, 9), pauses=True), Switch(at(19, 9), pauses=False)]
    assert owed(ana, at(25, 0)) == [*range(1, 17), 19]

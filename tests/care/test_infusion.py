"""Infusions in their order: a series is one cycle, a booster begins the next."""

from datetime import timedelta

import pytest

from care.errors import Refused
from care.infusion import CYCLE_GAP, check_dose, cycle_starts, is_first_cycle
from decay.curve import CYCLE_GAP_DAYS
from tests.days import day

SERIES = [day(number) for number in (0, 3, 7, 10, 14, 17)]


def test_the_rules_and_the_model_draw_the_same_line_between_cycles() -> None:
    assert timedelta(days=CYCLE_GAP_DAYS) == CYCLE_GAP


def test_a_series_is_one_cycle_even_with_a_postponed_infusion() -> None:
    assert cycle_starts(SERIES) == [day(0)]
    assert is_first_cycle(SERIES)
    assert is_first_cycle([])


def test_a_booster_begins_the_next_cycle_in_whatever_order_they_were_entered() -> None:
    assert cycle_starts([day(45), *SERIES]) == [day(0), day(45)]
    assert not is_first_cycle([day(45), *SERIES])


def test_a_dose_of_days_may_be_higher_than_one_of_minutes() -> None:
    check_dose(0.5, 40)
    check_dose(45.0, 4 * 1440)
    for minutes in (None, 40, 720):
        with pytest.raises(Refused) as refused:
            check_dose(10.5, minutes)
        assert (refused.value.words, refused.value.values) == ("refused-dose", {"dose": "10.5", "most": "10"})
    with pytest.raises(Refused, match="refused-dose"):
        check_dose(81.0, 4 * 1440)
    with pytest.raises(Refused, match="refused-minutes"):
        check_dose(0.5, 14 * 1440 + 1)

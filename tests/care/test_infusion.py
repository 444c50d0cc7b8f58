"""Infusions in their order: a series is one cycle, a booster begins the next."""

from datetime import timedelta

from care.infusion import CYCLE_GAP, cycle_starts, is_first_cycle
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

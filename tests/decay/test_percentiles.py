"""A chance can be asked for any day from the percentiles alone."""

import pytest

from decay.percentiles import LEVELS, chance_by

PERCENTILES = tuple(2.0 + level for level in range(1, 100))


def test_the_percentiles_give_their_own_levels_back() -> None:
    assert [chance_by(PERCENTILES, day) for day in PERCENTILES] == pytest.approx(LEVELS)


@pytest.mark.parametrize(
    ("day", "chance"), [(-1.0, 0.0), (0.0, 0.0), (1.5, 0.005), (3.5, 0.015), (202.0, 0.995)]
)
def test_between_below_and_beyond(day: float, chance: float) -> None:
    assert chance_by(PERCENTILES, day) == pytest.approx(chance)


def test_the_chance_never_falls_and_never_reaches_one() -> None:
    chances = [chance_by(PERCENTILES, day / 4) for day in range(4000)]
    assert chances == sorted(chances)
    assert chances[-1] < 1.0

"""Which scores of a course count."""

from decay.course import Course
from decay.prior import CRPS


def test_the_drug_stays_half_a_day_after_the_end_of_an_infusion() -> None:
    """A course of four days, and a short infusion within it, which is over sooner."""
    made = Course.of(
        infusion_days=[10.0, 11.0, 30.0],
        lengths_days=[4.0, 0.0, 0.0],
        score_days=[9.9, 10.6, 11.8, 13.9, 14.5, 14.6, 30.4, 30.6],
        burdens=[5.0] * 8,
        prior=CRPS,
        now_day=40.0,
    )
    assert made.usable_days.tolist() == [9.9, 14.6, 30.6]

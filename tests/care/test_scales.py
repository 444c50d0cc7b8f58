"""The two questions of a day, as data."""

from uuid import UUID

import pytest
from pydantic import ValidationError

from care.messages import checkin
from care.patient import Measure
from care.scales import Scale, scale
from tests.days import T0


def test_mood_is_best_at_ten_and_pain_at_none() -> None:
    mood, pain = scale(Measure.MOOD), scale(Measure.PAIN)

    assert (mood.best, mood.worst) == (10, 0)
    assert (pain.best, pain.worst) == (0, 10)
    assert pain.loinc == "72514-3"
    assert mood.loinc is None


@pytest.mark.parametrize("measure", Measure)
def test_every_measure_has_a_scale_of_eleven_numbers_and_its_own_question(measure: Measure) -> None:
    asked = checkin.question(UUID(int=1), measure, 1, T0.date(), 0, 1)
    labels = [button.label for row in asked.buttons for button in row]

    assert scale(measure).measure == measure
    assert labels == [str(value) for value in range(12) if scale(measure).holds(value)]
    assert scale(measure).question in {line.words for line in asked.lines}
    assert not scale(measure).holds(-1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"best": 5},
        {"best": 0, "worst": 0},
        {"highest": -1},
        {"loinc": "pain"},
        {"measure": "joy"},
        {"colour": "red"},
    ],
)
def test_a_wrong_file_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Scale.model_validate({**scale(Measure.MOOD).model_dump(), **wrong})

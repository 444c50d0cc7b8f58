"""What is asked each day, as data that a clinician can read: one file a measure, checked when it is loaded."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from care.patient import Measure

Text = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z_]+)+$")]
"""The name of a text in `bot/texts`."""


class Scale(BaseModel):
    """A numeric rating from `lowest` to `highest`; which of the two ends is the best one differs between measures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: Measure
    lowest: int
    highest: int
    best: int
    worst: int
    question: Text
    """The question, which says the direction of both ends in words."""
    name: Text
    loinc: Annotated[str, Field(pattern=r"^\d{4,5}-\d$")] | None = None
    """The LOINC code; none where no code with this meaning was found."""
    source: str

    @model_validator(mode="after")
    def _ends_are_the_ends(self) -> Self:
        if self.lowest >= self.highest or {self.best, self.worst} != {self.lowest, self.highest}:
            raise ValueError("Best and worst are the two ends of the scale.")
        return self

    def holds(self, value: int) -> bool:
        """Whether `value` can be an answer."""
        return self.lowest <= value <= self.highest


@cache
def scale(measure: Measure) -> Scale:
    """The scale of a measure. Raises pydantic's ValidationError where its file is wrong."""
    return Scale.model_validate(
        tomllib.loads(files(__name__).joinpath(f"{measure}.toml").read_text(encoding="utf-8"))
    )

"""The lines of `./tidemark forecast`: what one looks like going in and coming out, and what is said of a bad
one."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from care.benefit import (
    BenefitForecast,
    BenefitWindow,
    CourseHistory,
    ScoreAt,
    benefit_forecasts,
    window_ends_within,
)
from care.benefit_status import BenefitStatus
from care.infusion import DOSE_MG_PER_KG, MINUTES, GivenInfusion, highest_dose
from care.patient import Condition, Measure

_WINDOW_HORIZONS_DAYS = (3, 7, 14)
_DECIMALS = 4
_YEARS = range(1900, 2201)
_ABSURD = 1e6
_AS_EXPORTED = "dose_mg_per_kg"


def _plausible(value: object) -> object:
    """Text of a time with its date written out: pydantic would take a bare number in quotes for Unix
    seconds."""
    if not isinstance(value, str) or not value[:4].isdecimal() or value[4:5] != "-":
        raise ValueError("must be a text such as 2026-01-08T10:00:00+00:00")
    if int(value[:4]) not in _YEARS:
        raise ValueError(f"lies outside the years {_YEARS[0]} to {_YEARS[-1]}")
    return value


def _text_or_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("must be a text or a whole number")  # noqa: TRY004 - pydantic passes a TypeError on
    return value


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_plausible)]
LineId = Annotated[str | int, BeforeValidator(_text_or_number)]


class LineIn(BaseModel):
    """Part of a line in."""

    # Strict: a score of "6" or true is a mistake in the sender's export. Unknown keys, such as `truth`, are
    # for others.
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


def _number(value: object) -> object:
    """A plain number, not infinite, and small enough to be shown."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _ABSURD:
        raise ValueError("must be a number that an infusion can have")
    return value


class InfusionLine(LineIn):
    """One infusion: when it began and, where they are known, its dose and how long it lasted."""

    at: Moment
    mg_per_kg: Annotated[float, BeforeValidator(_number)] | None = None
    minutes: Annotated[float, BeforeValidator(_number)] | None = None

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        if self.minutes is not None and not MINUTES[0] <= self.minutes <= MINUTES[1]:
            raise ValueError(
                f"has minutes of {self.minutes:g}: an infusion lasts from {MINUTES[0]} to {MINUTES[1]}"
            )
        most = highest_dose(self.minutes)
        if self.mg_per_kg is not None and not DOSE_MG_PER_KG[0] <= self.mg_per_kg <= most:
            raise ValueError(
                f"has mg_per_kg of {self.mg_per_kg:g}: a dose lies from {DOSE_MG_PER_KG[0]:g} to {most:g}"
            )
        return self


_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


def _a_time_or_more(value: object, as_object: ValidatorFunctionWrapHandler) -> InfusionLine:
    """An infusion may be written as its time alone; of an object, `export` calls the dose by its longer name."""
    if isinstance(value, dict):
        read: InfusionLine = as_object(
            {"mg_per_kg": value[_AS_EXPORTED], **value} if _AS_EXPORTED in value else value
        )
        return read
    return InfusionLine.model_construct(at=_MOMENT.validate_python(value))


Infused = Annotated[InfusionLine, WrapValidator(_a_time_or_more)]


class ScoreLine(LineIn):
    """One score on the measure's own scale."""

    at: Moment
    value: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]


class ForecastRequest(LineIn):
    """One line in: one measure of one patient."""

    id: LineId
    condition: Condition
    measure: Measure
    infusions: tuple[Infused, ...]
    scores: tuple[ScoreLine, ...]
    as_of: Moment

    @field_validator("infusions", mode="after")
    @classmethod
    def _each_once(cls, infusions: tuple[InfusionLine, ...]) -> tuple[InfusionLine, ...]:
        """The same moment twice is the same infusion, with what is stated last, as where the service records one
        again. What lies on one local day at two moments stays two: a line does not name the patient's zone."""
        once: dict[datetime, InfusionLine] = {}
        for one in infusions:
            stated = {name: value for name, value in one if value is not None}
            once[one.at] = once[one.at].model_copy(update=stated) if one.at in once else one
        return tuple(once.values())

    def history(self) -> CourseHistory:
        """The same as the rules' own values."""
        return CourseHistory(
            condition=self.condition,
            measure=self.measure,
            infusions=tuple(GivenInfusion(one.at, one.mg_per_kg, one.minutes) for one in self.infusions),
            scores=tuple(ScoreAt(score.at, score.value) for score in self.scores),
        )


class ScoreAheadLine(BaseModel):
    """A predicted answer on the measure's own scale, noise included."""

    model_config = ConfigDict(frozen=True)

    days_ahead: int
    mean: float
    p10: int
    p90: int


class ForecastLine(BaseModel):
    """One line out. Without an infusion everything about the window is null."""

    model_config = ConfigDict(frozen=True)

    id: str | int
    measure: Measure
    as_of: str
    status: BenefitStatus
    why: str
    response_probability: float | None
    window_days: dict[str, float] | None
    ended_probability: float | None
    ends_within_days: dict[str, float] | None
    half_life_days: dict[str, float] | None
    score_forecast: tuple[ScoreAheadLine, ...]
    model: str

    @classmethod
    def of(cls, id: str | int, forecast: BenefitForecast) -> Self:
        """The contract's line for a forecast."""
        window = forecast.window
        return cls(
            id=id,
            measure=forecast.measure,
            as_of=forecast.as_of.isoformat(),
            status=forecast.status,
            why=forecast.why,
            response_probability=None if window is None else _rounded(window.response_probability),
            window_days=None if window is None else _window_days(window),
            ended_probability=None if window is None else _rounded(window_ends_within(forecast, 0)),
            ends_within_days=None if window is None else _ends_within_days(forecast),
            half_life_days=None if window is None else _half_life_days(window),
            score_forecast=tuple(
                ScoreAheadLine(days_ahead=day.days_ahead, mean=_rounded(day.mean), p10=day.p10, p90=day.p90)
                for day in forecast.score_forecast
            ),
            model=forecast.model,
        )


class BadLineError(Exception):
    """A line that cannot be used; the text says what is wrong and where. `id` is that of the line, if it has
    one."""

    def __init__(self, id: str | int | None, problem: str) -> None:
        super().__init__(problem)
        self.id = id


Line = TypeVar("Line", bound=LineIn)


def read_line(line: bytes) -> ForecastRequest:
    """Read one line in; raises BadLineError."""
    return read_as(ForecastRequest, line)


def read_as(kind: type[Line], line: bytes) -> Line:
    """Read one line of this kind; raises BadLineError."""
    if not line.strip():
        raise BadLineError(None, "The line is empty.")
    text = _text_of(line.rstrip())
    try:
        return kind.model_validate_json(text)
    except ValidationError as refused:
        problems = refused.errors(include_url=False)
        shown = "; ".join(_sentence(problem) for problem in problems[:_PROBLEMS_SHOWN])
        more = len(problems) - _PROBLEMS_SHOWN
        ending = f"; and {more} more." if more > 0 else "."
        raise BadLineError(_id_of(text), shown + ending) from refused


def answers(requests: Sequence[ForecastRequest], *, kept: float = 0.5) -> list[ForecastLine]:
    """The lines out for lines in, in their order."""
    made = benefit_forecasts([(request.history(), request.as_of) for request in requests], kept)
    return [ForecastLine.of(request.id, one) for request, one in zip(requests, made, strict=True)]


_PROBLEMS_SHOWN = 3
_REPLACED = "\N{REPLACEMENT CHARACTER}"

_SAID = {
    "missing": "is missing",
    "timezone_aware": "needs an offset such as +00:00",
    "datetime_parsing": "must be a time such as 2026-01-08T10:00:00+00:00",
    "datetime_from_date_parsing": "must be a time such as 2026-01-08T10:00:00+00:00",
    "finite_number": "must be a number from 0 to 10",
    "float_type": "must be a number from 0 to 10",
    "greater_than_equal": "must be a number from 0 to 10",
    "less_than_equal": "must be a number from 0 to 10",
    "enum": "must be {expected}",
    "tuple_type": "must be a list",
    "model_type": "must be an object in braces",
}


def _text_of(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as refused:
        where = f"byte {refused.start + 1} is 0x{line[refused.start]:02X}"
        raise BadLineError(
            _id_of(line.decode(errors="replace")), f"The line is not UTF-8: {where}."
        ) from refused


def _sentence(problem: ErrorDetails) -> str:
    if problem["type"] == "json_invalid":
        return f"The line is not JSON ({_not_json(problem['ctx']['error'])})"
    unforeseen = problem["msg"].removeprefix("Value error, ")
    said = _SAID.get(problem["type"], unforeseen[:1].lower() + unforeseen[1:])
    said = said.format(**problem.get("ctx", {}))
    where = _where(problem["loc"])
    return f"{where} {said}" if where else f"The line {said}"


def _not_json(said: str) -> str:
    """What the parser found, without where: it counts lines within the one line."""
    return re.sub("^EOF while parsing.*", "it ends too early", re.sub(r" at line \d+ column \d+$", "", said))


def _where(loc: tuple[int | str, ...]) -> str:
    """`scores[3].value`, counted from 0 as in JSON."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return path.removeprefix(".")


def _id_of(text: str) -> str | int | None:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = line.get("id") if isinstance(line, dict) else None
    if not isinstance(found, str | int) or isinstance(found, bool) or _REPLACED in str(found):
        return None
    return found


def _window_days(window: BenefitWindow) -> dict[str, float]:
    percentiles = window.end_percentiles_days
    return {f"{percent / 100:.2f}": _rounded(percentiles[percent - 1]) for percent in range(5, 100, 5)}


def _ends_within_days(forecast: BenefitForecast) -> dict[str, float]:
    return {str(days): _rounded(window_ends_within(forecast, days)) for days in _WINDOW_HORIZONS_DAYS}


def _half_life_days(window: BenefitWindow) -> dict[str, float]:
    return {f"{level:.2f}": _rounded(days) for level, days in window.half_life_days.items()}


def _rounded(number: float) -> float:
    return round(number, _DECIMALS)

"""The lines of `./tidemark evaluate`: those of `forecast`, each with what came true."""

from datetime import datetime
from typing import Self

from pydantic import model_validator

from care.forecast_lines import ForecastRequest, LineIn, Moment, read_as


class TruthLine(LineIn):
    """When the window of the last infusion really ended, and the booster that cut it off from being seen; each may be
    null."""

    window_end: Moment | None
    censored_at: Moment | None


class EvaluatedLine(ForecastRequest):
    """One line in: one measure of one patient at one moment, and its truth."""

    truth: TruthLine

    @property
    def last_infusion(self) -> datetime | None:
        """The last one by `as_of`, which the truth is about."""
        return max((one.at for one in self.infusions if one.at <= self.as_of), default=None)

    @property
    def end_is_seen(self) -> bool:
        """Whether the end came, and no booster before it."""
        end, cut = self.truth.window_end, self.truth.censored_at
        return end is not None and (cut is None or end <= cut)

    @property
    def last_known(self) -> datetime | None:
        """The end, or the booster before it, or neither."""
        return self.truth.window_end if self.end_is_seen else self.truth.censored_at

    @model_validator(mode="after")
    def _truth_is_of_this_cycle(self) -> Self:
        last, known = self.last_infusion, self.last_known
        if last is not None and known is not None and known <= last:
            name = "window_end" if self.end_is_seen else "censored_at"
            raise ValueError(f"has a truth.{name} that does not lie after the last infusion")
        return self


def read_evaluated(line: bytes) -> EvaluatedLine:
    """Read one line in; raises BadLineError."""
    return read_as(EvaluatedLine, line)

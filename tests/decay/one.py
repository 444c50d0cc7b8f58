"""One course at a time, for tests."""

from decay.course import Course
from decay.fit import Posterior, fit_all
from decay.forecast import Forecast, WindowForecast, forecasts


def fit(**course: object) -> Posterior:
    """The posterior of one course; takes what `Course.of` takes."""
    return fit_all([Course.of(**course)])  # type: ignore[arg-type]


def forecast(posterior: Posterior, *, kept: float = 0.5) -> Forecast:
    """The forecast of one course."""
    (made,) = forecasts(posterior, kept=kept)
    return made


def window_of(posterior: Posterior) -> WindowForecast:
    """Its window, where there is one."""
    window = forecast(posterior).window
    assert window is not None
    return window

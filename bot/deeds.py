"""What the service does and how long it takes, told to whoever wants to know. Kinds only, no ids."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from bot.clock import Stopwatch


class Deed(StrEnum):
    """What is told of."""

    CALL = "call"
    """A request to Telegram: `name` is its method, `outcome` the status of the answer, or the error's type."""
    UPDATE = "update"
    """An update was handled: `name` is its kind."""
    LETTER = "letter"
    """A letter was carried: `name` is its kind, `outcome` its fate."""
    STEP = "step"
    """A step of the day did one item."""
    FIT = "fit"
    """A patient's forecasts were made anew: read, computed and written."""


@dataclass
class Doing:
    """One deed. `seconds`: real ones, known when it is over."""

    deed: Deed
    name: str
    outcome: str = "done"
    seconds: float = 0.0
    watch: Stopwatch = field(default_factory=Stopwatch)
    counts: bool = True
    """False: there was nothing to do, and nobody is told."""


Witness = Callable[[Doing], None]


class Deeds:
    """Tells every deed to every witness; without one it costs next to nothing."""

    def __init__(self) -> None:
        self.witnesses: list[Witness] = []

    @contextmanager
    def doing(self, deed: Deed, name: str) -> Iterator[Doing]:
        """Whatever happens inside. What it raises is the outcome, by its type."""
        doing = Doing(deed, name)
        try:
            yield doing
        except BaseException as error:
            doing.outcome = type(error).__name__
            raise
        finally:
            doing.seconds = doing.watch.seconds
            if doing.counts:
                for witness in self.witnesses:
                    witness(doing)

"""How long to wait before the next try: twice as long each time, up to a limit."""

FIRST = 0.5
LONGEST = 30.0
"""Real seconds."""


class Backoff:
    """Real seconds: `FIRST`, then doubled up to `LONGEST`."""

    def __init__(self) -> None:
        self._next = FIRST

    def next(self) -> float:
        """The wait before the next try."""
        seconds = self._next
        self._next = min(self._next * 2, LONGEST)
        return seconds

    def reset(self) -> None:
        """It went well again."""
        self._next = FIRST

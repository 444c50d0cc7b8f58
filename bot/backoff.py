"""How long to wait before the next try: twice as long each time, up to a limit."""


class Backoff:
    """Real seconds: `first`, then doubled up to `longest`."""

    def __init__(self, first: float = 0.5, longest: float = 30.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def next(self) -> float:
        """The wait before the next try."""
        seconds = self._next
        self._next = min(self._next * 2, self._longest)
        return seconds

    def reset(self) -> None:
        """It went well again."""
        self._next = self._first

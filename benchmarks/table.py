"""A table of figures beside their targets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure, the lowest and highest that it should be (None: no bound), and its standard error."""

    name: str
    at_least: float | None
    at_most: float | None
    got: float
    error: float | None

    @property
    def is_met(self) -> bool:
        """Whether it lies within its bounds."""
        above = self.at_least is None or self.got >= self.at_least
        return above and (self.at_most is None or self.got <= self.at_most)

    @property
    def target(self) -> str:
        """The bounds in words."""
        match self.at_least, self.at_most:
            case None, None:
                return ""
            case None, most:
                return f"at most {most:g}"
            case least, None:
                return f"at least {least:g}"
            case least, most:
                return f"{least:g} to {most:g}"


def print_table(figures: list[Figure]) -> int:
    """Prints figure, target and what was got, sorted by what is measured; 1 if any is missed, else 0."""
    width = max(len(figure.name) for figure in figures)
    print(f"{'figure'.ljust(width)} | {'target'.ljust(16)} | got")
    kind = ""
    for figure in sorted(figures, key=lambda one: one.name.partition(":")[0]):
        if kind != figure.name.partition(":")[0]:
            kind = figure.name.partition(":")[0]
            print(f"{'-' * width}-+-{'-' * 16}-+-{'-' * 22}")
        error = "" if figure.error is None else f" ± {figure.error:.3f}"
        missed = "" if figure.is_met else "  missed"
        print(f"{figure.name.ljust(width)} | {figure.target.ljust(16)} | {figure.got:.3f}{error}{missed}")
    met = sum(figure.is_met for figure in figures)
    print(f"\n{met} of {len(figures)} within their targets")
    return 0 if met == len(figures) else 1

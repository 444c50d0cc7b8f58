"""Courses that are best fitted side by side."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from decay.course import Course
from decay.stack import CYCLES_TOLD_APART

SIDE_BY_SIDE = 24
"""Courses fitted at once: what fits a processor's cache."""


def alike(courses: Sequence[Course]) -> Iterator[list[int]]:
    """The numbers of courses with as many cycles and about as many scores, some at a time."""
    of_kind: dict[tuple[bool, int], list[int]] = {}
    for number, course in enumerate(courses):
        kind = len(course.infusion_days) > 0, min(course.cycles, CYCLES_TOLD_APART)
        of_kind.setdefault(kind, []).append(number)
    for numbers in of_kind.values():
        numbers.sort(key=lambda number: len(courses[number].pooled.days))
        groups = -(-len(numbers) // SIDE_BY_SIDE)
        # Even groups: a last one of two would cost as much as a few more.
        edges = [len(numbers) * group // groups for group in range(groups + 1)]
        yield from (numbers[begin:end] for begin, end in pairwise(edges))

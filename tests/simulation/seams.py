"""Something else in the place of a function, a method or a table's entry, for as long as a block runs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Seam = tuple[Any, Any, Any]
"""An object and a name, or a table and a key; and what is to stand there."""


@contextmanager
def in_place(seams: Iterable[Seam]) -> Iterator[None]:
    """Puts it there, and what was there back at the end."""
    undo: list[Seam] = []
    for owner, name, value in seams:
        undo.append((owner, name, owner.get(name) if isinstance(owner, dict) else getattr(owner, name)))
        _put(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in reversed(undo):
            _put(owner, name, value)


def _put(owner: Any, name: Any, value: Any) -> None:
    if not isinstance(owner, dict):
        setattr(owner, name, value)
    elif value is None:
        owner.pop(name)
    else:
        owner[name] = value

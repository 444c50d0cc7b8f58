"""What is typed must be text: bytes that are not UTF-8 are refused before anything is opened."""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import typer

Function = TypeVar("Function", bound=Callable[..., Any])


class Commands(typer.Typer):
    """A group of commands that take text, and the names of files."""

    def command(self, name: str | None = None, **how: Any) -> Callable[[Function], Function]:
        """Registers a function as a command; it is called only with what can be used."""
        register = super().command(name, **how)

        def registered(function: Function) -> Function:
            register(_of_text(function))
            return function

        return registered


def is_text(typed: str) -> bool:
    """Whether the bytes that were typed are UTF-8."""
    try:
        typed.encode()  # Python lets bytes that it cannot read through as lone surrogates
    except UnicodeEncodeError:
        return False
    return True


def is_usable(name: Path) -> bool:
    """Whether a file may be called so: a part of its path that is not UTF-8 must be there already."""
    return all(is_text(part.name) or os.access(part, os.F_OK) for part in (name, *name.parents))


def shown(typed: str) -> str:
    r"""What was typed, with `\xff` in the place of a byte that is not text."""
    return os.fsencode(typed).decode(errors="backslashreplace")


def _of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def called(**typed: object) -> Any:
        for value in typed.values():
            if isinstance(value, str) and not is_text(value):
                raise typer.BadParameter(f"'{shown(value)}' is not text in UTF-8.")
            if isinstance(value, Path) and not is_usable(value):
                raise typer.BadParameter(
                    f"'{shown(str(value))}' is not text in UTF-8, and no such file is there."
                )
        return function(**typed)

    return called

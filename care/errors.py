"""Errors that are sentences: each names a text for the person who can act."""

from care.message import Value


class Refused(Exception):
    """Something that was asked for cannot be done. `words` names the text that says why, `values` fill it."""

    def __init__(self, words: str, **values: Value) -> None:
        super().__init__(words)
        self.words = words
        self.values = values

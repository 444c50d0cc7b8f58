"""One request's parameters, read the way Telegram reads them: JSON values, or strings that hold JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from demo.telegram.wire import JsonObject, bad_request

TRUE_WORDS = frozenset({"true", "True", "1", "yes"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart request."""

    name: str
    data: bytes
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters and uploads of one request."""

    params: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The parameter as a string, empty if absent."""
        value = self.params.get(name)
        if value is None:
            return ""
        if isinstance(value, dict | list):
            raise bad_request(f'field "{name}" must be of type String')
        return str(value)

    def integer(self, name: str) -> int | None:
        """The parameter as an integer, None if absent; raises 400 if it is no number."""
        value = self.params.get(name)
        if value is None or value == "":
            return None
        try:
            return int(cast(str, value))
        except (TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        value = self.params.get(name)
        return value is True or (isinstance(value, str | int) and str(value) in TRUE_WORDS)

    def obj(self, name: str) -> JsonObject | None:
        """The parameter as a JSON object, None if absent."""
        value = self._parsed(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise bad_request("object expected as " + name.replace("_", " "))
        return cast(JsonObject, value)

    def items(self, name: str) -> list[object] | None:
        """The parameter as a JSON array, None if absent."""
        value = self._parsed(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise bad_request(f"expected an Array as {name.replace('_', ' ')}")
        return value

    def objects(self, name: str) -> list[JsonObject]:
        """The parameter as a JSON array of objects, empty if absent."""
        found = self.items(name) or []
        if not all(isinstance(item, dict) for item in found):
            raise bad_request(f"expected an Array of Objects as {name.replace('_', ' ')}")
        return cast(list[JsonObject], found)

    def _parsed(self, name: str) -> object:
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return cast(object, json.loads(value))
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

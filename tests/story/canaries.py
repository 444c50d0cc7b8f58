"""Canaries: words that must be nowhere in the clear, every form in which they could be hidden, and where to look."""

import base64
import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import inspect, text

from tests.plain_sql import connected, file_of

TOKEN = "7000000009:Perpetua-token-that-opens-nothing"
ANA, CHEN, STRANGER = 7_391_846_205, 6_204_958_173, 5_817_320_469
"""Chat ids as long as Telegram gives them today: no other number is mistaken for one."""
WORDS = {
    "first name": "Zéphyrine",
    "last name": "Quillfeather",
    "user name": "zephyrine_q",
    "clinician": "Oswaldina",
    "stranger": "Bartholomäus",
    "note": "the heron burned my toast",
    "correction": "the egret burned my toast",
    "beside a command": "wisteria on the balcony",
    "caption": "my marmalade cat",
    "file name": "letter-to-clementine.pdf",
    "contact": "+15550183467",
    "crisis": "beside the turquoise viaduct",
    "while a table is away": "a porcelain kettle",
    "unreadable update": "the vermilion gate",
    "stranger says": "a cinnamon umbrella",
    "wrong token": "Gwendolyn-token-nobody-made",
    "quoted in a refusal": "the saffron bicycle",
}
"""All that people are called and all that they write, by where it comes in."""
CHATS = {"chat of Ana": ANA, "chat of Dr. Chen": CHEN, "chat of the stranger": STRANGER}


def canaries(tokens: Mapping[str, str]) -> dict[str, list[bytes]]:
    """What must not be found, by name, in all its forms; `tokens` are the invitations of this course."""
    secret = TOKEN.partition(":")[2]
    words = {**WORDS, **tokens, "bot token": secret}
    numbers = {name: [*forms(str(number)), number.to_bytes(6, "big")] for name, number in CHATS.items()}
    return {**{name: forms(word) for name, word in words.items()}, **numbers}


def forms(word: str) -> list[bytes]:
    """A word as it is, and as JSON, URLs, hexadecimal digits, base64 and UTF-16 have it."""
    plain = word.encode()
    written = {word, json.dumps(word)[1:-1], quote(word), plain.hex(), plain.hex().upper()}
    return [*(one.encode() for one in written), word.encode("utf-16-le"), *_in_base64(plain)]


def found(canaries: Mapping[str, list[bytes]], place: bytes) -> list[str]:
    """The names of those that a place holds."""
    return [name for name, written in canaries.items() if any(form in place for form in written)]


def in_files(url: str) -> Iterator[tuple[str, bytes]]:
    """An SQLite file and all that lies beside it but the key; nothing for PostgreSQL."""
    if "sqlite" in url:
        database = file_of(url)
        for file in sorted(database.parent.glob(f"{database.name}*")):
            if not file.name.endswith(".key"):
                yield file.name, file.read_bytes()


def in_rows(url: str) -> Iterator[tuple[str, bytes]]:
    """Every row of every table as text, sealed values in hexadecimal digits."""
    with connected(url) as connection:
        for table in inspect(connection).get_table_names():
            rows = connection.execute(text(f"SELECT * FROM {table}"))
            yield f"rows of {table}", "\n".join(_as_text(value) for row in rows for value in row).encode()


def in_copy(copy: Path, programs: Path) -> bytes:
    """A safety copy; one of PostgreSQL is compressed, so it is read by PostgreSQL's own program."""
    if copy.read_bytes().startswith(b"SQLite format 3"):
        return copy.read_bytes()
    return subprocess.check_output([programs / "pg_restore", "--file=-", copy])


def _in_base64(plain: bytes) -> list[bytes]:
    """The signs that stand for a word in the middle of something longer, at each of the three places it may fall on."""
    found = []
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain)
        first, last = -(-before * 8 // 6), (before + len(plain)) * 8 // 6
        found.append(whole[first:last])
    return found


def _as_text(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)

"""A patient's own words: what the patient is told when they are kept, and how the team reads them."""

from collections.abc import Iterable, Iterator
from datetime import date

from care.message import Day, Line, Message

PAGE_UNITS = 3500
"""UTF-16 units of notes in one message. Telegram takes 4,096; the rest is for dates and headings."""

ROOM_FOR_A_DAY = 80
"""UTF-16 units of what stands around the words of one note."""

LONGEST_WORD = 60

WORDLESS = frozenset(
    {"voice", "video_note", "audio", "photo", "video", "sticker", "animation", "document", "other"}
)
"""Kinds of note without a word that the program could read."""

CAPTION = "caption"
UNREADABLE = WORDLESS | {CAPTION}
"""Kinds of note with something that the program cannot read: whoever sends one is told each time, once for an album."""


def note_kept(
    kind: str = "text", *, again: bool = False, read_on: date | None = None, covered: bool = True
) -> Message:
    """Tells the patient that the words were kept and who reads them, and what the program cannot read.

    `again`: they read today already that nobody watches. `read_on`: the day on which the team reads again, where it is
    not today. `covered`: False where words of danger in the patient's language may not be found: they get the numbers.
    """
    lines = [Line(words="note-kept-wordless" if kind in WORDLESS else "note-kept")]
    if kind == CAPTION:
        lines = [*([] if again else lines), Line(words="note-beside-caption")]
    if not again and read_on is not None:
        lines.append(Line(words="note-read-on", values={"day": Day(day=read_on)}))
    if not again:
        lines.append(Line(words="standing-not-watched"))
    if not again and not covered:
        lines.append(Line(words="standing-not-emergency"))
    return Message(lines=tuple(lines))


def notes(code: str, entries: Iterable[tuple[Day, str]]) -> tuple[Message, ...]:
    """A patient's notes in full, in as many messages as they need. `entries`: day and words, oldest first."""
    pages = list(_pages(_lines(entries))) or [(Line(words="notes-none"),)]
    return tuple(
        Message(lines=(_heading(code, number, len(pages)), *lines), alerting=False)
        for number, lines in enumerate(pages, start=1)
    )


def taken_out(code: str) -> Message:
    """What stands in the place of shown notes after a day."""
    return Message(lines=(Line(words="notes-taken-out", values={"code": code}),), alerting=False)


def _heading(code: str, number: int, of: int) -> Line:
    if of == 1:
        return Line(words="notes-title", values={"code": code}, bold=True)
    return Line(words="notes-title-part", values={"code": code, "number": number, "of": of}, bold=True)


def _lines(entries: Iterable[tuple[Day, str]]) -> Iterator[Line]:
    for day, text in entries:
        first, *rest = _pieces(text)
        yield Line(words="notes-entry", values={"day": day, "text": first})
        yield from (Line(words="notes-entry-goes-on", values={"text": piece}) for piece in rest)


def _pages(lines: Iterable[Line]) -> Iterator[tuple[Line, ...]]:
    page: list[Line] = []
    for line in lines:
        if page and sum(map(_units_of, page)) + _units_of(line) > PAGE_UNITS:
            yield tuple(page)
            page = []
        page.append(line)
    if page:
        yield tuple(page)


def _pieces(text: str) -> list[str]:
    pieces = []
    while _units(text) > PAGE_UNITS:
        end = _end_of_piece(text)
        pieces.append(text[:end])
        text = text[end:]
    return [*pieces, text]


def _end_of_piece(text: str) -> int:
    """As many whole characters as fit, back to the end of a word where one is near."""
    width, end = 0, 0
    while width + _units(text[end]) <= PAGE_UNITS:
        width, end = width + _units(text[end]), end + 1
    space = max(text.rfind(" ", end - LONGEST_WORD, end), text.rfind("\n", end - LONGEST_WORD, end))
    return space + 1 if space > 0 else end


def _units_of(line: Line) -> int:
    return _units(str(line.values.get("text", ""))) + ROOM_FOR_A_DAY


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

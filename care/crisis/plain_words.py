"""A message as plain words: what people type in haste, in disguise or with a slipping finger, brought to one spelling.

Everything here is linear in the length of the message.
"""

import re
import unicodedata
from functools import cache
from string import ascii_lowercase

_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`´ʼ＇"))
_LOOKALIKES = str.maketrans("аеорсухіјѕкмтвнαοικνρτυχεıøłʟ", "aeopcyxijskmtbhaoikvptuxeioll")
_LEET = str.maketrans("013457@$|", "oieastasi")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_SPELT_OUT = re.compile(r"(?<!\w)(?:\w[ .\-_*·/]{1,2}){3,63}\w(?!\w)")
_WORDS_SPELT_OUT = re.compile(
    r"suicidal|suicide|myself|wanna|want|kill|life|dead|end|die|all|my|me|to|it|i|\S"
)
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_CLUSTER = re.compile(r"[^\s,.?]+")
_LETTER = re.compile("[a-z]")
_TOKEN = re.compile(r"[^\W_]+|[?.!;:,()\n…–—\"]+")

_SLIPPED = ("suicide", "suicidal", "overdose", "overdosed", "myself", "killing", "thinking")
_STARRED = (*_SLIPPED, "kill", "die", "dead", "hang", "death")

_SPELLINGS = (
    (r"s(?:ui|u|oui|ue|iu|wi|oo|ew)[iea]?[csz]+[iy]+[aei]?[dt]+(?:e|es)?", "suicide"),
    (r"s(?:ui|u|oui|ue|iu|wi|oo|ew)[iea]?[csz]+[iy]+[aei]?[dt]+(?:al|el|le|ally|ul)", "suicidal"),
    (r"k+i{1,9}l+|kll|klil|kii+", "kill"),
    (r"k+i+l+in", "killing"),
    (r"m[yie]?s+[el]{1,3}f+", "myself"),
    (r"d+i+e+", "die"),
    (r"dnt|don|dun", "dont"),
    (r"wnt|wamt|wat2", "want"),
    (r"abt|bout", "about"),
    (r"i?wan(?:na|a|t|t?2|nna)?to?die|wan(?:na|2)die", "wanna die"),
    (r"kil+m[ye]+s+el+f+", "kill myself"),
    (r"endmylife", "end my life"),
    (r"wana|wnna|wannna|tryna", "wanna"),
    (r"gunna|gona|gna", "gonna"),
    (r"anymor", "anymore"),
)
_SPELLING = re.compile("|".join(f"({pattern})" for pattern, _ in _SPELLINGS))

_SHORT_FORMS = (
    (r"wan(?:t|ted|ting)? (?:to|too|2)", "wanna"),
    (r"(?:going|goin) (?:to|2)", "gonna"),
    (r"(do|does|did|is|are|was|were|would|could|should|have|has|had) not", r"\1nt"),
    (r"will not", "wont"),
    (r"can ?not", "cant"),
    (r"i (?:am|m)", "im"),
    (r"i (?:will|ll)", "ill"),
    (r"i (?:would|d)", "id"),
    (r"i ve", "ive"),
    (r"any more", "anymore"),
    (r"my self", "myself"),
    (r"no one", "nobody"),
    (r"every(?:body| one)", "everyone"),
    (r"un alive", "unalive"),
)
_SHORT_FORM = re.compile(
    " (?:" + "|".join(f"(?P<s{i}>{p})" for i, (p, _) in enumerate(_SHORT_FORMS)) + ")(?= )"
)


LONGEST_TEXT = 8192
"""Characters: twice what Telegram takes in a message."""


def plain(text: str) -> str:
    """`text` in any script: one width, lower case, nothing invisible, no accents, no apostrophes, no punctuation.

    Only U+0300–036F are taken off, then the rest is composed again: taking off every mark would break Korean.
    """
    spaced = "".join(" " if unicodedata.category(letter)[0] in "PSZC" else letter for letter in _folded(text))
    return f" {' '.join(spaced.split())} "


def plain_english(text: str) -> str:
    """`text` as English words with clause breaks (`,` `.` `?`) as words of their own, between single spaces.

    Look-alike letters, digits for letters, letters set apart, stars and common misspellings are undone; apostrophes go
    (`don't` → `dont`); longer forms become their short ones (`do not` → `dont`, `want to` → `wanna`).
    """
    folded = _DRAWN_OUT.sub(r"\1", _folded(text).translate(_LOOKALIKES)).replace(" - ", " , ")
    joined = _SPELT_OUT.sub(_joined, folded).replace("-", " ")
    undisguised = _CLUSTER.sub(lambda word: _undisguised(word[0]), joined)
    spaced = " ".join(_break_or_word(token) for token in _TOKEN.findall(undisguised))
    return _SHORT_FORM.sub(_shortened, f" . {spaced} . ")


def _folded(text: str) -> str:
    # One sign may become eighteen: no text is longer than the longest after that.
    wide = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).casefold()[:LONGEST_TEXT]
    seen = "".join(letter for letter in wide if unicodedata.category(letter) != "Cf").translate(_APOSTROPHES)
    if seen.isascii():
        return seen
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", seen)))


def _joined(spelt_out: re.Match[str]) -> str:
    letters = re.sub(r"[\W_]+", "", spelt_out[0]).translate(_LEET)
    return " ".join(_WORDS_SPELT_OUT.findall(letters))


def _undisguised(word: str) -> str:
    if word.isalpha() or not _LETTER.search(word):
        return word
    if "*" in word:
        return next((whole for whole in _STARRED if _fits(word, whole)), word)
    inner = re.sub(r"(?<=[a-z0-9])!(?=[a-z0-9])", "i", word)
    return inner.translate(_LEET).replace("2", " to ")


def _fits(starred: str, whole: str) -> bool:
    shown = [(mark, letter) for mark, letter in zip(starred, whole, strict=False) if mark != "*"]
    return len(starred) == len(whole) and len(shown) >= 2 and all(mark == letter for mark, letter in shown)


def _break_or_word(token: str) -> str:
    if token[0].isalnum():
        spelling = _SPELLING.fullmatch(token)
        return _SPELLINGS[(spelling.lastindex or 1) - 1][1] if spelling else _slips().get(token, token)
    return "?" if "?" in token else "." if set(token) & set(".!\n…") else ","


def _shortened(form: re.Match[str]) -> str:
    pattern, short = _SHORT_FORMS[int((form.lastgroup or "s0")[1:])]
    return " " + re.sub(pattern, short, form[0].strip())


@cache
def _slips() -> dict[str, str]:
    """Every word that is one slip of the finger away: a letter too few, too many, wrong, or two swapped."""
    slips: dict[str, str] = {}
    for word in _SLIPPED:
        for at in range(1, len(word) + 1):
            head, tail = word[:at], word[at:]
            slips[head[:-1] + tail] = word
            slips[head[:-1] + tail[:1] + head[-1:] + tail[1:]] = word
            for letter in ascii_lowercase:
                slips[head + letter + tail] = word
                slips[head + letter + tail[1:]] = word
    return slips | {word: word for word in _SLIPPED}

"""Words that call for help: whether a message says that its writer is in danger.

Words are no safety net (ready-made detectors found 9–26 % of short crisis messages), so every message is read by
people as well; what is found here only brings the help text and the page at once. A help text too many is cheap, a
missed one is not: doubt counts as danger, except for the plain words of pain and of an ordinary bad day.
"""

import re
from collections.abc import Callable
from functools import cache

from care.crisis import signs, spanish, wishes
from care.crisis.elsewhere import PHRASES, UNSPACED
from care.crisis.plain_words import plain, plain_english
from care.crisis.vocabulary import PERSON

_MAKES_IT_FIRST_PERSON = re.compile(r" (?:i|im|ive|id|ill|me|my|myself)(?= |$)")
_LIGHT = (
    r"(?:really|actually|at|all|gonna|planning|plan|plans|thinking|about|of|to|wanna|want|wish|feel"
    r"|feeling|feelings|like|any"
    r"|intent|intention|intentions|think|thought|thoughts|urges?|desire|have|having|had|been|ever|even|currently"
    r"|actively|passively|in|that"
    r"|trying|try|do|be|the|a|such|so|would|could|will|is|right|now|more|other|or|and|self|harm|suicide"
    r"|suicidal|ideation"
    r"|hurting|dying|death|soy|pienso|en|tengo|de|killing|ending|active|longer|idea|ideas|way|consider|considering|go|am|im|come"
    r"|close|risk)"
)
_DENIAL_BEFORE = re.compile(
    r" (?:not|never|no|dont|wont|wouldnt|didnt|havent|hasnt|isnt|aint|without|deny|zero|nor)"
    r"(?: (?:that|think|like|say|saying|feel like|believe|mean|feel)(?: that)? (?:i|im|id|ill))?"
    rf"(?: {_LIGHT}){{0,10}}$"
)
_NO_DENIAL_AFTER_ALL = re.compile(
    r" (?:reason|trust myself|promise|why|hard|harder|struggl\w+|trying|try|fighting|fight|stopping|keep"
    r"|able|manage|best"
    r"|barely|myself|difficult)(?: to)? not(?: to| be)*$"
)
_SOMEBODY_ELSE = re.compile(
    rf" (?:my (?:\w+ )?{PERSON}s?|my (?:late |best |old )?(?:friend|cousin|uncle|aunt|nephew|niece"
    rf"|grand\w+)s?"
    r"|a (?:friend|guy|man|woman|neighbou?r|colleague|patient|classmate)|he|she|hes|shes|they|theyre|his"
    r"|her|their|someone"
    r"|somebody|people|patients|others|who)"
    r"(?: (?!(?:i|im|ive|me|my|id|ill|and|so|now) )\w+){0,6}$"
)
_LONG_AGO = re.compile(
    r" (?:used to|years? ago|last year|back then|back when|when i was|in (?:my|the) (?:past|teens"
    r"|twenties|thirties)"
    r"|as a (?:teen|teenager|kid|child)|before (?:ketamine|treatment|starting|i started|the (?:infusions"
    r"|first|series|treatment))"
    r"|in (?:19|20)\d\d|months ago|history of|long ago|long time ago|previously)(?= )"
)
_AND_NOW = re.compile(
    r" (?:again|still|tonight|now (?:i|im|its|they|the)|back(?! (?:then|when|in))|lately|returning|return"
    r"|returned)(?= )"
)
_ASKED_IN_GENERAL = re.compile(r"^ (?:do|does|can|could|is|are|what|how|will|would|should|why|has|did) ")
_ABOUT_A_WORK = re.compile(
    r" (?:film|movie|book|novel|documentary|podcast|episode|article|news|song|squad|prevention|awareness"
    r"|hotline|helpline|prevencion|escuadron|pelicula|documental|noticias"
    r"|bombers?|leaflet|study|questionnaire|form|side effects?|warnings?|label|lecture|charity)(?= )"
)
_IN_MYSELF = re.compile(r" (?:im|feel|feeling|been|i was|being|so|very)$")

_LONGEST_SCOPE = 160
"""How many characters around a construct are searched for what takes it back."""


COVERED = frozenset({"en", "es"})
"""Languages in which words of danger are looked for; in others nobody relies on them being found."""


Ear = Callable[[str], bool]
_ears: list[Ear] = []


def listen_also(ear: Ear | None) -> None:
    """From now on this process has a second ear beside the rules (`care/crisis/nearest.py`); None: it has none."""
    _ears[:] = [] if ear is None else [ear]


def words_of_crisis(text: str) -> bool:
    """Whether `text` says that its writer, or somebody at the writer's hand, may come to harm.

    The rules and the second ear can each say so alone; neither takes back what the other has heard. Never read False as
    "safe": docs/safety-case.md has the figures. Linear in the length of the text.
    """
    return found_by_rules(text) or any(ear(text) for ear in _ears)


def found_by_rules(text: str) -> bool:
    """What the rules alone find.

    English and Spanish are covered by construct and scope: what denies it (`not suicidal`), whose it is, whether it is
    long past. Of other languages only the plainest phrases are known.
    """
    simple = plain(text)
    if _phrases_elsewhere().search(simple) or spanish.found_in(simple):
        return True
    unbroken = " ".join(text.split())
    return _found_in(plain_english(text)) or (unbroken != text and _found_in(plain_english(unbroken)))


def _found_in(english: str) -> bool:
    return bool(_denials_taken_back().search(english)) or any(
        not _excused(english, found, named=named)
        for named, constructs in ((False, _constructs()), (True, _names()))
        for found in constructs.finditer(english)
    )


def _excused(english: str, found: re.Match[str], *, named: bool) -> bool:
    before = english[max(0, found.start() - _LONGEST_SCOPE) : found.start()]
    clause = re.split(r" [,.?](?= |$)", before)[-1]
    if _DENIAL_BEFORE.search(clause) and not _NO_DENIAL_AFTER_ALL.search(clause):
        return True
    if not _MAKES_IT_FIRST_PERSON.search(found[0]) and _SOMEBODY_ELSE.search(clause):
        return True
    sentence = _sentence_around(english, found)
    if _LONG_AGO.search(sentence) and not _AND_NOW.search(sentence):
        return True
    return named and (
        _asked_in_general(sentence) or bool(_ABOUT_A_WORK.search(sentence) and not _IN_MYSELF.search(clause))
    )


def _sentence_around(english: str, found: re.Match[str]) -> str:
    before = english[max(0, found.start() - _LONGEST_SCOPE) : found.start() + 1]
    after = english[found.end() : found.end() + _LONGEST_SCOPE]
    rest = re.match(r"[^.?]*[.?]?", after)
    return re.split(r" [.?](?= )", before)[-1].rstrip() + found[0] + (rest[0] if rest else "")


def _asked_in_general(sentence: str) -> bool:
    asks = sentence.rstrip().endswith("?") or bool(_ASKED_IN_GENERAL.search(sentence))
    return asks and not _MAKES_IT_FIRST_PERSON.search(sentence)


@cache
def _constructs() -> re.Pattern[str]:
    kinds = (
        *wishes.ACTS, *wishes.DYING, *wishes.HOPELESS, *signs.ATTEMPTS, *signs.PLANS, *signs.SELF_HARM, *signs.UNSAFE,
        *signs.FAREWELLS, *signs.CONDITIONALS, *signs.CODED, *signs.VOICES, *signs.OTHERS,
    )  # fmt: skip
    return re.compile(f" (?:{'|'.join(kinds)})(?= )")


@cache
def _denials_taken_back() -> re.Pattern[str]:
    return re.compile(f" (?:{'|'.join(wishes.DENIED_BUT)})(?= )")


@cache
def _names() -> re.Pattern[str]:
    return re.compile(f" (?:{'|'.join(wishes.NAMED)})(?= )")


@cache
def _phrases_elsewhere() -> re.Pattern[str]:
    return re.compile(f" (?:{'|'.join(PHRASES.values())})|{'|'.join(UNSPACED.values())}")

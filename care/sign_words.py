"""Words of a patient that name one of ketamine's red flags, in English and Spanish.

They open an item beside the note, which people read anyway; what is missed here only loses its place in the order.
Written for what `plain_words.plain` leaves. Reviewed by / on: not yet reviewed by a clinician.
"""

import re
from collections.abc import Iterator
from functools import cache

from care.crisis.plain_words import plain
from care.red_flags import Sign

_WORDS = {
    Sign.BREATHING: (
        r"(?:chest|heart) (?:pain|hurts|is tight|tightness|pressure)|pain in (?:my|the) chest",
        r"(?:can ?t|cannot|hard to|trouble|difficulty|struggling to) breath(?:e|ing)?"
        r"|short(?:ness)? of breath|gasping",
        r"dolor (?:en el|de) pecho|me duele el pecho|opresion en el pecho",
        r"no puedo respirar|me cuesta respirar|me falta (?:el aire|la respiracion)|me ahogo al",
    ),
    Sign.WEAKNESS: (
        r"(?:leg|arm|hand|foot|face|side)s? (?:is|are|went|gone|has gone|suddenly) (?:\w+ )?(?:weak|limp"
        r"|paraly\w+|drooping)",
        r"(?:new|sudden) weakness|can ?t (?:move|lift|feel) my (?:leg|arm|hand|foot)s?|cannot (?:move"
        r"|lift) my (?:leg|arm|hand|foot)s?",
        r"(?:wet|soiled) myself|lost control of my (?:bladder|bowels?)|can ?t (?:pee"
        r"|control my (?:bladder|bowels?))|numb between my legs",
        r"(?:swollen|swelling) (?:\w+ ){0,5}fever|fever (?:\w+ ){0,5}(?:swollen|swelling)",
        r"no puedo mover (?:la|el|mi) (?:pierna|brazo|mano|pie)|se me (?:durmio|fue) la fuerza"
        r"|debilidad (?:nueva|repentina)",
        r"no controlo (?:la orina|el esfinter)|me (?:orine|hice) encima|no puedo orinar",
        r"(?:hinchad[oa]|hinchazon) (?:\w+ ){0,5}fiebre|fiebre (?:\w+ ){0,5}(?:hinchad[oa]|hinchazon)",
    ),
    Sign.HALLUCINATION: (
        r"(?:hear(?:ing)?|heard) (?:a )?voices?(?! (?:in the (?:next|other)|from|on the|message|mail"
        r"|note))|(?:see(?:ing)?|saw) things (?:that|which|again|nobody)",
        r"hallucinat\w+|people who are ?n ?t there|shadows? (?:talk|speak|follow)\w*",
        r"(?:oigo|escucho|escuche) voces(?! (?:de (?:los|mis|la)|en la))|veo cosas que no|alucin\w+",
    ),
    Sign.BLADDER: (
        r"blood in (?:my|the) (?:pee|urine|wee)|(?:pee|urine|wee) is (?:red|pink|bloody|brown)|peeing blood",
        r"bladder (?:pain|hurts|burns|is burning)|(?:hurts|burns|burning|pain) (?:when|to) (?:i )?(?:pee"
        r"|urinate|wee)",
        r"sangre en la orina|orino sangre|orina (?:roja|con sangre)|me arde (?:al orinar|la vejiga)"
        r"|dolor (?:de|en la) vejiga|dolor al orinar",
    ),
    Sign.PREGNANCY: (
        r"(?:i ?m|i am|i may be|i might be|might be|could be|think i ?m) pregnant|(?:positive"
        r"|took a) pregnancy test|missed my period",
        r"estoy (?:embarazada|encinta)|(?:creo que|puede que) (?:este|estoy) embarazada"
        r"|prueba de embarazo|se me retraso la regla",
    ),
    Sign.DOSES: (
        r"(?:took|taking|take|used) (?:an? )?(?:two|2|three|3|double|extra|another|more) (?:\w+ ){0,2}(?:doses?"
        r"|ketamine|troches?|lozenges?)(?! (?:later|is|as prescribed))",
        r"bought (?:\w+ ){0,2}ketamine|ketamine (?:from|off) (?:a|the|some|my) (?:guy|dealer|friend"
        r"|street|internet)|street ketamine|snort\w*",
        r"doubl(?:e|ed|ing) (?:my|the) (?:dose|ketamine|tramadol|oxy\w*|pills)",
        r"(?:compre|compro|consegui) (?:\w+ ){0,2}ketamina|ketamina (?:de la calle|por fuera)|(?:tome"
        r"|tomo|me tome) (?:doble|dos|tres|mas) (?:\w+ ){0,1}dosis",
    ),
}  # fmt: skip
_BREAKS = re.compile(r"[.,;!?\n]+| (?:but|because|pero|porque) ", re.IGNORECASE)
"""A denial reaches no further than its clause."""
_NOT = re.compile(
    r" (?:no|not|never|nobody|without|sin|nunca|isnt|dont|didnt|am not|im not|no tengo|no hay)(?: \w+){0,2} $"
)


def signs_in(text: str) -> Iterator[Sign]:
    """The red flags that a text names, unless it denies them."""
    clauses = [plain(clause) for clause in _BREAKS.split(text)]
    for sign, pattern in _patterns().items():
        if any(_names(pattern, words) for words in clauses):
            yield sign


def _names(pattern: re.Pattern[str], words: str) -> bool:
    return any(
        not _NOT.search(words[max(0, found.start() - 40) : found.start() + 1])
        for found in pattern.finditer(words)
    )


@cache
def _patterns() -> dict[Sign, re.Pattern[str]]:
    return {sign: re.compile(f" (?:{'|'.join(words)})(?= )") for sign, words in _WORDS.items()}

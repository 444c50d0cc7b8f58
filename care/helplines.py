"""Crisis lines: few, each with its source. An unknown country gets the words for its emergency number, never a guess.

The table is compiled in, since the first words to somebody in danger wait for no file and no database. Every line is to
be verified anew twice a year; a test fails when one is older.

Reviewed by / on: not yet reviewed by a clinician.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta

from care.message import Line, Value, Words

VERIFIED_FOR = timedelta(days=180)
AROUND_THE_CLOCK = "24/7"
NAMED_FOR_EVERYBODY = frozenset({"US"})
"""Countries whose line stands in the help text for everybody."""


@dataclass(frozen=True)
class Helpline:
    """A line by call, and by text message where `by_text`. `country`: ISO 3166-1. `zones`: where its clocks are."""

    country: str
    name: str
    number: str
    by_text: bool
    hours: str
    languages: tuple[str, ...]
    zones: AbstractSet[str]
    source: str
    verified_on: date


HELPLINES = (
    Helpline(
        "US", "988 Suicide & Crisis Lifeline", "988", by_text=True, hours=AROUND_THE_CLOCK, languages=("en", "es"),
        zones=frozenset({
            "America/New_York", "America/Detroit", "America/Chicago", "America/Denver", "America/Boise",
            "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "America/Juneau", "Pacific/Honolulu",
            "America/Indiana/Indianapolis", "America/Kentucky/Louisville",
        }),
        source="https://988lifeline.org/get-help/what-to-expect", verified_on=date(2026, 11, 27),
    ),
    Helpline(
        "CA", "9-8-8 Suicide Crisis Helpline", "988", by_text=True, hours=AROUND_THE_CLOCK, languages=("en", "fr"),
        zones=frozenset({
            "America/Toronto", "America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Regina",
            "America/Halifax", "America/Moncton", "America/St_Johns", "America/Whitehorse", "America/Iqaluit",
        }),
        source="https://www.newswire.ca/news-releases/"
        "government-of-canada-launches-three-digit-suicide-crisis-helpline-896472116.html",
        verified_on=date(2026, 11, 27),
    ),
    Helpline(
        "GB", "Samaritans", "116 123", by_text=False, hours=AROUND_THE_CLOCK, languages=("en",),
        zones=frozenset({"Europe/London"}),
        source="https://www.samaritans.org/news/"
        "samaritans-in-northern-ireland-answer-one-million-calls-during-10-years-of-freephone",
        verified_on=date(2026, 11, 27),
    ),
    Helpline(
        "IE", "Samaritans", "116 123", by_text=False, hours=AROUND_THE_CLOCK, languages=("en",),
        zones=frozenset({"Europe/Dublin"}),
        source="https://www.samaritans.org/how-we-can-help/contact-samaritan/", verified_on=date(2026, 11, 27),
    ),
    Helpline(
        "DE", "TelefonSeelsorge", "0800 1110111", by_text=False, hours=AROUND_THE_CLOCK, languages=("de",),
        zones=frozenset({"Europe/Berlin"}),
        source="https://www.domradio.de/artikel/telefonseelsorge-jetzt-unter-oekumenischem-dachverband",
        verified_on=date(2026, 11, 27),
    ),
    Helpline(
        "ES", "Línea 024", "024", by_text=False, hours=AROUND_THE_CLOCK, languages=("es",),
        zones=frozenset({"Europe/Madrid", "Africa/Ceuta", "Atlantic/Canary"}),
        source="https://www.farodevigo.es/galicia/2025/10/11/medio-millar-gallegos-mes-024-linea-suicidio-122499662.html",
        verified_on=date(2026, 11, 27),
    ),
    Helpline(
        "MX", "Línea de la Vida", "800 911 2000", by_text=False, hours=AROUND_THE_CLOCK, languages=("es",),
        zones=frozenset({
            "America/Mexico_City", "America/Monterrey", "America/Merida", "America/Cancun", "America/Chihuahua",
            "America/Hermosillo", "America/Mazatlan", "America/Tijuana",
        }),
        source="https://www.eluniversal.com.mx/nacion/"
        "promueven-la-linea-de-la-vida-tras-presentar-encuesta-sobre-consumo-de-drogas-asi-puedes-pedir-ayuda/",
        verified_on=date(2026, 11, 27),
    ),
    Helpline(
        "AU", "Lifeline", "13 11 14", by_text=False, hours=AROUND_THE_CLOCK, languages=("en",),
        zones=frozenset({
            "Australia/Sydney", "Australia/Melbourne", "Australia/Brisbane", "Australia/Adelaide", "Australia/Perth",
            "Australia/Hobart", "Australia/Darwin",
        }),
        source="https://www.suicidepreventionaust.org/october-member-of-the-month-lifeline/",
        verified_on=date(2026, 11, 27),
    ),
)  # fmt: skip
"""`verified_on`: when what the source says was last read."""


def of_country(country: str | None) -> Helpline | None:
    """A country's line (ISO 3166-1), where the table has one."""
    return next((line for line in HELPLINES if line.country == country), None)


def of_zone(zone: str) -> Helpline | None:
    """The line of the country whose clocks are set by this zone, where the table has one."""
    return next((line for line in HELPLINES if zone in line.zones), None)


def of_language(tag: str) -> Helpline | None:
    """The line of the country that a language tag names (`en-GB`); a language alone names none."""
    parts = tag.replace("_", "-").split("-")[1:]
    return next(filter(None, (of_country(part.upper()) for part in parts)), None)


def said(helpline: Helpline | None) -> tuple[Line, ...]:
    """The line in words, unless it is among the numbers that everybody reads."""
    if helpline is None or helpline.country in NAMED_FOR_EVERYBODY:
        return ()
    values: dict[str, Value] = {
        "country": Words(words=f"country-{helpline.country.lower()}"),
        "name": helpline.name,
        "number": helpline.number,
        "hours": helpline.hours,
    }
    return (Line(words="helpline-text" if helpline.by_text else "helpline-call", values=values),)

"""The crisis lines: known to be right lately, never guessed."""

from datetime import UTC, datetime

import pytest

from care import helplines
from care.helplines import HELPLINES, VERIFIED_FOR, Helpline
from care.schedule import known_zone


@pytest.mark.parametrize("helpline", HELPLINES, ids=lambda one: one.country)
def test_a_line_was_verified_within_the_last_180_days(helpline: Helpline) -> None:
    age = datetime.now(UTC).date() - helpline.verified_on
    assert age <= VERIFIED_FOR, (
        f"{helpline.country}: call {helpline.number}, read {helpline.source}, and set verified_on"
    )


@pytest.mark.parametrize("helpline", HELPLINES, ids=lambda one: one.country)
def test_a_line_has_a_source_and_real_zones(helpline: Helpline) -> None:
    assert helpline.source.startswith("https://")
    assert helpline.languages
    assert all(known_zone(zone) for zone in helpline.zones)


def test_a_zone_or_a_country_has_one_line() -> None:
    zones = [zone for one in HELPLINES for zone in one.zones]
    assert len(zones) == len(set(zones))
    assert len({one.country for one in HELPLINES}) == len(HELPLINES)


def number_of(helpline: Helpline | None) -> str | None:
    return None if helpline is None else helpline.number


def test_a_country_is_known_by_its_clocks() -> None:
    assert number_of(helplines.of_zone("Europe/Berlin")) == "0800 1110111"
    assert number_of(helplines.of_zone("Australia/Perth")) == "13 11 14"
    assert helplines.of_zone("Europe/Vienna") is None
    assert helplines.of_zone("UTC") is None


def test_a_language_is_no_country() -> None:
    assert number_of(helplines.of_language("en-GB")) == "116 123"
    assert number_of(helplines.of_language("es_MX")) == "800 911 2000"
    for tag in ("de", "en", "es", "de-AT", "zh-hans", "", "-", "sr-Latn-RS"):
        assert helplines.of_language(tag) is None


def test_what_everybody_reads_is_not_said_twice() -> None:
    assert helplines.said(helplines.of_country("US")) == ()
    assert helplines.said(None) == ()
    assert helplines.said(helplines.of_country("CA"))[0].words == "helpline-text"

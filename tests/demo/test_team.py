"""The made-up care team reads before it presses."""

from datetime import date, time, timedelta

import pytest

from bot.say import say
from care.digest import DigestFacts, InfusionFact, digest
from db.types import new_id
from demo.cast import CHEN
from demo.team import asks_of_today_only
from demo.telegram import StandIn

TODAY = date(2026, 3, 9)
FRIDAY = TODAY - timedelta(days=3)


@pytest.mark.parametrize(
    ("days", "is_sure"),
    [([TODAY], True), ([FRIDAY, TODAY], False), ([FRIDAY], False), ([], False)],
)
async def test_given_is_pressed_only_where_it_is_about_todays_infusion(
    days: list[date], is_sure: bool
) -> None:
    infusions = [
        InfusionFact(infusion_id=new_id(), code=code, on=on, at=time(13))
        for code, on in [*(("ANA22", on) for on in days), ("BRU22", TODAY), ("CHI22", FRIDAY)]
    ]
    facts = DigestFacts(clinic_name="Harbor", local_date=TODAY, infusions_today=infusions)
    telegram = StandIn()
    chen = telegram.person(CHEN.user_id, first_name=CHEN.name)
    chen.opens()
    text = say(digest(facts), "en")
    await telegram.call("sendMessage", {"chat_id": chen.chat_id, "text": text, "parse_mode": "HTML"})
    assert asks_of_today_only(chen.received[-1], "ANA22") is is_sure

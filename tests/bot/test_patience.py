"""Telegram's wishes are obeyed chat by chat, and never silence a call for help in another chat."""

from bot.patience import Patience

STRANGERS, ANA = (1, 2, 3), 4


async def test_when_many_chats_rest_bulk_rests_and_help_goes_out() -> None:
    patience = Patience()
    for stranger in STRANGERS:
        patience.rest(stranger, 25.0)
    assert patience.left(ANA) > 20
    assert patience.left(ANA, urgent=True) == 0


async def test_a_chats_own_rest_holds_for_help_too() -> None:
    patience = Patience()
    patience.rest(ANA, 25.0)
    assert patience.left(ANA, urgent=True) > 20

"""The part of the service that needs the whole house: it is furnished while the first poll is already on its way."""

import asyncio
from dataclasses import dataclass

import structlog
from telegram import Bot

from bot.backoff import Backoff
from bot.clock import Clock
from bot.commands import menu
from bot.deeds import Deeds
from bot.deliver import Dispatcher
from bot.direct import Direct
from bot.first_words import FirstWords
from bot.handle import Handler
from bot.handlers import add_handlers
from bot.leases import Leases
from bot.log import trouble
from bot.loop import Bell
from bot.patience import Patience
from bot.say import languages
from bot.sequence import Order
from bot.steps import Lookout, steps
from bot.visit import House, application_for
from bot.wake import Wake
from db import lease
from db.engine import Database
from db.notify import Channel
from db.sealing import Sealer

MENU_TRIES = 6

log = structlog.get_logger()


@dataclass(frozen=True)
class Rooms:
    """What handles, sends and rings."""

    application: House
    handler: Handler
    dispatcher: Dispatcher
    bell: Bell
    lookout: Lookout
    wake: Wake


def furnish(
    bot: Bot,
    database: Database,
    sealer: Sealer,
    clock: Clock,
    patience: Patience,
    direct: Direct,
    first_words: FirstWords,
    deeds: Deeds,
    leases: Leases,
    order: Order | None = None,
    *,
    rate: float | None,
    paid: bool,
) -> Rooms:
    """Joins the rooms; nothing runs yet. `order`: given where updates may come out of order. `rate` and `paid` are the
    Dispatcher's."""
    application = application_for(bot)
    add_handlers(application)
    bulk = lease.bulk(bot.id)
    dispatcher = Dispatcher(
        database,
        bot,
        sealer,
        clock,
        patience,
        rate=rate,
        paid=paid,
        may_send_bulk=lambda: leases.holds(bulk),
    )
    handler = Handler(application, database, clock, direct, first_words, order, lambda: leases.share)
    dispatcher.deeds = handler.deeds = deeds

    def look_at_all() -> None:
        handler.wake()
        dispatcher.poke()

    leases.share_changed = look_at_all
    lookout = Lookout(database, clock, bot.id)
    bell = Bell(steps(database, clock, dispatcher.poke, handler.wake, deeds), lookout.due_now)
    database.carrier = dispatcher
    wake = Wake(database, {Channel.INBOX: handler.wake, Channel.OUTBOX: dispatcher.poke})
    return Rooms(application, handler, dispatcher, bell, lookout, wake)


async def offer_menu(bot: Bot) -> None:
    """Puts the commands into Telegram's menu, in every language there is. A comfort: after some tries it is let be."""
    backoff = Backoff()
    for _ in range(MENU_TRIES):
        try:
            await bot.set_my_commands(menu("en"))
            for language in sorted(languages() - {"en"}):
                await bot.set_my_commands(menu(language), language_code=language)
        except Exception as error:
            # Of any kind: this runs beside everything else, and must not be what ends it.
            log.info("menu_not_set", problem=trouble(error))
            await asyncio.sleep(backoff.next())
        else:
            return

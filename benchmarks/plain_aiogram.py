"""A plain aiogram application, for `benchmarks/taps.py`; it runs in an environment of its own."""

import asyncio

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, Message

from benchmarks.plain_scores import PlainScores, told


async def main() -> None:
    """Polls until it is ended."""
    base_url, token, file = told()
    scores = PlainScores(file)
    await scores.make()
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(base_url)))
    dispatcher = Dispatcher()

    async def tapped(query: CallbackQuery) -> None:
        assert query.data is not None
        text = await scores.keep(query.data)
        await query.answer()
        if isinstance(query.message, Message):
            await query.message.edit_text(text)

    dispatcher.callback_query.register(tapped)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())

"""A plain python-telegram-bot application, its own poller and transport, for `benchmarks/taps.py`."""

from typing import Any

from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

from benchmarks.plain_scores import PlainScores, told
from benchmarks.taps_phones import IN_FLIGHT


def main() -> None:
    """Polls until it is ended."""
    base_url, token, file = told()
    scores = PlainScores(file)

    async def tapped(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        assert query.data is not None
        text = await scores.keep(query.data)
        await query.answer()
        await query.edit_message_text(text)

    async def opened(_application: Any) -> None:
        await scores.make()

    builder = Application.builder().token(token).base_url(f"{base_url}/bot").post_init(opened)
    application = builder.concurrent_updates(IN_FLIGHT).build()
    application.add_handler(CallbackQueryHandler(tapped))
    application.run_polling()


if __name__ == "__main__":
    main()

"""`run`: the service, started with as little loaded as can be."""

from bot.cli import failures
from bot.settings import load_settings


def main() -> int:
    """Runs the service until SIGTERM or SIGINT; 1 where it could not start."""
    try:
        serve()
    except (Exception, KeyboardInterrupt) as error:
        return failures.tell(error, as_json=False)
    return 0


def serve() -> None:
    """The same for a caller that says itself what went wrong."""
    settings = load_settings()
    settings.required_token()  # before Telegram's library is loaded: whoever has no token yet should not wait for it
    from bot import app

    app.run(settings)

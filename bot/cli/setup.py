"""`setup`: from a token to an admin who has read a digest, in one command that can be run again."""

from typing import Annotated

import typer

from bot.cli.options import AsJson, zone

PATIENCE = 600

Name = Annotated[str | None, typer.Option("--name", help="The clinic's name, where there is none yet.")]
Zone = Annotated[str | None, typer.Option("--timezone", metavar="TZ", help="Its IANA zone.")]
Which = Annotated[str | None, typer.Option("--clinic", metavar="ID", help="Which clinic, of several.")]
KeyEnd = Annotated[
    str | None, typer.Option(metavar="SIGNS", help="The data key's last 6 signs, read from your copy of it.")
]
Wait = Annotated[
    int | None,
    typer.Option(
        min=0, metavar="SECONDS", help=f"For the admin.  [default: {PATIENCE}, 0 without a terminal]"
    ),
]


def setup(
    name: Name = None,
    timezone: Zone = None,
    clinic: Which = None,
    key_end: KeyEnd = None,
    wait: Wait = None,
    as_json: AsJson = False,
) -> None:
    """Set up a bot and a clinic, and let its admin in.

    Asks for the bot's token and checks it; makes the database, its data key and the clinic; shows the admin's link,
    also as a QR code; waits for the admin and sends a test digest. What stands already stays. Without a terminal
    nothing is asked: give the token as TIDEMARK_BOT_TOKEN.

    \b
    Example:
      ./tidemark setup --name "Harbour Clinic" --timezone Europe/Berlin
    """
    if timezone is not None:
        zone(timezone, "--timezone")
    from bot.cli import (  # these load Telegram's library, which other commands do without
        first_steps,
        setting_up,
    )

    asks = first_steps.is_terminal() and not as_json
    wanted = setting_up.Wanted(name, timezone, clinic, key_end)
    setting_up.set_up(wanted, wait if wait is not None else PATIENCE * asks, asks=asks, as_json=as_json)

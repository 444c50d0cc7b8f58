"""`setup` as a person meets it: in a terminal, with slips of the hand, until the first digest is read."""

import asyncio
import os
import pty
import re
import stat
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from demo.telegram import StandIn
from tests.databases import sqlite_at
from tests.service import until

ROOT = Path(__file__).resolve().parent.parent.parent
WITH_ITS_OWN_FILE = """
import sys
from pathlib import Path
from bot import settings
settings.ENV_FILE = Path(sys.argv.pop(1))
settings.Settings.model_config["env_file"] = settings.ENV_FILE
from bot.__main__ import main
sys.exit(main())
"""


class Terminal:
    """What stands on a person's screen, and their keyboard."""

    def __init__(self, keyboard: int) -> None:
        self._keyboard = keyboard
        self.shown = ""
        self._read = 0
        asyncio.get_running_loop().add_reader(keyboard, self._look)

    def _look(self) -> None:
        try:
            self.shown += os.read(self._keyboard, 65536).decode()
        except OSError:  # the program has ended
            self.close()

    async def types(self, line: str, *, when: str, hidden: bool = False) -> None:
        """Waits until something is asked, and answers; what is to be `hidden`, once the terminal does not echo."""
        await until(lambda: when in self.shown[self._read :], 60)
        await until(lambda: not hidden or not self._echoes, 60)
        self._read = len(self.shown)
        os.write(self._keyboard, f"{line}\n".encode())

    @property
    def _echoes(self) -> bool:
        return bool(termios.tcgetattr(self._keyboard)[3] & termios.ECHO)

    def close(self) -> None:
        """Looks no more."""
        asyncio.get_running_loop().remove_reader(self._keyboard)


@asynccontextmanager
async def a_terminal(
    telegram: StandIn, folder: Path
) -> AsyncIterator[tuple[Terminal, asyncio.subprocess.Process]]:
    """`setup` in a terminal on a machine that has nothing yet; its results go into a pipe."""
    keyboard, screen = pty.openpty()
    given = {
        "TIDEMARK_BOT_API_URL": telegram.base_url,
        "TIDEMARK_DATABASE_URL": sqlite_at(folder / "tidemark.db"),
    }
    machine = {
        "PYTHONPATH": str(ROOT),
        "PATH": os.environ["PATH"],
        "PYTHONIOENCODING": "utf-8",
        "TERM": "dumb",
    }
    program = (sys.executable, "-P", "-c", WITH_ITS_OWN_FILE, str(folder / ".env"), "setup")
    child = await asyncio.create_subprocess_exec(
        *program,
        env={**machine, **given},
        cwd=folder,
        stdin=screen,
        stderr=screen,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    os.close(screen)
    terminal = Terminal(keyboard)
    try:
        yield terminal, child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        terminal.close()
        os.close(keyboard)


async def test_from_nothing_to_the_first_digest(telegram: StandIn, tmp_path: Path) -> None:
    key_file = tmp_path / "tidemark.db.key"
    async with a_terminal(telegram, tmp_path) as (terminal, child):
        assert child.stdout is not None
        await terminal.types("not a token", when="The bot's token", hidden=True)
        await terminal.types("123456:another_bots_token_entirely", when="is not a bot's token", hidden=True)
        await terminal.types(telegram.token, when="does not know the bot's token", hidden=True)
        await terminal.types("abcdef", when="Its last 6 signs")
        key = key_file.read_text().strip()
        await terminal.types(key[-6:], when="That is not how it ends.")
        await terminal.types("Harbour Clinic", when="The clinic's name")
        await terminal.types("Mars/Phobos", when="Its time zone")
        await terminal.types("Europe/Berlin", when="not a zone")
        said = (await child.stdout.readuntil(b"?start=")) + await child.stdout.readline()
        link = re.search(r"https://\S+", said.decode())
        assert link is not None
        chen = telegram.person(5001, first_name="Dr. Chen")
        await chen.opens_link(link[0])
        await chen.sees("Welcome to Harbour Clinic", within=60)
        await chen.sees("Digest", within=60)
        rest = await child.stdout.read()
        assert await child.wait() == 0
        assert rest.decode().splitlines() == [
            "The test digest has arrived.",
            "Set up. `./tidemark run` starts the service.",
        ]
        for secret in (telegram.token, key, "another_bots_token"):
            assert secret not in terminal.shown + said.decode()
    env = tmp_path / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert f"\nTIDEMARK_BOT_TOKEN={telegram.token}\n" in env.read_text()
    assert env.read_text().startswith("# Tidemark's settings: a manual.")

"""`./tidemark demo`: the real service plays weeks of one made-up clinic, with nothing to configure."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo.director import Audience
    from demo.figures import Figures

LookingOn = Callable[..., AbstractAsyncContextManager["Audience"]]

DONE, COULD_NOT, STOPPED = 0, 1, 130
LONGEST_DAYS, MOST_PATIENTS = 366, 1000
DATABASE = "tidemark.db"
MEMORY = "/dev/shm"  # noqa: S108 - the folder in it has a name that nobody can guess, and is for its owner only


class CannotKeep(Exception):
    """The folder for the database cannot be used; the text says which one, and what to do."""


def main(arguments: Sequence[str] | None = None, looking_on: LookingOn | None = None) -> int:
    """Plays as asked and gives the exit code: 1 if something was lost, doubled or wrong, or could not be done.

    `looking_on`: who sees the play, in place of a terminal.
    """
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.keep is not None and (problem := _problem_with(asked.keep)):
        parser.error(problem)
    try:
        with _folder(asked.keep) as folder:
            return asyncio.run(_play(asked, folder, looking_on))
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return STOPPED if asked.headless else DONE
    except TimeoutError as error:
        sys.stderr.write(f"The demo hangs: {str(error) or 'the service did not come to rest'}.\n")
        return COULD_NOT
    except CannotKeep as error:
        sys.stderr.write(f"{error}\n")
        return COULD_NOT
    except OSError as error:
        sys.stderr.write(f"The demo could not go on: {error.strerror or error}.\n")
        return COULD_NOT


async def _play(asked: argparse.Namespace, folder: Path, looking_on: LookingOn | None) -> int:
    # The service takes a second to import: not for `--help`, and not before a wrong argument is said.
    from bot.schema import CannotStart
    from bot.settings import SettingsError
    from demo.director import Play, Script
    from demo.live import audience

    script = Script(days=asked.days, patients=asked.patients, seed=asked.seed)
    try:
        async with (looking_on or audience)(script, headless=asked.headless or asked.json) as spectator:
            on_disk = not folder.is_relative_to(MEMORY)
            figures = await Play(script, folder / DATABASE, spectator, on_disk=on_disk).run()
    except (CannotStart, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        return COULD_NOT
    return _told(figures, as_json=asked.json)


def _told(figures: "Figures", *, as_json: bool) -> int:
    from demo.report import report

    sys.stdout.write((json.dumps(figures.as_json(), indent=2) if as_json else report(figures)) + "\n")
    for problem in figures.problems:
        sys.stderr.write(f"{problem}\n")
    return COULD_NOT if figures.problems else DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tidemark demo",
        description="Weeks of one made-up clinic: the real service, made-up patients, a stand-in for Telegram. "
        "Nothing to configure; no file of yours is read. All results are simulated.",
    )
    parser.add_argument("--days", type=_whole(1, LONGEST_DAYS), default=42, help="days to play (42)")
    parser.add_argument("--patients", type=_whole(1, MOST_PATIENTS), default=24, help="made-up patients (24)")
    parser.add_argument(
        "--seed", type=_whole(0, 2**32 - 1), default=1, help="the same seed, the same play (1)"
    )
    parser.add_argument(
        "--headless", action="store_true", help="as fast as the machine allows, without the view"
    )
    parser.add_argument("--json", action="store_true", help="the figures at the end as one JSON object")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the database in this folder")
    return parser


def _problem_with(keep: Path) -> str | None:
    from bot.cli.typed import is_usable, shown

    if not is_usable(keep):
        return f"'{shown(str(keep))}' is not text in UTF-8, and no such folder is there."
    if keep.exists() and not keep.is_dir():
        return f"{keep} is a file; name a folder that is new or empty."
    if (keep / DATABASE).exists():
        return f"{keep} holds the files of an earlier demo; name another folder."
    return None


def _whole(least: int, most: int) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}, not '{text}'")
        return value

    return whole_number


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        try:
            keep.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotKeep(
                f"The folder {keep} cannot be made ({error.strerror}); name another by --keep."
            ) from None
        yield keep
    else:
        # What is thrown away at the end need not wait for a disk.
        memory = MEMORY if os.access(MEMORY, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="tidemark-demo-", dir=memory) as folder:
            yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())

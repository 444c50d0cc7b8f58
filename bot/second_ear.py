"""The second ear of a running service: a process beside it, asked about every text that the rules have not caught.

The rules never wait for it. Without it (`./tidemark --no-encoder`, or TIDEMARK_ENCODER=false) words of danger are found
by the rules alone, which miss more of them: docs/safety-case.md says how many.
"""

import asyncio
import hashlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum

import structlog

from bot.ear import READY
from bot.log import trouble
from bot.settings import ROOT
from care import safety

COMMAND = (sys.executable, "-P", "-m", "bot.ear")
LOADING_SECONDS = 60.0
START_SECONDS = 15.0
ANSWER_SECONDS = 2.0
"""A message is handled after so long at most, heard or not; the help text for what it hears still has three seconds."""
MOST_WAITING = 64
"""More texts than that at once are a flood: those beyond are left to the rules."""
REMEMBERED = 10_000
RESTS = (1.0, 10.0, 60.0, 600.0)
"""Real seconds before it is started again after it failed; the last of them for ever."""

log = structlog.get_logger()


class EarState(StrEnum):
    """How it is with the second ear."""

    OFF = "off"
    LOADING = "loading"
    LISTENING = "listening"
    DEAF = "deaf"
    """It could not be loaded, died, or did not answer in time: the rules go on, and an alarm says so."""


class SecondEar:
    """Keeps the process running, asks it, and remembers what it said, so that every later look at a text agrees."""

    def __init__(self, *, wanted: bool, command: Sequence[str] = COMMAND) -> None:
        self.state = EarState.LOADING if wanted else EarState.OFF
        self._command = command
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._said: OrderedDict[bytes, bool] = OrderedDict()
        self._fell_silent, self._tried = asyncio.Event(), asyncio.Event()
        self._asked = 0

    async def run(self) -> None:
        """For ever, until it is cancelled. No failure ends it."""
        if self.state is EarState.OFF:
            log.info("second_ear_off", why="words of danger are found by the rules alone")
            return
        failures = 0
        try:
            while True:
                if await self._load():
                    failures = 0
                    await self._fell_silent.wait()
                await self._end()
                await asyncio.sleep(RESTS[min(failures, len(RESTS) - 1)])
                failures += 1
        finally:
            await self._end()

    async def consider(self, text: str) -> bool:
        """Whether it takes a text for one of danger. False where it cannot tell, or not in time. Never raises."""
        key = _key(text)
        if key in self._said:
            return self._said[key]
        if self.state is EarState.LOADING:
            with suppress(TimeoutError):  # at a start the first messages wait for it, some seconds
                await asyncio.wait_for(self._tried.wait(), START_SECONDS)
        if self.state is not EarState.LISTENING or self._waiting >= MOST_WAITING or not text.strip():
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout(ANSWER_SECONDS * 2), self._turn:
                heard = await self._ask(text)
        except Exception as error:
            self._is_deaf(trouble(error))
            return False
        finally:
            self._waiting -= 1
        self._said[key] = heard
        while len(self._said) > REMEMBERED:
            self._said.popitem(last=False)
        return heard

    def has_heard(self, text: str) -> bool:
        """Whether it has taken this text for one of danger: what `care/safety` asks."""
        return self._said.get(_key(text), False)

    async def _ask(self, text: str) -> bool:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return False
        self._asked += 1
        number = b"%d" % self._asked
        async with asyncio.timeout(ANSWER_SECONDS):
            process.stdin.write(json.dumps([self._asked, text]).encode() + b"\n")
            await process.stdin.drain()
            while True:  # what answers a text that nobody waits for any more is not this one's
                answered, _, verdict = (await process.stdout.readline()).strip().partition(b" ")
                if not verdict:
                    raise ConnectionError("The second ear has ended.")
                if answered == number:
                    return verdict == b"1"

    async def _load(self) -> bool:
        self._fell_silent.clear()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
                stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
            )  # fmt: skip
            assert self._process.stdout is not None
            async with asyncio.timeout(LOADING_SECONDS):
                ready = await self._process.stdout.readline()
        except Exception as error:
            self._is_deaf(trouble(error))
            return False
        if ready.strip() != READY.encode():
            self._is_deaf("it could not be loaded: is the encoder installed?")
            return False
        self.state = EarState.LISTENING
        self._tried.set()
        safety.listen_also(self.has_heard)
        log.info("second_ear_listens")
        return True

    async def _end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        self._process = None

    def _is_deaf(self, problem: str) -> None:
        if self.state is not EarState.DEAF:
            log.error("second_ear_deaf", problem=problem, why="words of danger are found by the rules alone")
        self.state = EarState.DEAF
        self._tried.set()
        self._fell_silent.set()


def _key(text: str) -> bytes:
    """What is remembered of a text: not the text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

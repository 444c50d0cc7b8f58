"""Patients and their care team at their phones, who tap, write, forget, pause, block and come back as the dice say."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bot.callbacks import Press, opened
from care.message import Action
from demo.telegram import Change, Person, SeenMessage
from tests.simulation.world import DAY, World

SCORES = frozenset(map(str, range(11)))
KEPT = re.compile(r"Kept: (mood|pain) (\d+)")
CRISIS = ("I want to kill myself", "I can't go on. I want to die tonight.")
WORDS = ("slept badly", "better since Tuesday", "the left foot burns again", "ketchup 😀")
MINUTE, HOUR = 60.0, 3600.0


@dataclass
class Tap:
    """One press of a score: of what, and whether the screen has said that it is kept."""

    query_id: str
    checkin: UUID
    round: int
    value: int
    message_id: int
    kept: tuple[str, int] | None = None


class Phone:
    """Somebody's phone, in hands that the dice move."""

    def __init__(self, world: World, user_id: int, name: str) -> None:
        self.world = world
        self.name = name
        self.screen: Person = world.telegram.person(user_id, first_name=name)
        self.dice = world.dice(name)
        self.presses: list[Press] = []

    @property
    def chat_id(self) -> int:
        """The private chat with the bot."""
        return self.screen.chat_id

    def notices(self, message: SeenMessage, *, is_new: bool) -> None:
        """The screen has changed."""

    async def press(self, label: str, message_id: int, times: int = 1) -> Press | None:
        """Presses it where it still stands; what the button means, which its presser does not know."""
        message = self.screen.chat.find(message_id)
        if message is None or label not in message.seen().labels or self.screen.blocked:
            return None
        button = message.seen().button(label)
        press = opened(button.data or "", self.world.sealer, self.chat_id)
        for _ in range(times):
            query_id = await self.screen.presses(label, message=message_id)
            if press is not None:
                self.presses.append(press)
                self.pressed(query_id, press, message_id)
        self.world.tells(f"{self.name} presses {label} ×{times} on {message_id}")
        return press

    def pressed(self, query_id: str, press: Press, message_id: int) -> None:
        """It is on its way."""

    def maybe(
        self, chance: float, within: tuple[float, float], act: Callable[[], Coroutine[Any, Any, Any]]
    ) -> None:
        """Does something at a moment `within` so many seconds, if the dice say so."""
        if self.dice.random() < chance:
            self.world.later(self.dice.uniform(*within), act)


class Colleague(Phone):
    """Answers whatever has a button, sooner or later."""

    def notices(self, message: SeenMessage, *, is_new: bool) -> None:
        """A page, a flag, or an infusion to be confirmed."""
        for label, chance, within in (
            ("Acknowledge", 0.9, HOUR / 2),
            ("Close", 0.5, 8 * HOUR),
            ("Spoken with the patient", 0.9, HOUR),
            ("Hand back", 0.1, 4 * HOUR),
            ("Given", 0.8, 2 * HOUR),
            ("Not given", 0.1, 4 * HOUR),
            ("Snooze", 0.1, 4 * HOUR),
        ):
            if label in message.labels:
                self.maybe(chance, (5.0, within), self._pressing(label, message.message_id))

    def _pressing(self, label: str, message_id: int) -> Callable[[], Coroutine[Any, Any, Any]]:
        async def press() -> None:
            await self.press(label, message_id, times=2 if self.dice.random() < 0.1 else 1)

        return press


class Patient(Phone):
    """Answers the day's question, mostly; and does all that the chat allows, now and then."""

    def __init__(self, world: World, user_id: int, name: str, link: str) -> None:
        super().__init__(world, user_id, name)
        self.link = link
        self.taps: dict[str, Tap] = {}
        self.calls: list[tuple[float, int]] = []
        """Words of crisis: when, and how many messages the chat had then."""
        self.written = 0
        """Own words, of which each is a note: also those of crisis, and what was changed."""
        self.agreed = False
        self.has_blocked = False

    async def lives(self) -> None:
        """Day after day."""
        while True:
            if not self.agreed:
                self.maybe(1.0, (0.0, HOUR), self._comes_in)
            self._plans_the_day()
            await asyncio.sleep(DAY)

    def notices(self, message: SeenMessage, *, is_new: bool) -> None:
        """A question, the next one, a summary, or the question whether to take part."""
        dice = self.dice
        if set(message.labels) >= SCORES:
            wait = dice.expovariate(1 / HOUR) if is_new else dice.uniform(0.5, 30.0)
            self.maybe(0.85, (wait, wait + 1), self._tapping(message.message_id))
        elif "Change" in message.labels:
            self.maybe(0.15, (20.0, 5 * HOUR), self._changing(message.message_id))
        elif "I agree" in message.labels:
            self.maybe(1.0, (10.0, 5 * MINUTE), self._agreeing(message.message_id))

    def pressed(self, query_id: str, press: Press, message_id: int) -> None:
        """A score is on its way."""
        if press.action is Action.SCORE:
            tap = Tap(query_id, press.subject, press.round, press.value, message_id)
            self.taps[query_id] = tap

    def _plans_the_day(self) -> None:
        day = (0.0, DAY)
        self.maybe(0.8, (0.6 * DAY, DAY), self._looks_again)
        self.maybe(0.4, day, self._saying(WORDS))
        self.maybe(0.05, day, self._calls_for_help)
        self.maybe(0.05, day, self._changes_own_words)
        self.maybe(0.08, day, self._typing("/checkin"))
        self.maybe(0.04, day, self._infused)
        self.maybe(0.03, day, self._pauses)
        self.maybe(0.03, day, self._blocks)
        self.maybe(0.1, day, self._taps_something_old)

    # The acts

    async def _comes_in(self) -> None:
        if not self.screen.blocked:
            await self.screen.opens_link(self.link)

    def _agreeing(self, message_id: int) -> Callable[[], Coroutine[Any, Any, Any]]:
        async def agree() -> None:
            if await self.press("I agree", message_id):
                self.agreed = True

        return agree

    def _tapping(self, message_id: int) -> Callable[[], Coroutine[Any, Any, Any]]:
        async def tap() -> None:
            value = str(self.dice.randrange(11))
            press = await self.press(value, message_id, times=2 if self.dice.random() < 0.15 else 1)
            if press is not None:
                # Where the screen does not change, some tap again.
                self.maybe(0.5, (MINUTE, HOUR), self._insisting(message_id, press.round))

        return tap

    def _insisting(self, message_id: int, round: int) -> Callable[[], Coroutine[Any, Any, Any]]:
        async def insist() -> None:
            message = self.screen.chat.find(message_id)
            shown = message.seen().keyboard if message is not None else ()
            first = next((button for row in shown for button in row if button.text in SCORES), None)
            press = opened(first.data or "", self.world.sealer, self.chat_id) if first else None
            if press is not None and press.round == round:
                await self._tapping(message_id)()

        return insist

    def _changing(self, message_id: int) -> Callable[[], Coroutine[Any, Any, Any]]:
        async def change() -> None:
            await self.press("Change", message_id)

        return change

    async def _looks_again(self) -> None:
        shown = [one for one in self.screen.received if set(one.labels) >= SCORES]
        if shown:
            await self._tapping(shown[-1].message_id)()

    async def _taps_something_old(self) -> None:
        shown = [one for one in self.screen.received if one.labels]
        if shown:
            old = self.dice.choice(shown)
            await self.press(self.dice.choice(old.labels), old.message_id)

    def _saying(self, texts: tuple[str, ...]) -> Callable[[], Coroutine[Any, Any, Any]]:
        async def say() -> None:
            if self.agreed and not self.screen.blocked:
                self.written += texts is WORDS
                await self.screen.says(self.dice.choice(texts))

        return say

    def _typing(self, command: str) -> Callable[[], Coroutine[Any, Any, Any]]:
        return self._saying((command,))

    async def _calls_for_help(self) -> None:
        if not self.agreed or self.screen.blocked:
            return
        self.calls.append((self.world.loop.time(), len(self.screen.chat.messages)))
        if self.dice.random() < 0.3:
            await self.screen.says("/helpnow")
        else:
            self.written += 1
            await self.screen.says(self.dice.choice(CRISIS))
        self.world.tells(f"{self.name} calls for help")

    async def _changes_own_words(self) -> None:
        own = [one for one in self.screen.messages if not one.from_bot and one.text in WORDS]
        if own and not self.screen.blocked:
            self.written += 1
            await self.screen.edits(own[-1].message_id, self.dice.choice(WORDS))

    async def _infused(self) -> None:
        await self._saying((f"/infusion today 0{self.dice.randrange(0, 6)}:30",))()

    async def _pauses(self) -> None:
        await self._typing("/pause")()
        self.maybe(1.0, (HOUR, 3 * DAY), self._typing("/resume"))

    async def _blocks(self) -> None:
        if self.agreed and not self.screen.blocked:
            self.has_blocked = True
            await self.screen.blocks()
            self.world.tells(f"{self.name} blocks")
            self.maybe(1.0, (HOUR, 2 * DAY), self._unblocks)

    async def _unblocks(self) -> None:
        await self.screen.unblocks()


def seen_by(phones: dict[int, Phone], change: Change) -> None:
    """Shows a change to whoever holds the phone."""
    phone = phones.get(change.chat_id)
    if phone is None or change.message_id is None or change.kind not in {"message", "edit"}:
        return
    message = phone.screen.chat.find(change.message_id)
    if message is not None:
        phone.notices(message.seen(), is_new=change.kind == "message")

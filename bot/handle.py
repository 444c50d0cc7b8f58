"""Handles the inbox: chats side by side, in order within a chat, effect and done-mark in one transaction.

On PostgreSQL any number of processes may do so; who finds an update taken by another one leaves it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Chat, Update

from bot import not_saved
from bot.backoff import Backoff
from bot.clock import Clock
from bot.deeds import Deed, Deeds
from bot.direct import Direct
from bot.first_words import LONGEST_WAIT, FirstWords, call_in
from bot.intake import ALLOWED
from bot.log import report, trouble
from bot.not_saved import Owed
from bot.sequence import Order
from bot.visit import CURRENT, House, Work, storable
from care.errors import Refused
from care.message import Kind, Line, Message, Toast
from care.patient import ChatOf, PatientStatus
from db import inbox, outbox
from db.access import Caller, caller_of
from db.engine import Database
from db.inbox import ALL, Claimed, Share, Waiting
from flow import settle

LANES = 16
"""Chats handled at once. On SQLite they take turns at writing anyway; PostgreSQL's pool has room for them."""
PAGE = 64
MOST_ATTEMPTS = 5
FIRST_REST = 0.2
"""Real seconds for which a chat rests after its first failure; four times as long after each further one."""
DATABASE_REST = 5.0
"""Real seconds before the next try when not even the failure could be written down."""
LOOK_AGAIN = 0.2
"""Real seconds between two looks whether the process that received words of crisis has answered them."""
TAKEN = -1.0
"""In place of a rest: the update is another worker's, or not the next one of its chat any more."""

log = structlog.get_logger()


class Handler:
    """Takes the oldest waiting update of each chat and hands it to the application's handlers."""

    def __init__(
        self,
        application: House,
        database: Database,
        clock: Clock,
        direct: Direct,
        first_words: FirstWords,
        order: Order | None = None,
        share: Callable[[], Share] = lambda: ALL,
    ) -> None:
        """`order`: given where updates may come out of order, as they do by webhook. `share`: the lanes that this
        process looks after first."""
        self._application = application
        self._bot = application.bot
        self._database = database
        self._clock = clock
        self._direct = direct
        self._first_words = first_words
        self._order = order
        self._look_again: asyncio.TimerHandle | None = None
        self.deeds = Deeds()
        self._share = share
        self._ready: asyncio.Queue[Waiting | None] = asyncio.Queue()
        self._held: dict[str, int] = {}
        """The update that each lane is busy with."""
        self._saw_all = True
        self._lanes_go_on = False
        self._more = asyncio.Event()
        self._answers: set[asyncio.Task[None]] = set()
        self._is_reading = False
        self._stopping = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being handled, rests before another try, or is still to be answered."""
        return not (self._held or self._answers or self._is_reading or self._more.is_set())

    def wake(self) -> None:
        """There may be something in the inbox."""
        self._more.set()

    async def run(self) -> None:
        """Until `stop`; then what is being handled is finished, and the rest waits in the inbox."""
        self.wake()
        async with asyncio.TaskGroup() as lanes:
            for _ in range(LANES):
                lanes.create_task(self._walk_lanes())
            await self._feed()
            for _ in range(LANES):
                self._ready.put_nowait(None)
        if self._answers:
            await asyncio.wait(self._answers)

    def stop(self) -> None:
        """Takes nothing more from the inbox."""
        self._stopping = True
        self._more.set()

    async def _feed(self) -> None:
        backoff = Backoff()
        while not self._stopping:
            await self._more.wait()
            self._more.clear()
            self._is_reading = True
            try:
                await self._read()
                backoff.reset()
            except Exception as error:
                report("inbox_not_read", error)
                await asyncio.sleep(backoff.next())
                self._more.set()
            self._is_reading = False

    async def _read(self) -> None:
        async with self._database.reading() as session:
            limit = PAGE + len(self._held)
            overdue = self._clock.now() - inbox.OVERDUE
            found: Sequence[Waiting] = await inbox.next_in_each_lane(
                session, self._bot.id, limit, share=self._share(), overdue=overdue
            )
            self._saw_all = len(found) < limit
            if self._order is not None and found:
                found = await self._in_order(session, self._order, found)
        for waiting in found:
            if waiting.lane not in self._held:
                self._held[waiting.lane] = waiting.update_id
                self._ready.put_nowait(waiting)
            elif waiting.more or waiting.update_id != self._held[waiting.lane]:
                self._lanes_go_on = True

    async def _in_order(
        self, session: AsyncSession, order: Order, found: Sequence[Waiting]
    ) -> Sequence[Waiting]:
        ripe = await order.ripe(session, self._bot.id, found)
        if self._look_again is not None:
            self._look_again.cancel()
        if order.again_in is not None:
            self._look_again = asyncio.get_running_loop().call_later(order.again_in, self.wake)
        return ripe

    async def _walk_lanes(self) -> None:
        while not self._stopping:
            waiting = await self._ready.get()
            if waiting is None or self._stopping:
                return
            with self.deeds.doing(Deed.UPDATE, kind_of(waiting.body)) as handled:
                rest = await self._handle(waiting)
                handled.outcome = _outcome(rest)
            if rest == TAKEN:
                self._release(replace(waiting, more=False))
                continue
            # A chat rests by itself: its next update must not overtake this one, and the other chats go on.
            if rest:
                asyncio.get_running_loop().call_later(rest, self._release, waiting, rest)
                self._go_on(
                    more=not self._saw_all
                )  # it may have been the last: nobody else waits for its rest
            else:
                self._release(waiting)

    def _release(self, waiting: Waiting, rest: float = 0.0) -> None:
        del self._held[waiting.lane]
        self._go_on(more=waiting.more or rest > 0 or not self._saw_all)

    def _go_on(self, *, more: bool) -> None:
        self._lanes_go_on |= more
        # One look for all of them, when nothing is left to hand out; none where nothing more can wait.
        if self._lanes_go_on and self._ready.empty():
            self._lanes_go_on = False
            self._more.set()

    async def _handle(self, waiting: Waiting) -> float:
        """The real seconds for which this chat has to rest before it goes on."""
        try:
            update = Update.de_json(waiting.body, self._bot)
        except Exception as error:
            return await self._failed(waiting, error, final=True)
        try:
            await self._hear_what_was_said(waiting)
            return 0.0 if await self._visit(waiting, update) else TAKEN
        except Exception as error:
            return await self._failed(waiting, error, final=False)

    async def _hear_what_was_said(self, waiting: Waiting) -> None:
        """Waits a few seconds at most until it is known whether words of crisis in it were answered."""
        await self._first_words.considered(waiting.body)
        call = call_in(waiting.body)
        if call is None:
            return
        if self._first_words.sending(waiting.body) is not None:
            await self._first_words.settled(*call)
        elif not self._database.is_sqlite:
            await self._hear_from_the_receiver(waiting)

    async def _hear_from_the_receiver(self, waiting: Waiting) -> None:
        """Another process may be answering what it received; what is older than such an answer, nobody answers."""
        age = (self._clock.now() - waiting.received_at).total_seconds()
        for _ in range(round((LONGEST_WAIT - max(age, 0.0)) / LOOK_AGAIN)):
            async with self._database.reading() as session:
                if await inbox.was_said(session, self._bot.id, waiting.update_id):
                    return
            await asyncio.sleep(LOOK_AGAIN)

    async def _visit(self, waiting: Waiting, update: Update) -> bool:
        """False where the update was not this one's to handle."""
        try:
            claimed, work = await self._effect(waiting, update)
        except Refused as refused:
            claimed, work = await self._refuse(waiting, update, refused)
        if work is not None:
            self._say(self._answer(waiting, update, work), update.update_id)
        return claimed

    async def _effect(self, waiting: Waiting, update: Update) -> tuple[bool, Work | None]:
        async with self._database.writing(answers=True) as session:
            now = self._clock.now()
            claimed = await inbox.mark_done(session, self._bot.id, waiting.update_id, now)
            if claimed is None:
                return False, None
            work = await self._met(session, claimed, update, now)
            if work is not None:
                await self._let_in(update, work)
        return True, work

    async def _met(
        self, session: AsyncSession, claimed: Claimed, update: Update, now: datetime
    ) -> Work | None:
        chat, user = update.effective_chat, update.effective_user
        if user is None or (chat is None and update.callback_query is None):
            return None
        # A press may come without its message; who presses is known all the same, and wants an answer.
        chat_id = user.id if chat is None else chat.id
        caller = await caller_of(session, chat_id) if chat is None or chat.type == Chat.PRIVATE else None
        if caller is not None and _is_back(update, caller):
            await settle.heard_from(session, caller.person_id, now)
            caller = await caller_of(session, chat_id)
        who = ChatOf(chat_id, storable(user.full_name), user.language_code or "en")
        return Work(session, now, caller, who, partial(self._was_said, claimed.said_at))

    def _was_said(self, said_at: datetime | None, chat_id: int, message_id: int) -> bool:
        return said_at is not None or self._first_words.said(chat_id, message_id)

    async def _let_in(self, update: Update, work: Work) -> None:
        here = CURRENT.set(work)
        try:
            await self._application.process_update(update)
        finally:
            CURRENT.reset(here)
        if work.afterwards.error is not None:
            raise work.afterwards.error

    async def _refuse(self, waiting: Waiting, update: Update, refused: Refused) -> tuple[bool, Work | None]:
        async with self._database.writing(answers=True) as session:
            now = self._clock.now()
            claimed = await inbox.mark_done(session, self._bot.id, waiting.update_id, now)
            if claimed is None:
                return False, None
            work = await self._met(session, claimed, update, now)
            if work is None:
                return True, None
            if update.callback_query is not None:
                work.afterwards.toast = Toast(words=refused.words, values=dict(refused.values))
            elif work.caller is not None:
                line = Line(words=refused.words, values=dict(refused.values))
                await outbox.post(session, work.caller.person_id, Kind.REPLY, Message(lines=(line,)), now)
            else:
                work.afterwards.as_to_a_stranger = True
        return True, work

    def _say(self, words: Coroutine[Any, Any, None], update_id: int) -> None:
        answering = asyncio.create_task(words, name=f"after update {update_id}")
        self._answers.add(answering)
        answering.add_done_callback(self._answers.discard)

    async def _answer(self, waiting: Waiting, update: Update, work: Work) -> None:
        afterwards, chat = work.afterwards, work.chat
        language = work.caller.language if work.caller is not None else chat.language
        try:
            if afterwards.leave is not None:
                await self._direct.leave(afterwards.leave)
            if (query := update.callback_query) is not None:
                stranger = afterwards.as_to_a_stranger
                await self._direct.answer(
                    query.id, chat.chat_id, afterwards.toast, language, stranger=stranger
                )
            elif afterwards.as_to_a_stranger:
                await self._answer_stranger(waiting, work, language)
        except Exception as error:
            report("not_answered", error, update_id=update.update_id)

    async def _answer_stranger(self, waiting: Waiting, work: Work, language: str) -> None:
        call = call_in(waiting.body)
        if call is None:
            await self._direct.neutral(work.chat.chat_id, language)
        elif not work.first_words_said(*call):
            await self._direct.help_now(work.chat.chat_id, language)

    async def _failed(self, waiting: Waiting, error: Exception, *, final: bool) -> float:
        name, update_id, owed = type(error).__name__, waiting.update_id, None
        try:
            async with self._database.writing(answers=True) as session:
                attempts = await inbox.note_failure(session, self._bot.id, update_id, name)
                final = final or attempts >= MOST_ATTEMPTS
                if final and attempts:
                    owed = await self._set_aside(session, waiting, name)
        except Exception as worse:
            report("update_failed", error, update_id=update_id)
            report("failure_not_kept", worse, update_id=update_id)
            return DATABASE_REST
        if not attempts:
            return TAKEN
        if owed is not None:
            self._say(self._own_up(owed, update_id), update_id)
        if final:
            report("update_set_aside", error, update_id=update_id)
            return 0.0
        log.warning("update_failed", update_id=update_id, attempt=attempts, problem=trouble(error))
        return FIRST_REST * 4.0 ** (attempts - 1)

    async def _set_aside(self, session: AsyncSession, waiting: Waiting, problem: str) -> Owed | None:
        now = self._clock.now()
        aside = await inbox.set_aside(session, self._bot.id, waiting.update_id, problem, now)
        if aside is None:
            return None
        said = partial(self._was_said, aside.said_at)
        await not_saved.call_the_team(session, waiting.body, said, now)
        return await not_saved.queue(session, waiting.body, now)

    async def _own_up(self, owed: Owed, update_id: int) -> None:
        try:
            await not_saved.tell(owed, self._direct, self._database, self._clock.now())
        except Exception as error:
            report("not_answered", error, update_id=update_id)


def _outcome(rest: float) -> str:
    if rest == TAKEN:
        return "taken"
    return "again" if rest else "done"


def kind_of(raw: Mapping[str, Any]) -> str:
    """What an update is, of the kinds that are asked for."""
    return next((kind for kind in ALLOWED if kind in raw), "other")


def _is_back(update: Update, caller: Caller) -> bool:
    """Somebody who could not be reached speaks; that somebody blocks the bot is no sign of it."""
    patient = caller.patient
    return (
        patient is not None and patient.status is PatientStatus.UNREACHABLE and update.my_chat_member is None
    )

"""Carries the outbox to Telegram: claimed and committed before the first byte leaves, each fate committed after it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot

from bot.backoff import Backoff
from bot.clock import Clock
from bot.deeds import Deed, Deeds
from bot.gate import PACED, Gate
from bot.log import report
from bot.patience import Patience
from bot.send import Dead, Fate, Later, Sent, Unknown, send
from care.message import REPEAT_AFTER, REPEATS_IF_UNKNOWN, Kind, Lane
from db import outbox, outbox_claim
from db.engine import Database, Load, posted_in
from db.outbox_claim import LONGEST_REST, MOST, Letter, Unreadable
from db.sealing import Sealer
from flow import settle

URGENT = frozenset({Kind.HELP, Kind.PAGE})
MOST_TRIES = 4
"""After so many a fate is recorded without its consequences: a fault of ours must not silence a reader for ever."""
KEPT: dict[type[Fate], str] = {Sent: "sent", Unknown: "unknown", Dead: "dead"}
"""What a letter is then said to be."""

log = structlog.get_logger()
Landed = tuple[Letter, Fate]


class _Unsettled(Exception):
    """The database takes the fate, and not what follows from it."""


class Dispatcher:
    """The one who sends. `poke` it after every commit that may have queued something."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        sealer: Sealer,
        clock: Clock,
        patience: Patience | None = None,
        *,
        rate: float | None = None,
        paid: bool = False,
        may_send_bulk: Callable[[], bool] = lambda: True,
    ) -> None:
        """`rate`: bulk messages a second (None: as many as there are); `paid`: beyond what Telegram takes for nothing.

        `may_send_bulk`: whether this process is the one that sends them.
        """
        self._database = database
        self._bot = bot
        self._sealer = sealer
        self._clock = clock
        self._patience = patience or Patience()
        self.deeds = Deeds()
        self._gate = Gate(rate, may_send_bulk, self._patience)
        self._paid = paid
        self._poked = asyncio.Event()
        self._stopping = False
        self._flights: asyncio.TaskGroup | None = None
        self._behind: frozenset[Lane] = frozenset()
        """Lanes where something may wait, for room or for what is in the air: each landing is followed by a claim."""
        self._stranded: frozenset[UUID] = frozenset()
        """Claimed in a commit that failed, and not sent: the database may have made it all the same."""

    @property
    def in_the_air(self) -> int:
        """Letters that are claimed, or that may be in a transaction that runs, and whose fate is not recorded yet."""
        return self._gate.in_the_air

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in the air and nobody has poked."""
        return not self.in_the_air and not self._poked.is_set()

    def poke(self) -> None:
        """Something may be due."""
        self._poked.set()

    def stop(self) -> None:
        """Claims nothing more; what is in the air still lands."""
        self._stopping = True
        self._poked.set()

    async def run(self) -> None:
        """Until `stop`. No failure ends it."""
        self.poke()
        backoff = Backoff()
        async with asyncio.TaskGroup() as self._flights:
            while True:
                await self._poked.wait()
                if self._stopping:
                    return
                self._poked.clear()
                try:
                    letters = await self._claim()
                except Exception as error:
                    report("outbox_not_read", error)
                    self.poke()
                    await asyncio.sleep(backoff.next())
                    continue
                backoff.reset()
                if letters:
                    self._flights.create_task(self._carry(letters))
                if MOST in Counter(letter.lane for letter in letters).values():
                    self.poke()

    async def take(self, session: AsyncSession) -> Load:
        """Claims what a transaction has queued within it, which saves the tap that waits for it another one."""
        if self._flights is None or self._stopping:
            return Load(self.poke, self.poke, leaves_some=True)
        posted = {letter_id: Lane(lane) for letter_id, lane in posted_in(session).items()}
        older_first = self._behind & {*PACED}
        wanted = Counter(lane for lane in posted.values() if lane not in older_first)
        rooms = self._gate.reserve(wanted, at_most=wanted)
        letters: Sequence[Letter] = ()
        try:
            mine = _within(rooms, posted)
            if mine:
                letters = await self._claimed(session, partial(outbox_claim.claim_these, ids=mine))
        finally:
            self._gate.took(rooms, letters)
        behind = frozenset(posted[one] for one in posted.keys() - {letter.id for letter in letters})
        crowded = frozenset(posted[one] for one in posted.keys() - mine)
        return Load(
            partial(self._set_out, session, self._flights, letters, behind, crowded),
            partial(self._may_be_lost, letters),
            leaves_some=bool(behind & {*PACED}) and not self._gate.sends_bulk,
        )

    def _set_out(
        self,
        session: AsyncSession,
        flights: asyncio.TaskGroup,
        letters: Sequence[Letter],
        behind: frozenset[Lane],
        crowded: frozenset[Lane],
    ) -> None:
        _tell_of_unreadable(session)
        self._behind |= behind
        if letters:
            flights.create_task(self._carry(letters))
        self._poke_if_missed()
        self._poke_if_worth_it(crowded)

    def _poke_if_missed(self) -> None:
        # What a letter had to wait for has landed before that letter's own commit, and found nothing to follow it.
        if not self.in_the_air and any(map(self._gate.room, self._behind)):
            self.poke()

    def _poke_if_worth_it(self, lanes: AbstractSet[Lane]) -> None:
        if any(map(self._gate.is_worth_a_look, lanes)):
            self.poke()

    def _may_be_lost(self, letters: Sequence[Letter]) -> None:
        # Where the database made the commit all the same, nobody else knows of what is queued.
        self._give_back(letters)
        self.poke()

    def _give_back(self, letters: Sequence[Letter]) -> None:
        self._gate.landed(letters)
        self._strand(letters)

    def _strand(self, letters: Sequence[Letter]) -> None:
        if letters:
            self._stranded |= {letter.id for letter in letters}
            self.poke()

    async def deliver_due(self) -> int:
        """Sends what is due, and what may follow it; how many people got something at once."""
        letters = await self._claim()
        await self._carry(letters)
        return len(letters)

    async def _claim(self) -> Sequence[Letter]:
        letters: Sequence[Letter] = ()
        rooms = self._gate.reserve(tuple(Lane))
        try:
            if rooms:
                async with self._database.writing() as session:
                    released = await self._release_stranded(session)
                    # Nobody knows what else waits: whoever pokes has not seen it.
                    letters = await self._look(session, frozenset(Lane), rooms)
                _tell_of_unreadable(session)
                self._stranded -= released
        except BaseException:
            self._strand(letters)
            letters = ()
            raise
        finally:
            self._gate.took(rooms, letters)
        self._poke_if_missed()  # what landed during the look has left it to this one, which did not see it yet
        return letters

    async def _release_stranded(self, session: AsyncSession) -> AbstractSet[UUID]:
        if not self._stranded:
            return frozenset()
        await session.connection()  # begins: on SQLite, whoever wrote until now has claimed what they could
        stranded = self._stranded
        await outbox.release(session, stranded)
        return stranded

    async def _carry(self, letters: Sequence[Letter]) -> None:
        flights = [asyncio.create_task(self._fly(letter)) for letter in letters]
        while flights:
            await asyncio.wait(flights, return_when=asyncio.FIRST_COMPLETED)
            landed = [flight.result() for flight in flights if flight.done()]
            flights = [flight for flight in flights if not flight.done()]
            following = await self._record(landed)
            self._gate.landed(letter for letter, _ in landed)
            self._poke_if_missed()
            flights += [asyncio.create_task(self._fly(letter)) for letter in following]

    async def _fly(self, letter: Letter) -> Landed:
        if not self._must_wait(letter) and await self._gate.turn(letter):
            self._poke_if_worth_it(self._behind & {letter.lane})
        if wait := self._must_wait(letter):
            return letter, Later(outbox.LEFT_ALONE, wait)
        with self.deeds.doing(Deed.LETTER, letter.kind) as carried:
            paid = self._paid and letter.lane is Lane.BULK
            fate = await send(self._bot, self._sealer, letter, paid=paid)
            carried.outcome = type(fate).__name__.lower()
        if isinstance(fate, Later) and fate.asked:
            self._patience.rest(letter.chat_id, fate.seconds)
            self._gate.slow_down()
        _tell_if_given_up(letter, fate)
        return letter, fate

    def _must_wait(self, letter: Letter) -> float:
        return self._patience.left(letter.chat_id, urgent=letter.kind in URGENT)

    async def _record(self, landed: Sequence[Landed]) -> Sequence[Letter]:
        """Writes fates down and claims what may follow them, in one transaction.

        A fate that cannot be written stays `sending`, and counts as unknown after the next start.
        """
        try:
            return await self._write(landed, following=not self._stopping)
        except Exception:
            await asyncio.gather(*map(self._record_alone, landed))
            self.poke()
            return ()

    async def _record_alone(self, one: Landed) -> None:
        letter, fate = one
        backoff, failures = Backoff(), 0
        # A letter left in `sending` would hold up its reader's others: given up only when the service ends.
        while True:
            try:
                async with self._database.writing() as session:
                    await self._settle_or_keep(session, letter, fate, last=failures + 1 >= MOST_TRIES)
                return
            except Exception as error:
                failures += isinstance(error, _Unsettled)
                cause = error.__cause__ or error
                report("fate_not_kept", cause, letter=str(letter.id), fate=type(fate).__name__)
            if self._stopping:
                return
            await asyncio.sleep(backoff.next())

    async def _settle_or_keep(self, session: AsyncSession, letter: Letter, fate: Fate, *, last: bool) -> None:
        """The fate with its consequences, or at the `last` try without. Raises _Unsettled before that."""
        try:
            async with session.begin_nested():
                await self._settle(session, letter, fate)
        except Exception as error:
            if isinstance(fate, Later):
                raise  # nothing follows from it, and its words are still to be sent
            await self._keep_alone(session, letter, fate)  # fails where the database is away
            if not last:
                raise _Unsettled from error
            report(
                "fate_kept_alone", error, letter=str(letter.id), kind=letter.kind, fate=type(fate).__name__
            )

    async def _keep_alone(self, session: AsyncSession, letter: Letter, fate: Fate) -> None:
        now = self._clock.now()
        if isinstance(fate, Dead) and letter.kind is Kind.PAGE:
            # Nobody else was called: its next refusal asks for that again.
            await outbox.record_repeat(session, letter, now + REPEAT_AFTER[Kind.PAGE])
        else:
            await outbox.record_alone(session, letter, KEPT[type(fate)], now)

    async def _write(self, landed: Sequence[Landed], *, following: bool) -> Sequence[Letter]:
        letters: Sequence[Letter] = ()
        try:
            async with self._database.writing() as session:
                for letter, fate in landed:
                    await self._settle(session, letter, fate)
                if following and self._behind:
                    letters = await self._follow(session, Counter(letter.lane for letter, _ in landed))
        except BaseException:
            self._give_back(letters)
            raise
        _tell_of_unreadable(session)
        return letters

    async def _follow(self, session: AsyncSession, landing: Counter[Lane]) -> Sequence[Letter]:
        rooms = self._gate.reserve(self._behind, landing=landing)
        letters: Sequence[Letter] = ()
        try:
            letters = await self._look(session, self._behind, rooms, landing.total())
        finally:
            self._gate.took(rooms, letters)
        return letters

    async def _look(
        self, session: AsyncSession, lanes: frozenset[Lane], rooms: Counter[Lane], landing: int = 0
    ) -> Sequence[Letter]:
        others = self.in_the_air > landing + rooms.total()
        self._behind -= lanes  # before the look: what another commit leaves meanwhile is not seen by it
        letters: list[Letter] = []
        for lane, room in rooms.items():
            letters += await self._claimed(session, partial(outbox_claim.claim, limit=room, lanes=(lane,)))
        self._behind |= lanes if letters or others else lanes - rooms.keys()
        return letters

    async def _claimed(
        self, session: AsyncSession, claim: Callable[..., Awaitable[list[Letter]]]
    ) -> Sequence[Letter]:
        known = len(outbox_claim.unreadable_in(session))
        letters = await claim(session, now=self._clock.now(), rest=longest_rest(self._clock))
        self._stranded -= {letter.id for letter in letters}
        for lost in outbox_claim.unreadable_in(session)[known:]:
            await self._settle_lost(session, lost)
        return letters

    async def _settle_lost(self, session: AsyncSession, lost: Unreadable) -> None:
        # Whatever this claim came with must not be undone for it.
        try:
            async with session.begin_nested():
                await settle.undeliverable(session, lost, self._clock.now(), blocked=False)
        except Exception as error:
            report("fate_kept_alone", error, letter=str(lost.id), kind=lost.kind, fate=lost.why)

    async def _settle(self, session: AsyncSession, letter: Letter, fate: Fate) -> None:
        now = self._clock.now()
        match fate:
            case Sent(message_id):
                await outbox.record_sent(session, letter, message_id, now)
            case Later(problem, seconds):
                rest = self._clock.in_real(min(seconds, LONGEST_REST.total_seconds()))
                await outbox.record_not_sent(session, letter, problem, now + rest)
            case Unknown(problem):
                await outbox.record_unknown(session, letter, problem, now)
                await settle.unknown(session, letter, now)
            case Dead(problem, blocked):
                await outbox.record_dead(session, letter, problem, now)
                await settle.undeliverable(session, letter, now, blocked=blocked)


def _within(rooms: Mapping[Lane, int], posted: Mapping[UUID, Lane]) -> list[UUID]:
    """Those for which there is room, in the order in which they were queued."""
    left = Counter(rooms)
    found = []
    for letter_id, lane in posted.items():
        if left[lane] > 0:
            left[lane] -= 1
            found.append(letter_id)
    return found


def longest_rest(clock: Clock) -> timedelta:
    """For how long a letter is put off at most, by this clock; then it is looked at again."""
    return max(LONGEST_REST, clock.in_real(LONGEST_REST.total_seconds()))


def _tell_of_unreadable(session: AsyncSession) -> None:
    for lost in outbox_claim.unreadable_in(session):
        log.error("letter_not_readable", letter=str(lost.id), kind=lost.kind, problem=lost.why)


def _tell_if_given_up(letter: Letter, fate: Fate) -> None:
    match fate:
        case Dead(problem, blocked):
            tell = log.info if blocked else log.warning  # that somebody wants to hear nothing is no trouble
        case Unknown(problem) if letter.unknowns >= REPEATS_IF_UNKNOWN[letter.kind]:
            tell = log.warning
        case _:
            return
    fate_name = type(fate).__name__
    tell("letter_given_up", letter=str(letter.id), kind=letter.kind, fate=fate_name, problem=problem)

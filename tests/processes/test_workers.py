"""Two and four workers on one PostgreSQL, one of them killed: each answer is stored once, and nobody is asked twice."""

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack
from uuid import UUID

import pytest
from sqlalchemy import func, select

from care.message import Kind, Line, Message
from care.patient import Measure
from db import lease, outbox
from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import Inbox, Lease, Outbox, Patient
from demo.telegram import StandIn
from tests.days import T0
from tests.house import House
from tests.processes.program import program
from tests.processes.test_kill import PER_PATIENT, Asked, asked, count, scores, until_there_are
from tests.service import until

PATIENTS = 120
ANSWERS = PATIENTS * PER_PATIENT


async def ask_all(database: Database, patients: list[Asked]) -> None:
    """A broadcast that goes out while the answers come in."""
    async with database.writing() as session:
        for one in patients:
            person_id = await session.scalar(select(Patient.person_id).where(Patient.id == one.patient_id))
            assert person_id is not None
            words = Message(lines=(Line(words="checkin-reminder"),))
            await outbox.post(session, person_id, Kind.PROMPT, words, T0)


async def fates(database: Database) -> dict[UUID, tuple[str, int]]:
    """What became of each patient's prompt, and how often nobody knew."""
    async with database.reading() as session:
        rows = await session.execute(
            select(Patient.id, Outbox.status, Outbox.unknowns)
            .join(Outbox, Outbox.person_id == Patient.person_id)
            .where(Outbox.kind == Kind.PROMPT)
        )
        return {row.id: (row.status, row.unknowns) for row in rows}


async def holder_of(database: Database, name: str) -> str | None:
    async with database.reading() as session:
        return await session.scalar(select(Lease.holder).where(Lease.name == name))


@pytest.mark.parametrize("number", [2, 4])
async def test_workers_share_the_work_and_outlive_one_of_them(
    telegram: StandIn, postgres_url: str, number: int
) -> None:
    key = make_key()
    sealer = Sealer(key)
    database = Database(postgres_url, sealer)
    patients = await asked(telegram, House(database, sealer), PATIENTS)
    await ask_all(database, patients)
    before = Counter(one.chat_id for one in telegram.sent)
    for one in patients:
        await one.answers(sealer)
    bot_id = int(telegram.token.partition(":")[0])

    async with AsyncExitStack() as workers:
        running = [
            await workers.enter_async_context(
                program(telegram, postgres_url, key, settings={"ROLE": "worker"})
            )
            for _ in range(number)
        ]
        await until_there_are(database, ANSWERS // 4, running[0])
        polled = await holder_of(database, lease.poll(bot_id))
        assert polled is not None
        doomed = next(one for one in running if str(one.pid) == polled.split(".")[-4])
        doomed.kill()
        await doomed.wait()
        left = [one for one in running if one is not doomed]

        await until_there_are(database, ANSWERS, left[0])

        async def taken_over() -> bool:
            return await holder_of(database, lease.poll(bot_id)) not in {None, polled}

        await until(taken_over, 30)

        async def all_told() -> bool:
            async with database.reading() as session:
                waits = select(func.count(Outbox.serial)).where(Outbox.status.in_(["queued", "sending"]))
                return not await session.scalar(waits)

        await until(all_told, 60, every=0.1)
        for worker in left:
            worker.send_signal(signal.SIGTERM)
        assert [await asyncio.wait_for(worker.wait(), 15) for worker in left] == [0] * len(left)

    wanted = Counter((one.patient_id, Measure.MOOD.value, one.mood) for one in patients)
    wanted.update((one.patient_id, Measure.PAIN.value, one.pain) for one in patients)
    assert Counter(await scores(database)) == wanted
    assert await count(database) == ANSWERS
    copies = Counter(one.chat_id for one in telegram.sent) - before
    told = await fates(database)
    for one in patients:
        status, unknowns = told[one.patient_id]
        if unknowns:
            assert copies[one.person.id] <= 1 + unknowns, "once more, and only what was in the air"
        else:
            assert (status, copies[one.person.id]) == ("sent", 1)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).where(Inbox.status != "done")) == 0
        assert (await session.scalars(select(Lease.name))).all() == []
    await database.close()

"""Data out: what a clinic reads elsewhere is what its patients' chats showed, and nothing that names them."""

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from care.errors import Refused
from care.patient import Measure
from db import exports
from db.access import Caller
from db.tables import Audit, Flag, Infusion, Patient
from db.types import new_id
from flow import export, infuse, record
from flow.export import CSV_COLUMNS
from tests.days import T0, day
from tests.house import House

ANA, BRUNO, CARLA = 1001, 1002, 1003


async def as_json(house: House, clinic_id: UUID) -> dict[str, dict[str, Any]]:
    """The clinic's export, by patient's code."""
    async with house.database.reading() as session:
        pieces = [
            piece async for piece in export.as_json(session, await export.patients_of(session, clinic_id))
        ]
    return {patient["code"]: patient for patient in json.loads("".join(pieces))["patients"]}


async def as_csv(house: House, clinic_id: UUID) -> str:
    """The clinic's export as a table."""
    async with house.database.reading() as session:
        patients = await export.patients_of(session, clinic_id)
        return "".join([piece async for piece in export.as_csv(session, patients)])


async def infused(house: House, caller: Caller, at_day: float, *, planned: bool = False) -> UUID:
    """An infusion of half a milligram, recorded when it happens."""
    assert caller.patient is not None
    async with house.writing() as session:
        record = await infuse.add(
            session,
            caller.patient,
            day(at_day),
            planned=planned,
            dose_mg_per_kg=0.5,
            minutes=40,
            route="iv",
            by=None,
            now=T0,
        )
    return record.infusion_id


def code_of(caller: Caller) -> str:
    """The code under which a patient is exported."""
    assert caller.patient is not None
    return caller.patient.code


async def test_a_corrected_score_is_exported_once_and_its_past_as_history(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    await house.tap(ana, 6, T0)
    await house.tap(ana, 3, T0)
    checkin = await house.checkin(ana)
    async with house.writing() as session:
        await record.change(session, ana, checkin.id, checkin.round, T0 + timedelta(hours=1))
    await house.tap(ana, 7, T0 + timedelta(hours=1))
    exported = (await as_json(house, clinic))[code_of(ana)]
    at, later = "2026-01-05T12:00:00+00:00", "2026-01-05T13:00:00+00:00"
    same_day = {"local_date": "2026-01-05", "at": at}
    mood, pain = {"measure": "mood", **same_day}, {"measure": "pain", **same_day}
    assert exported["scores"] == [
        {**mood, "value": 7, "provenance": "corrected", "recorded_at": later},
        {**pain, "value": 3, "provenance": "live", "recorded_at": at},
    ]
    assert exported["history"] == [
        {**mood, "value": 6, "provenance": "live", "recorded_at": at, "replaced_at": later}
    ]


async def test_a_patient_stands_under_a_code_and_without_a_name(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    async with house.writing() as session:
        await record.keep_note(session, ana, "text", "my neighbour Otto is loud", T0, said_help=False)
    exported = (await as_json(house, clinic))[code_of(ana)]
    assert exported["condition"] == "depression"
    assert exported["measures"] == ["mood", "pain"]
    assert [checkin["local_date"] for checkin in exported["checkins"]] == ["2026-01-05"]
    for secret in ("Ana", "Otto", str(ANA)):
        assert secret not in json.dumps(exported)


async def test_infusions_are_those_that_were_given(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    await infused(house, ana, -2)
    await infused(house, ana, 5, planned=True)
    exported = (await as_json(house, clinic))[code_of(ana)]
    assert [infusion["at"] for infusion in exported["infusions"]] == ["2026-01-03T12:00:00+00:00"]
    assert exported["infusions"][0]["dose_mg_per_kg"] == 0.5
    assert [(one["at"], one["status"]) for one in exported["other_infusions"]] == [
        ("2026-01-10T12:00:00+00:00", "planned")
    ]


async def test_a_flag_says_which_infusion_it_is_about(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    infusion_id = await infused(house, ana, -2)
    assert ana.patient is not None
    ends = {"end_low_at": day(3), "end_at": day(5), "end_high_at": day(9)}
    async with house.writing() as session:
        flag = {"id": new_id(), "measure": Measure.MOOD, "cycle_infusion_id": infusion_id, "status": "open"}
        session.add(Flag(patient_id=ana.patient.patient_id, raised_at=T0, changed_at=T0, **flag, **ends))
    (exported,) = (await as_json(house, clinic))[code_of(ana)]["flags"]
    assert exported["infusion_at"] == "2026-01-03T12:00:00+00:00"
    assert (exported["measure"], exported["end_at"]) == ("mood", "2026-01-10T12:00:00+00:00")


async def test_the_table_has_a_line_for_each_score(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    await infused(house, ana, -2)
    await house.tap(ana, 6, T0)
    first, second = (await as_csv(house, clinic)).splitlines()
    assert first == "code,condition,measure,value,local_date,at,provenance,last_infusion_at"
    times = "2026-01-05,2026-01-05T12:00:00+00:00,live,2026-01-03T12:00:00+00:00"
    assert second == f"{code_of(ana)},depression,mood,6,{times}"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
async def test_no_cell_runs_as_a_formula(house: House, start: str) -> None:
    """Codes are ours, but a database may hold what an older version or another program wrote."""
    clinic = await house.clinic(T0)
    await house.tap(await house.enrolled(clinic, ANA, T0), 6, T0)
    async with house.writing() as session:
        await session.execute(update(Patient).values(condition=f"{start}1+1"))
    (line,) = csv.DictReader(StringIO(await as_csv(house, clinic), newline=""))
    assert line["condition"] == f"'{start}1+1"
    assert line["value"] == "6"


async def test_only_the_asked_for_patients_are_exported_in_the_order_of_their_codes(house: House) -> None:
    clinic, other = await house.clinic(T0), await house.clinic(T0, name="Hill Clinic")
    patients = [await house.enrolled(clinic, chat, T0) for chat in (ANA, BRUNO)]
    carla = await house.enrolled(other, CARLA, T0)
    assert list(await as_json(house, clinic)) == sorted(code_of(one) for one in patients)
    assert list(await as_json(house, other)) == [code_of(carla)]


async def test_a_clinic_without_patients_is_an_empty_list(house: House) -> None:
    clinic = await house.clinic(T0)
    assert await as_json(house, clinic) == {}
    assert await as_csv(house, clinic) == ",".join(CSV_COLUMNS) + "\r\n"


async def test_a_clinic_that_is_not_there_is_refused(house: House) -> None:
    with pytest.raises(Refused):
        await as_json(house, new_id())


async def test_an_export_is_written_into_the_patients_record(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    async with house.writing() as session:
        patients = await export.patient_with(session, code_of(ana).lower())
        await export.note_exported(session, patients, T0)
    async with house.database.reading() as session:
        noted = await session.scalars(select(Audit.patient_id).where(Audit.action == "exported"))
        assert list(noted) == patients


async def test_patients_are_read_in_small_parts_and_none_is_lost(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_A_TIME", 2)
    clinic = await house.clinic(T0)
    callers = [await house.enrolled(clinic, chat, T0) for chat in range(2000, 2005)]
    for number, caller in enumerate(callers):
        await house.tap(caller, number, T0)
    exported = await as_json(house, clinic)
    assert {code: patient["scores"][0]["value"] for code, patient in exported.items()} == {
        code_of(caller): number for number, caller in enumerate(callers)
    }


async def test_every_infusion_stands_in_one_of_the_two_lists(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    for number, status in enumerate(("given", "planned", "reported", "void")):
        infusion_id = await infused(house, ana, -9 + number)
        async with house.writing() as session:
            await session.execute(update(Infusion).where(Infusion.id == infusion_id).values(status=status))
    exported = (await as_json(house, clinic))[code_of(ana)]
    assert [one["status"] for one in exported["infusions"]] == ["given"]
    assert sorted(one["status"] for one in exported["other_infusions"]) == ["planned", "reported", "void"]

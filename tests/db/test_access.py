"""Ana belongs to Harbour, Bruno to Lakeside; nobody at one clinic has access to anybody at the other."""

import pytest

from care.patient import Role
from db import access, cases
from db.access import MayOnlyLook, NotYours
from flow import alert
from tests.days import T0
from tests.house import House

ANA, BRUNO, CHEN, DIAZ, VERA = 1, 2, 3, 4, 5


async def test_a_stranger_is_nobody(house: House) -> None:
    async with house.database.reading() as session:
        assert await access.caller_of(session, 999) is None


async def test_a_clinician_sees_the_own_clinics_patients_and_no_others(house: House) -> None:
    harbour, lakeside = await house.clinic(T0), await house.clinic(T0, name="Lakeside")
    ana, bruno = await house.enrolled(harbour, ANA, T0), await house.enrolled(lakeside, BRUNO, T0)
    chen = await house.colleague(harbour, CHEN, Role.CLINICIAN, T0)
    assert ana.patient is not None
    assert bruno.patient is not None
    async with house.database.reading() as session:
        assert await access.patient_by_code(session, chen, ana.patient.code.lower()) == ana.patient
        for code in (bruno.patient.code, "ZZZZZ", ""):
            with pytest.raises(NotYours) as refused:
                await access.patient_by_code(session, chen, code)
            assert refused.value.words == "refused-not-known"


async def test_a_patient_sees_only_the_own_file(house: House) -> None:
    harbour = await house.clinic(T0)
    ana, bruno = await house.enrolled(harbour, ANA, T0), await house.enrolled(harbour, BRUNO, T0)
    assert bruno.patient is not None
    checkin = await house.checkin(bruno)
    async with house.database.reading() as session:
        with pytest.raises(NotYours):
            await access.patient_by_code(session, ana, bruno.patient.code)
        with pytest.raises(NotYours):
            await access.own_checkin(session, ana, checkin.id)


async def test_a_viewer_looks_and_changes_nothing(house: House) -> None:
    harbour = await house.clinic(T0)
    ana, vera = await house.enrolled(harbour, ANA, T0), await house.colleague(harbour, VERA, Role.VIEWER, T0)
    assert ana.patient is not None
    async with house.database.reading() as session:
        assert await access.patient_by_code(session, vera, ana.patient.code) == ana.patient
        with pytest.raises(MayOnlyLook):
            await access.patient_to_change(session, vera, ana.patient.code)


async def test_a_revoked_clinician_is_a_stranger_at_the_next_press(house: House) -> None:
    harbour = await house.clinic(T0)
    chen = await house.colleague(harbour, CHEN, Role.CLINICIAN, T0)
    await house.revoke(chen, T0)
    async with house.database.reading() as session:
        assert await access.caller_of(session, CHEN) is None


async def test_another_clinics_case_is_not_known(house: House) -> None:
    harbour, lakeside = await house.clinic(T0), await house.clinic(T0, name="Lakeside")
    ana = await house.enrolled(harbour, ANA, T0)
    diaz = await house.colleague(lakeside, DIAZ, Role.ADMIN, T0)
    assert ana.patient is not None
    async with house.writing() as session:
        await alert.crisis(session, ana.patient, "text", T0, said_help=True)
    async with house.database.reading() as session:
        case = (await cases.unclosed(session, harbour))[0][0]
        with pytest.raises(NotYours):
            await access.case_for(session, diaz, case.id)

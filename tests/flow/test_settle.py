"""Who could not be reached and speaks again is asked again."""

from care.patient import PatientStatus
from flow import remind, settle
from tests.days import T0, day
from tests.house import House

ANA = 1


async def test_a_patient_who_is_heard_from_is_asked_again(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    async with house.writing() as session:
        await settle.blocked(session, ana.person_id, T0)
    assert (await house.patient(ana)).status == PatientStatus.UNREACHABLE
    async with house.writing() as session:
        await settle.heard_from(session, ana.person_id, day(1, hour=9))
    assert (await house.patient(ana)).status == PatientStatus.ACTIVE
    assert await house.all_due(remind.ask_one, day(1, hour=17)) == 1
    assert (await house.checkin(ana)).status == "open"

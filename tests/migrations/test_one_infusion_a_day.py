"""The upgrade to one infusion a day: what a clinic recorded twice is merged, and nothing of it is lost."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from db.base import Base, table_of
from db.migrate import downgrade, upgrade
from db.tables import Audit, Clinic, Fit, Flag, Infusion, Patient
from tests.days import T0, day
from tests.plain_sql import connected

BEFORE, AFTER = "2026_11_23_first_house", "2026_11_27_one_infusion_a_day"

OF_AN_INFUSION = ("id", "status", "at", "planned_at", "dose_mg_per_kg", "minutes", "route")


def keep(connection: sa.Connection, model: type[Base], **values: object) -> UUID:
    """A row with these columns and no others: the models go on, and this schema stays what it was."""
    types = table_of(model).c
    table = sa.table(table_of(model).name, *(sa.column(name, types[name].type) for name in ("id", *values)))
    row_id = uuid4()
    connection.execute(sa.insert(table).values({"id": row_id, **values}))
    return row_id


def infused(
    connection: sa.Connection,
    patient_id: UUID,
    status: str,
    at: datetime,
    said_at: datetime,
    **values: object,
) -> UUID:
    day_of_it = {"patient_id": patient_id, "at": at, "local_date": at.date()}
    return keep(connection, Infusion, status=status, recorded_at=said_at, **day_of_it, **values)


def flagged(connection: sa.Connection, patient_id: UUID, infusion_id: UUID, measure: str) -> UUID:
    cycle = {"patient_id": patient_id, "measure": measure, "cycle_infusion_id": infusion_id}
    window = {"end_low_at": T0, "end_at": T0, "end_high_at": T0}
    return keep(connection, Flag, status="open", raised_at=T0, changed_at=T0, **cycle, **window)


@pytest.fixture
def old_url(empty_database_url: str) -> str:
    """A clinic of the first house, still without patients."""
    upgrade(empty_database_url, BEFORE)
    return empty_database_url


def patient(connection: sa.Connection, code: str) -> UUID:
    """A patient whose forecast is up to date, in a clinic of their own."""
    on = {"timezone": "UTC", "checkin_at": T0.time(), "created_at": T0}
    lead = {"booking_lead_days": 7, "closed_weekdays": "6,7", "digest_at": T0.time(), "next_digest_at": T0}
    clinic_id = keep(connection, Clinic, name="Harbour", language="en", **lead, **on)
    who = {"clinic_id": clinic_id, "code": code, "condition": "crps", "measures": "mood"}
    return keep(connection, Patient, status="active", data_version=3, fitted_version=3, **who, **on)


def all_of(connection: sa.Connection, patient_id: UUID) -> dict[UUID, Any]:
    """A patient's infusions by id."""
    columns = (table_of(Infusion).c[name] for name in OF_AN_INFUSION)
    rows = connection.execute(sa.select(*columns).where(Infusion.patient_id == patient_id))
    return {row.id: row for row in rows}


def test_what_was_recorded_twice_becomes_one_and_the_rest_stays_as_void(old_url: str) -> None:
    with connected(old_url) as connection:
        ana = patient(connection, "AAAAA")
        plan = infused(connection, ana, "planned", day(2), T0, dose_mg_per_kg=0.5, minutes=40)
        report = infused(connection, ana, "reported", day(2.05), day(2.2))
        first = infused(connection, ana, "given", day(2.1), day(2.3), route="iv")
        last = infused(connection, ana, "given", day(2.15), day(2.4), minutes=45)
        void = infused(connection, ana, "void", day(2.2), day(2.5))
        alone = infused(connection, ana, "given", day(5), day(5))
    upgrade(old_url, AFTER)
    with connected(old_url) as connection:
        rows = all_of(connection, ana)
        audited = connection.execute(sa.select(Audit.action, Audit.subject_id, Audit.at)).all()
        forecast = connection.execute(sa.select(Patient.data_version, Patient.refit_due_at)).one()
    assert {key for key, row in rows.items() if row.status == "given"} == {last, alone}
    assert {key for key, row in rows.items() if row.status == "void"} == {plan, report, first, void}
    stands = rows[last]
    assert (stands.at, stands.planned_at) == (day(2.15), day(2))
    assert (stands.dose_mg_per_kg, stands.minutes, stands.route) == (0.5, 45, "iv")
    assert rows[first].at == day(2.1), "the merged ones keep what they said"
    assert {tuple(line) for line in audited} == {
        ("infusion-merged", plan, T0),
        ("infusion-merged", report, day(2.2)),
        ("infusion-merged", first, day(2.3)),
    }
    assert tuple(forecast) == (4, T0), "the forecast is made anew"


def test_a_later_given_press_counts_as_the_last_word(old_url: str) -> None:
    with connected(old_url) as connection:
        ana = patient(connection, "AAAAA")
        pressed = infused(connection, ana, "given", day(2), T0, confirmed_at=day(2.5))
        infused(connection, ana, "given", day(2.1), day(2.3))
    upgrade(old_url, AFTER)
    with connected(old_url) as connection:
        assert [key for key, row in all_of(connection, ana).items() if row.status == "given"] == [pressed]


def test_flags_and_forecasts_go_with_the_one_that_stands(old_url: str) -> None:
    with connected(old_url) as connection:
        ana = patient(connection, "AAAAA")
        merged = infused(connection, ana, "given", day(2), day(2))
        stands = infused(connection, ana, "given", day(2.1), day(2.1))
        mood = flagged(connection, ana, merged, "mood")
        pain, pain_too = (
            flagged(connection, ana, merged, "pain"),
            flagged(connection, ana, stands, "pain"),
        )
        made = {"data_version": 3, "fitted_at": T0, "status": "responding", "forecast": {}}
        fit = keep(connection, Fit, patient_id=ana, measure="mood", cycle_infusion_id=merged, **made)
    upgrade(old_url, AFTER)
    with connected(old_url) as connection:
        cycles = dict(connection.execute(sa.select(Flag.id, Flag.cycle_infusion_id)).all())
        of_the_fit = connection.scalar(sa.select(Fit.cycle_infusion_id).where(Fit.id == fit))
    assert cycles == {mood: stands, pain: merged, pain_too: stands}
    assert of_the_fit == stands


def test_two_patients_and_two_days_are_left_as_they_are(old_url: str) -> None:
    with connected(old_url) as connection:
        ana, bruno = patient(connection, "AAAAA"), patient(connection, "BBBBB")
        for patient_id in (ana, bruno):
            infused(connection, patient_id, "given", day(2), day(2))
            infused(connection, patient_id, "planned", day(3), day(2))
    upgrade(old_url, AFTER)
    with connected(old_url) as connection:
        assert {row.status for row in all_of(connection, ana).values()} == {"given", "planned"}
        assert connection.scalar(sa.select(sa.func.count(Audit.id))) == 0
        due = connection.scalars(sa.select(Patient.refit_due_at)).all()
    assert due == [T0, T0], "whether a plan holds a flag back is decided anew"


def test_a_second_one_is_refused_from_then_on_and_the_way_back_is_open(old_url: str) -> None:
    upgrade(old_url, AFTER)
    with connected(old_url) as connection:
        ana = patient(connection, "AAAAA")
        infused(connection, ana, "given", day(2), day(2))
        infused(connection, ana, "void", day(2.1), day(2))
    with pytest.raises(IntegrityError), connected(old_url) as connection:
        infused(connection, ana, "planned", day(2) + timedelta(hours=1), day(2))
    downgrade(old_url, BEFORE)
    with connected(old_url) as connection:
        infused(connection, ana, "planned", day(2) + timedelta(hours=1), day(2))
    upgrade(old_url, AFTER)
    with connected(old_url) as connection:
        statuses = [row.status for row in all_of(connection, ana).values()]
    assert sorted(statuses) == ["given", "void", "void"]

"""A clinic's own prior: learnt from its patients when somebody asks for it, kept as a version, used by each refit.

As in `flow/refit.py` what is computed holds no transaction: read, close, compute, open, write.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care.errors import Refused
from care.own_prior import Decision, Learner, Population, Study, numbers_of, prior_of, studies
from care.patient import Condition, Measure
from db import audit, clinics, exports, infusions, own_priors, patients
from db.own_priors import LEARNT, LITERATURE
from db.tables import OwnPrior, Patient
from db.types import new_id
from decay.prior import MODEL, Prior, PriorKind
from flow.histories import histories_of

NOTHING_KEPT = 0
"""The version number before the first."""


@dataclass(frozen=True)
class Standing:
    """What is known of a clinic before it learns: its patients, and for each population the newest version."""

    clinic_id: UUID
    learners: Sequence[Learner]
    versions: Mapping[Population, int]
    in_use: Mapping[Population, Prior]
    """Where it is not the literature's."""

    def learnt(self, now: datetime) -> list[Study]:
        """What the patients teach, for every population among them. Pure computing, for any thread."""
        return studies(self.learners, self.in_use, now)


async def in_use(
    session: AsyncSession, clinic_id: UUID, condition: Condition
) -> Mapping[Measure, Mapping[PriorKind, Prior]]:
    """What a clinic has learnt of a condition, where its newest version was learnt under this model."""
    found: defaultdict[Measure, dict[PriorKind, Prior]] = defaultdict(dict)
    for row in await own_priors.newest(session, clinic_id, condition):
        if (prior := _prior_in(row)) is not None:
            population = _population_of(row)
            found[population.measure][population.kind] = prior
    return found


async def standing(session: AsyncSession, clinic_id: UUID, now: datetime) -> Standing:
    """Reads a clinic. Raises Refused when there is none with this id. Call it first in a session."""
    await exports.hold_still(session)
    await clinics.clinic_of(session, clinic_id)
    learners = []
    for patient_id in await exports.patients_of_clinic(session, clinic_id):
        patient = await session.get_one(Patient, patient_id)
        given = await infusions.given_to(session, patient_id, now)
        histories = await histories_of(session, patient, given, now)
        learners += [Learner(patient.code, history) for history in histories]
    newest = await _newest(session, clinic_id)
    priors = {population: _prior_in(row) for population, row in newest.items()}
    return Standing(
        clinic_id=clinic_id,
        learners=learners,
        versions={population: row.version for population, row in newest.items()},
        in_use={population: prior for population, prior in priors.items() if prior is not None},
    )


async def keep(
    session: AsyncSession, before: Standing, found: Sequence[Study], now: datetime
) -> dict[Population, int]:
    """Keeps what is better as the next version, and has its patients' forecasts made anew.

    Gives the numbers of the new versions. Raises Refused where somebody else has kept one since `before` was read.
    """
    await own_priors.hold(session, before.clinic_id)
    await _refuse_if_changed(session, before)
    await audit.note(session, "learn-prior", now, subject_id=before.clinic_id)
    kept: dict[Population, int] = {}
    for study in found:
        if study.decision is Decision.KEPT:
            row = _learnt_row(before, study, now)
            await own_priors.add(session, row)
            await audit.note(session, "own-prior-kept", now, subject_id=row.id)
            kept[study.population] = row.version
    await _refit(session, before.clinic_id, kept, now)
    return kept


async def forget(session: AsyncSession, clinic_id: UUID, now: datetime) -> dict[Population, int]:
    """Goes back to the literature, as a new version for each population whose newest one was learnt."""
    await clinics.clinic_of(session, clinic_id)
    await own_priors.hold(session, clinic_id)
    forgotten: dict[Population, int] = {}
    for population, newest in (await _newest(session, clinic_id)).items():
        if newest.origin == LEARNT:
            row = _literature_row(clinic_id, population, newest.version + 1, now)
            await own_priors.add(session, row)
            await audit.note(session, "own-prior-forgotten", now, subject_id=row.id)
            forgotten[population] = row.version
    await _refit(session, clinic_id, forgotten, now)
    return forgotten


async def _newest(session: AsyncSession, clinic_id: UUID) -> dict[Population, OwnPrior]:
    return {
        _population_of(row): row
        for condition in Condition
        for row in await own_priors.newest(session, clinic_id, condition)
    }


async def _refuse_if_changed(session: AsyncSession, before: Standing) -> None:
    newest = await _newest(session, before.clinic_id)
    if {population: row.version for population, row in newest.items()} != before.versions:
        raise Refused("refused-prior-changed")


async def _refit(
    session: AsyncSession, clinic_id: UUID, changed: Mapping[Population, int], now: datetime
) -> None:
    for condition in sorted({population.condition for population in changed}):
        await patients.touch_clinic(session, clinic_id, condition, now)


def _learnt_row(before: Standing, study: Study, now: datetime) -> OwnPrior:
    assert study.learnt is not None
    assert study.held_out is not None
    row = _row(before.clinic_id, study.population, study.learnt, now)
    row.version = before.versions.get(study.population, NOTHING_KEPT) + 1
    row.origin, row.patients, row.answers = LEARNT, study.patients, study.answers
    row.log_score_before, row.log_score = study.held_out.before, study.held_out.learnt
    return row


def _literature_row(clinic_id: UUID, population: Population, version: int, now: datetime) -> OwnPrior:
    row = _row(clinic_id, population, population.literature, now)
    row.version, row.origin, row.patients, row.answers = version, LITERATURE, 0, 0
    return row


def _row(clinic_id: UUID, population: Population, prior: Prior, now: datetime) -> OwnPrior:
    return OwnPrior(
        id=new_id(),
        clinic_id=clinic_id,
        condition=population.condition,
        measure=population.measure,
        kind=population.kind,
        model=MODEL,
        numbers=numbers_of(prior),
        created_at=now,
    )


def _population_of(row: OwnPrior) -> Population:
    return Population(Condition(row.condition), Measure(row.measure), cast("PriorKind", row.kind))


def _prior_in(row: OwnPrior) -> Prior | None:
    """None where the literature holds: by choice, or because the numbers were learnt under another model or lie beyond
    what is allowed today. A clinic's forecasts never wait for that."""
    if row.origin != LEARNT or row.model != MODEL:
        return None
    try:
        return prior_of(row.numbers, _population_of(row))
    except ValueError:
        return None

"""Patients of one clinic, whose population may be another than the literature's."""

from dataclasses import dataclass

import numpy as np

from decay.course import Course as CourseOfScores
from decay.laboratory.bodies import Body, true_window_end
from decay.laboratory.courses import Course, infusions_of
from decay.laboratory.diaries import Diary, keep_diary
from decay.laboratory.literature import Literature
from decay.prior import Prior
from decay.simulate import draw_kind, draw_truth, first_effective

FOLLOWED_DAYS = 28


@dataclass(frozen=True, kw_only=True)
class ClinicPatient:
    """One made-up patient, shaped like the model. Days count from the first day of the diary."""

    body: Body
    infusions: tuple[float, ...]
    diary: Diary

    @property
    def window_days(self) -> float | None:
        """The true window in days after the last infusion; None where the infusions do nothing."""
        end = true_window_end(self.body, self.infusions)
        return None if end is None else end - self.infusions[-1]

    def course(self, prior: Prior, days_after: float = FOLLOWED_DAYS) -> CourseOfScores:
        """What is known so many days after the last infusion."""
        had = self.diary.until(self.infusions[-1] + days_after)
        burdens = 10.0 - had.scores if self.body.best_is_ten else had.scores
        return CourseOfScores.of(
            infusion_days=self.infusions,
            score_days=had.days.tolist(),
            burdens=burdens.tolist(),
            prior=prior,
            now_day=self.infusions[-1] + days_after,
        )


def draw_clinic_patient(seed: int, known: Literature, course: Course, *, best_is_ten: bool) -> ClinicPatient:
    """The patient of a seed, drawn from what is `known` of this clinic; the same for ever."""
    rng = np.random.default_rng([seed, 17])
    kind = draw_kind(rng, known)
    body = draw_truth(
        rng,
        known,
        responds=kind != "non_responder",
        first_effective_infusion=first_effective(rng, kind),
        best_is_ten=best_is_ten,
    )
    infusions = infusions_of(rng, course, body)
    diary = keep_diary(rng, body, infusions, last_day=int(infusions[-1]) + FOLLOWED_DAYS)
    return ClinicPatient(body=body, infusions=infusions, diary=diary)

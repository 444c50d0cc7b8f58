"""The laboratory's patients as lines: each can be read, and tells what came true of its own window."""

import json
from datetime import datetime, timedelta

import pytest

from benchmarks.answers import Answers, covered, to_the_clinic, to_the_clinic_if_known
from benchmarks.asking import ASKED_DAYS, ask
from benchmarks.lines import lines_of
from care.evaluation_lines import EvaluatedLine, read_evaluated
from decay.laboratory.cohorts import Group, draw_case
from decay.laboratory.courses import BOOSTERS

BOOSTED = Group(condition="depression", course="boosters", family="other")


def lines(seed: int, *, all_seeing: bool = False) -> list[EvaluatedLine]:
    """One patient's lines, as `evaluate` reads them."""
    case = draw_case(BOOSTED, seed)
    return [read_evaluated(json.dumps(line).encode()) for line in lines_of(case, all_seeing=all_seeing)]


@pytest.mark.parametrize("seed", range(6))
def test_a_patient_is_asked_about_in_each_cycle_until_the_booster_comes(seed: int) -> None:
    asked: dict[datetime, list[int]] = {}
    for line in lines(seed):
        assert line.last_infusion is not None
        asked.setdefault(line.last_infusion, []).append(
            round((line.as_of - line.last_infusion) / timedelta(days=1))
        )
        assert max(one.at for one in line.infusions) <= line.as_of
        assert all(score.at <= line.as_of for score in line.scores)
        assert line.truth.censored_at is None or line.truth.censored_at > line.as_of
    assert len(asked) == 1 + BOOSTERS
    assert all(days == list(ASKED_DAYS)[: len(days)] for days in asked.values())
    assert asked[max(asked)] == list(ASKED_DAYS)


def test_only_the_laboratory_knows_what_would_have_been() -> None:
    seen, known = (
        [line for seed in range(12) for line in lines(seed, all_seeing=all_seeing)]
        for all_seeing in (False, True)
    )
    cut = [line for line in seen if line.truth.window_end is None and line.truth.censored_at is not None]
    assert len(cut) > 0.1 * len(seen)
    ends = {(line.id, line.as_of): line.truth.window_end for line in known}
    for line in cut:
        end = ends[line.id, line.as_of]
        assert end is None or (line.truth.censored_at is not None and end > line.truth.censored_at)
    assert all(line.truth.censored_at is None for line in known)


def test_figures_come_from_every_responder_on_every_day() -> None:
    """Twelve people are too few for the figures themselves; what must hold is what they are made of."""
    asked = [ask((BOOSTED, seed)) for seed in range(12)]
    answers = Answers.among(asked)
    responders = sum(one.responds for one in asked)
    assert answers.percentiles.shape == (responders, len(ASKED_DAYS), 99)
    assert answers.if_known.shape == (responders, 19)
    assert 0.0 < to_the_clinic_if_known(answers) < 1.0
    assert 0.0 < to_the_clinic(answers) < 2.0
    assert covered(answers, 0.5) <= covered(answers, 0.8)
    assert all(len(one.answers) == 1 for one in asked if not one.responds)

"""`./tidemark forecast`: a line out for each line in, in the same order, whatever stands in them."""

import io
import json
from typing import TypedDict

import pytest

from bot.forecast_command import forecast_lines

CONTRACT_LINE = (
    '{"id": "p1", "condition": "depression", "measure": "mood",'
    ' "infusions": ["2026-01-08T10:00:00+00:00"],'
    ' "scores": [{"at": "2026-01-09T18:02:00+00:00", "value": 6}],'
    ' "as_of": "2026-01-20T00:00:00+00:00"}'
)


class Out(TypedDict, total=False):
    """What a line out may hold."""

    id: str | int | None
    measure: str
    as_of: str
    status: str
    why: str
    response_probability: float | None
    window_days: dict[str, float] | None
    ended_probability: float | None
    ends_within_days: dict[str, float] | None
    half_life_days: dict[str, float] | None
    score_forecast: list[dict[str, float]]
    model: str
    error: str


def run(*lines: str | bytes, kept: float = 0.5) -> tuple[int, list[Out]]:
    """Exit code and lines out."""
    sink = io.StringIO()
    source = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    counted = forecast_lines(io.BytesIO(source), sink, kept=kept)
    out: list[Out] = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert (counted.lines, counted.bad) == (len(out), sum("error" in one for one in out))
    return 1 if counted.bad else 0, out


def line(**changed: object) -> str:
    """The contract's line with something changed."""
    return json.dumps(json.loads(CONTRACT_LINE) | changed)


def test_the_contract_s_line() -> None:
    code, [out] = run(CONTRACT_LINE)
    assert code == 0
    assert list(out) == [
        "id",
        "measure",
        "as_of",
        "status",
        "why",
        "response_probability",
        "window_days",
        "ended_probability",
        "ends_within_days",
        "half_life_days",
        "score_forecast",
        "model",
    ]
    assert (out["id"], out["measure"], out["model"]) == ("p1", "mood", "effect-site-lattice/3")
    assert out["as_of"] == "2026-01-20T00:00:00+00:00"
    assert out["status"] == "not_known"
    assert out["why"] == ("Too few data to say anything: 1 usable score since the first infusion.")
    window = out["window_days"]
    assert window is not None
    assert list(window) == [f"{percent / 100:.2f}" for percent in range(5, 100, 5)]
    golden = {"0.05": 3.64, "0.25": 7.42, "0.50": 11.97, "0.75": 19.81, "0.90": 30.67, "0.95": 44.00}
    assert {level: window[level] for level in golden} == pytest.approx(golden, abs=0.02)
    assert out["half_life_days"] == pytest.approx({"0.10": 2.88, "0.50": 8.15, "0.90": 22.12}, abs=0.02)
    assert out["ends_within_days"] == pytest.approx({"3": 0.596, "7": 0.719, "14": 0.852}, abs=0.002)
    assert out["ended_probability"] == pytest.approx(0.483, abs=0.002)
    assert out["response_probability"] == pytest.approx(0.479, abs=0.003)
    assert len(out["score_forecast"]) == 14
    assert out["score_forecast"][0] == pytest.approx(
        {"days_ahead": 1, "mean": 4.02, "p10": 1, "p90": 7}, abs=0.01
    )


def test_an_infusion_may_say_its_dose_and_its_length() -> None:
    at = "2026-01-08T10:00:00+00:00"
    written = [
        at,
        {"at": at},
        {"at": at, "mg_per_kg": 0.5, "minutes": 40},
        {"at": at, "dose_mg_per_kg": 0.5, "minutes": 40, "route": "iv", "status": "given"},
        {"at": at, "mg_per_kg": None, "minutes": None},
    ]
    code, same = run(*(line(infusions=[one]) for one in written))
    assert code == 0
    assert same == [same[0]] * len(written)
    doses = (0.2, 0.5, 1.0)
    _, out = run(*(line(infusions=[{"at": at, "mg_per_kg": dose}]) for dose in doses))
    weak, usual, strong = (one["window_days"]["0.50"] for one in out if one["window_days"] is not None)
    assert weak < usual < strong


def test_a_continuous_course_in_crps_lasts_for_months() -> None:
    course = {"at": "2026-01-08T10:00:00+00:00", "mg_per_kg": 33.0, "minutes": 6480}
    on_five_days = [f"2026-01-{number:02}T10:00:00+00:00" for number in range(8, 13)]
    pain: dict[str, object] = {"condition": "crps", "measure": "pain"}
    code, out = run(line(infusions=[course], **pain), line(infusions=on_five_days, **pain))
    assert code == 0
    for one in out:
        assert one["window_days"] is not None
        assert one["window_days"]["0.10"] < 77 < 91 < one["window_days"]["0.50"] < 130
        assert one["window_days"]["0.90"] > 300


def test_no_infusion_yet() -> None:
    code, [out] = run(line(infusions=["2026-01-21T10:00:00+00:00"]))
    assert code == 0
    assert out["status"] == "no_infusion"
    assert [out["window_days"], out["half_life_days"], out["response_probability"]] == [None] * 3
    assert len(out["score_forecast"]) == 14


def test_a_bad_line_is_answered_in_its_place_and_the_rest_goes_on() -> None:
    code, out = run(line(id="a"), "garbage", line(id="b", measure="sleep"), "", line(id="c"))
    assert code == 1
    assert [one["id"] for one in out] == ["a", None, "b", None, "c"]
    assert ["error" in one for one in out] == [False, True, True, True, False]
    assert out[1]["error"] == "The line is not JSON (expected value)."
    assert out[2]["error"] == "measure must be 'mood' or 'pain'."
    assert out[3]["error"] == "The line is empty."


def test_empty_lines_at_the_end_are_no_lines() -> None:
    code, out = run("", line(id="a"), " ", "", line(id="b"), "", " ")
    assert (code, [one["id"] for one in out]) == (1, [None, "a", None, None, "b"])
    assert run("", "", "") == (0, [])


@pytest.mark.parametrize("cut", [10, 60, len(CONTRACT_LINE) - 1])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_of_a_line_that_was_cut_off_only_that_is_said(cut: int, end: str) -> None:
    _, [out] = run(CONTRACT_LINE[:cut] + end)
    assert out["error"] == "The line is not JSON (it ends too early)."


def test_a_bad_line_is_as_compact_as_a_good_one() -> None:
    sink = io.StringIO()
    forecast_lines(io.BytesIO(f"{CONTRACT_LINE}\ngarbage".encode()), sink)
    for out in sink.getvalue().splitlines():
        assert out.startswith('{"id":')
        assert out == json.dumps(json.loads(out), separators=(",", ":"))


def test_an_infusion_that_is_named_twice_is_one_with_what_is_stated_last() -> None:
    other_days = [{"at": f"2026-01-{n:02}T18:00:00+00:00", "value": 2 + n % 3} for n in range(5, 20)]
    at = "2026-01-08T10:00:00+00:00"
    once: list[object] = [{"at": at, "mg_per_kg": 1.0, "minutes": 40}]
    twice: list[object] = [
        {"at": at, "mg_per_kg": 0.5, "minutes": 40},
        "2026-01-08T11:00:00+01:00",
        {"at": at, "mg_per_kg": 1.0},
    ]
    half: list[object] = [{"at": at, "mg_per_kg": 0.5, "minutes": 40}]
    _, [one, same, less] = run(*(line(infusions=given, scores=other_days) for given in (once, twice, half)))
    assert one == same
    assert one != less


def test_a_line_that_is_no_text_is_answered_with_its_id_where_that_can_be_read() -> None:
    latin = line(id="p1", note="Köpfe").encode().replace(b"\\u00f6", b"\xf6")
    unreadable = line(id="Köpfe").encode().replace(b"\\u00f6", b"\xf6")
    code, out = run(latin, line(id="Köpfe"), unreadable, b"\xff")
    assert code == 1
    assert [one["id"] for one in out] == ["p1", "Köpfe", None, None]
    assert ["error" in one for one in out] == [True, False, True, True]
    assert out[0]["error"] == f"The line is not UTF-8: byte {latin.index(0xF6) + 1} is 0xF6."
    assert out[3]["error"] == "The line is not UTF-8: byte 1 is 0xFF."


NUMBER = "scores[0].value must be a number from 0 to 10."
DOSE = "a dose lies from 0.05 to 10."
INFUSION_NUMBER = "must be a number that an infusion can have."
TIME = "must be a text such as 2026-01-08T10:00:00+00:00."


def infused(**details: object) -> dict[str, object]:
    """One infusion, with more than its time."""
    return {"infusions": [{"at": "2026-01-08T10:00:00+00:00", **details}]}


def score(value: object) -> list[dict[str, object]]:
    """One score."""
    return [{"at": "2026-01-09T18:02:00+00:00", "value": value}]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"scores": score(float("nan"))}, NUMBER),
        ({"scores": score(float("inf"))}, NUMBER),
        ({"scores": score(10.5)}, NUMBER),
        ({"scores": score(-1)}, NUMBER),
        ({"scores": score("6")}, NUMBER),
        ({"scores": score(True)}, NUMBER),
        ({"scores": score(None)}, NUMBER),
        ({"scores": [{"at": "2026-01-09T18:02:00+00:00"}]}, "scores[0].value is missing."),
        ({"scores": {}}, "scores must be a list."),
        ({"scores": [7]}, "scores[0] must be an object in braces."),
        ({"as_of": "2026-01-20T00:00:00"}, "as_of needs an offset such as +00:00."),
        ({"as_of": "1700000000"}, f"as_of {TIME}"),
        ({"as_of": 1700000000}, f"as_of {TIME}"),
        ({"as_of": "2026-13-01T00:00:00+00:00"}, "as_of must be a time such as 2026-01-08T10:00:00+00:00."),
        ({"as_of": "9999-12-31T23:59:59+00:00"}, "as_of lies outside the years 1900 to 2200."),
        ({"infusions": ["2026-01-08"]}, "infusions[0] needs an offset such as +00:00."),
        ({"infusions": "2026-01-08T10:00:00+00:00"}, "infusions must be a list."),
        ({"infusions": [7]}, f"infusions[0] {TIME}"),
        ({"infusions": [None]}, f"infusions[0] {TIME}"),
        ({"infusions": [{}]}, "infusions[0].at is missing."),
        ({"infusions": [{"at": "2026-01-08"}]}, "infusions[0].at needs an offset such as +00:00."),
        (infused(mg_per_kg=-0.5), f"infusions[0] has mg_per_kg of -0.5: {DOSE}"),
        (infused(mg_per_kg=0), f"infusions[0] has mg_per_kg of 0: {DOSE}"),
        (infused(mg_per_kg=50), f"infusions[0] has mg_per_kg of 50: {DOSE}"),
        (
            infused(mg_per_kg=50, minutes=1440),
            "infusions[0] has mg_per_kg of 50: a dose lies from 0.05 to 20.",
        ),
        (infused(mg_per_kg=float("nan")), f"infusions[0].mg_per_kg {INFUSION_NUMBER}"),
        (infused(mg_per_kg=float("inf")), f"infusions[0].mg_per_kg {INFUSION_NUMBER}"),
        (infused(mg_per_kg=10**400), f"infusions[0].mg_per_kg {INFUSION_NUMBER}"),
        (infused(mg_per_kg="0.5"), f"infusions[0].mg_per_kg {INFUSION_NUMBER}"),
        (infused(dose_mg_per_kg=True), f"infusions[0].mg_per_kg {INFUSION_NUMBER}"),
        (infused(minutes=[40]), f"infusions[0].minutes {INFUSION_NUMBER}"),
        (
            infused(minutes=0),
            "infusions[0] has minutes of 0: an infusion lasts from 1 to 20160.",
        ),
        (
            infused(minutes=20161),
            "infusions[0] has minutes of 20161: an infusion lasts from 1 to 20160.",
        ),
        ({"condition": "Depression"}, "condition must be 'depression', 'crps' or 'chronic_pain'."),
        ({"id": None}, "id must be a text or a whole number."),
        ({"id": 1.5}, "id must be a text or a whole number."),
    ],
)
def test_what_is_wrong_and_where(changed: dict[str, object], error: str) -> None:
    code, [out] = run(line(**changed))
    assert (code, out["error"]) == (1, error)


@pytest.mark.parametrize(
    "garbage",
    [
        "[]",
        "null",
        "{}",
        "7",
        '"',
        "{" * 100_000,
        "[" * 100_000,
        '{"id": "\\ud800"}',
        b'{"id": "\xff"}',
        b"\xff\xfe{\x00",
        "\x00",
    ],
    ids=range(11),
)
def test_garbage_gives_a_sentence(garbage: str | bytes) -> None:
    code, out = run(garbage, CONTRACT_LINE)
    assert code == 1
    assert out[0]["error"].endswith(".")
    assert out[1]["status"] == "not_known"


def test_order_and_offsets_make_no_difference_and_what_comes_later_is_not_used() -> None:
    base: dict[str, object] = {
        "infusions": ["2026-01-08T10:00:00+00:00", "2026-01-10T10:00:00+00:00", "2026-01-10T10:00:00+00:00"],
        "scores": [{"at": f"2026-01-{n:02}T18:00:00+00:00", "value": 2 + n % 3} for n in range(5, 20)],
    }
    in_other_words = ["2026-01-10T12:00:00+02:00", "2026-01-10T05:00:00-05:00", "2026-01-08T10:00:00Z"]
    elsewhere = [{"at": f"2026-01-{n:02}T20:30:00+02:30", "value": 2 + n % 3} for n in reversed(range(5, 20))]
    same: dict[str, object] = {
        "infusions": ["2026-02-01T10:00:00Z", *in_other_words],
        "scores": [*elsewhere, {"at": "2026-01-20T00:00:01+00:00", "value": 10}],
    }
    _, [one, other] = run(line(**base), line(**same))
    assert one == other


def test_the_share_that_is_kept_moves_the_window_and_must_make_sense() -> None:
    _, [most] = run(CONTRACT_LINE, kept=0.8)
    _, [little] = run(CONTRACT_LINE, kept=0.2)
    assert most["window_days"] is not None
    assert little["window_days"] is not None
    assert most["window_days"]["0.50"] < little["window_days"]["0.50"]
    with pytest.raises(ValueError, match="--kept must lie between 0 and 1"):
        run(CONTRACT_LINE, kept=50)


def test_keys_that_are_for_others_are_passed_over() -> None:
    code, [out] = run(line(truth={"window_end": None, "censored_at": None}), kept=0.5)
    assert (code, out["status"]) == (0, "not_known")

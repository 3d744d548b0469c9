"""Criteria of conduction, at and beside their thresholds."""

import pytest

from tests.findings.criteria_cases import DELTA, LAFB, LBBB, RBBB, in_leads, results, state


def test_bundle_branch_blocks_by_width_and_shape() -> None:
    assert state("complete_lbbb", LBBB) == state("complete_rbbb", RBBB) == "met"
    assert state("complete_rbbb", LBBB) == state("complete_lbbb", RBBB) == "not met"
    assert state("complete_lbbb", LBBB | {"qrs_ms": 119.0}) == "not met"
    assert state("complete_lbbb", LBBB | {"q_ms V6": 20.0, "q_mv V6": -0.1}) == "not met"
    assert state("incomplete_rbbb", RBBB | {"qrs_ms": 112.0}) == "met"
    assert state("complete_rbbb", RBBB | {"qrs_ms": 112.0}) == "not met"


@pytest.mark.parametrize(
    ("plateau_ms", "expected"), [(19.0, "not met"), (20.0, "met"), (None, "not measurable")]
)
def test_lbbb_needs_a_broad_r_in_one_lateral_lead(plateau_ms: float | None, expected: str) -> None:
    assert state("complete_lbbb", LBBB | {"r_plateau_ms V6": plateau_ms}) == expected
    assert state("complete_lbbb", LBBB | {"r_plateau_ms V6": plateau_ms, "r_plateau_ms aVL": 30.0}) == "met"


def test_rbbb_by_second_or_late_r_and_broad_s() -> None:
    one_r = RBBB | {"r_second_mv V1": 0.0}
    assert state("complete_rbbb", one_r) == "met"  # a wide R, late
    assert state("complete_rbbb", one_r | {"r_peak_time_ms V1": 50.0}) == "not met"
    early = {"r_peak_time_ms V1": 50.0}
    assert state("complete_rbbb", RBBB | early) == "met"
    assert state("complete_rbbb", one_r | early | {"r_second_mv V2": 0.3}) == "met"
    no_r = {"r_mv V1": 0.0, "r_peak_time_ms V1": None}
    assert state("complete_rbbb", one_r | no_r) == "not met"
    assert state("complete_rbbb", RBBB | {"s_ms I": 40.0, "r_ms I": 45.0}) == "not met"
    assert state("complete_rbbb", RBBB | {"s_ms I": 40.0, "r_ms I": 35.0}) == "met"
    assert results(RBBB | {"s_ms V6": None})["complete_rbbb"].missing == (
        "m-r_ms-I", "m-s_ms-V6", "m-r_ms-V6"
    )  # fmt: skip


def test_a_late_r_of_v1_tells_of_delay_whatever_the_width() -> None:
    assert state("right_delay", {"qrs_ms": 100.0, "r_peak_time_ms V1": 51.0}) == "met"
    assert state("right_delay", {"qrs_ms": 110.0, "r_peak_time_ms V1": 50.0}) == "not met"
    assert state("right_delay", {"qrs_ms": 111.0}) == "met"


def test_what_has_the_shape_of_rbbb_has_no_left_delay() -> None:
    assert state("left_delay", LBBB) == "met"
    assert state("left_delay", RBBB) == "not met"
    assert state("left_delay", {"qrs_ms": 110.0}) == "not met"


def test_incomplete_lbbb_hangs_on_the_r_peak_time() -> None:
    shape = LBBB | {"qrs_ms": 114.0}
    assert results(shape)["incomplete_lbbb"].missing == tuple(
        f"m-r_peak_time_ms-{v}" for v in ("V4", "V5", "V6")
    )
    assert state("incomplete_lbbb", shape | in_leads("V4 V5 V6", r_peak_time_ms=64.0)) == "met"
    assert state("incomplete_lbbb", shape | in_leads("V4 V5 V6", r_peak_time_ms=60.0)) == "not met"


def test_a_wide_qrs_of_no_known_shape_is_a_nonspecific_delay() -> None:
    assert state("ivcd", {"qrs_ms": 125.0, "r_mv I": 0.1, "s_mv I": -0.5}) == "met"
    assert state("ivcd", LBBB) == state("ivcd", RBBB) == "not met"


def test_left_anterior_fascicular_block() -> None:
    assert state("lafb", LAFB) == "met"
    assert state("lafb", LAFB | {"qrs_axis_deg": -44.0}) == "not met"
    assert state("lafb", LAFB | {"q_ms aVL": 0.0}) == "not met"
    assert state("lafb", LAFB | {"r_peak_time_ms aVL": 44.0}) == "not met"
    wide = {"qrs_ms": 140.0}
    assert state("lafb", LAFB | wide) == "not met"
    assert state("lafb", LAFB | RBBB) == "met"  # RBBB with LAFB is reported as both (CND-12)


def test_left_posterior_fascicular_block() -> None:
    rs = in_leads("I aVL", r_mv=0.2, s_mv=-0.6)
    qr = in_leads("III aVF", q_ms=20.0, q_mv=-0.1, r_mv=0.9)
    assert state("lpfb", {"qrs_axis_deg": 110.0} | rs | qr) == "met"
    assert state("lpfb", {"qrs_axis_deg": 110.0} | rs) == "not met"


def test_pre_excitation_is_short_and_wide_with_a_slurred_start() -> None:
    assert state("pre_excitation", DELTA) == "met"
    assert state("pre_excitation", DELTA | {"pr_ms": 121.0}) == "not met"
    assert state("pre_excitation", DELTA | {"qrs_ms": 120.0}) == "not met"
    assert state("pre_excitation", DELTA | {"qrs_upstroke_ms": 54.0}) == "not met"
    assert results(DELTA | {"pr_ms": None})["pre_excitation"].missing == ("m-pr_ms",)


def test_a_delta_wave_is_told_without_a_short_pr_but_not_of_rbbb() -> None:
    longer = DELTA | {"pr_ms": 150.0}
    assert state("delta_wave", longer) == "met"
    assert state("delta_wave", longer | {"pr_ms": 201.0}) == "not met"
    assert state("delta_wave", RBBB | {"qrs_upstroke_ms": 60.0}) == "not met"
    assert state("delta_wave", longer | {"qrs_ms": 110.0}) == "not met"

"""Criteria of ST, T, Q and R, at and beside their thresholds."""

import pytest

from tests.findings.criteria_cases import DELTA, LBBB, Values, in_leads, results, state

# ── ST and T ─────────────────────────────────────────────────────────────────────────────────


def test_st_elevation_names_leads_and_territory() -> None:
    result = results(in_leads("II III aVF", st_j_mv=0.12))["st_elevation"]
    assert (result.leads, result.territory) == (("II", "III", "aVF"), "inferior")
    assert result.numbers == {f"m-st_j_mv-{lead}": 0.12 for lead in ("II", "III", "aVF")}
    assert results(in_leads("V2 V3 V4", st_j_mv=0.2))["st_elevation"].territory == "anterior"
    assert results(in_leads("V1 V2 V3 V4", st_j_mv=0.2))["st_elevation"].territory == "anteroseptal"


def test_a_lead_that_is_missing_leaves_open_what_it_could_complete() -> None:
    beside = {"st_j_mv V4": 0.15, "st_j_mv V5": None}
    assert results(beside)["st_elevation"].missing == ("m-st_j_mv-V5",)
    assert state("st_elevation", {"st_j_mv V5": None}) == "not met"


def test_upsloping_st_depression_does_not_count() -> None:
    assert state("st_depression", in_leads("V4 V5", st_j_mv=-0.08, st_j60_mv=-0.1)) == "met"
    assert state("st_depression", in_leads("V4 V5", st_j_mv=-0.1, st_j60_mv=-0.06)) == "not met"


def test_t_inversion_needs_a_prominent_r() -> None:
    assert state("t_inversion", in_leads("V4 V5", t_mv=-0.15)) == "met"
    assert state("t_inversion", in_leads("V4 V5", t_mv=-0.15, s_mv=-0.9)) == "not met"


def test_posterior_and_right_ventricular_hints() -> None:
    mirror = in_leads("V1 V2 V3", st_j_mv=-0.1, st_j60_mv=-0.1, t_mv=0.3)
    posterior = results(mirror)["posterior_st"]
    assert (posterior.leads, posterior.territory) == (("V1", "V2", "V3"), "posterior")
    assert state("posterior_st", mirror | in_leads("V5 V6", st_j_mv=-0.1, st_j60_mv=-0.1)) == "not met"
    inferior = in_leads("II III aVF", st_j_mv=0.15)
    assert state("right_ventricular_st", inferior | {"st_j_mv V1": 0.1}) == "met"
    assert state("right_ventricular_st", inferior) == "not met"


def test_left_main_needs_six_leads() -> None:
    low = in_leads("I II V3 V4 V5 V6", st_j_mv=-0.1) | {"st_j_mv aVR": 0.12}
    assert results(low)["left_main"].numbers["n_depressed_leads"] == 6
    assert state("left_main", low | {"st_j_mv I": -0.09}) == "not met"
    assert state("left_main", low | {"st_j_mv I": None}) == "not measurable"


BIPHASIC = in_leads("V2 V3", t_mv=0.3, t_second_mv=-0.15, t_terminal_mv=-0.15)


def test_wellens_of_biphasic_t_goes_up_then_down_in_both_leads() -> None:
    assert results(BIPHASIC)["wellens_biphasic"].leads == ("V2", "V3")
    assert state("wellens", BIPHASIC) == "not met"
    down_then_up = in_leads("V2 V3", t_mv=0.3, t_second_mv=-0.15, t_terminal_mv=0.3)
    assert state("wellens_biphasic", down_then_up) == "not met"
    assert state("wellens_biphasic", BIPHASIC | {"t_terminal_mv V3": -0.09}) == "not met"
    assert state("wellens_biphasic", BIPHASIC | {"q_ms V3": 40.0, "q_mv V3": -0.3}) == "not met"
    inverted = in_leads("V2 V3", t_mv=-0.3, t_second_mv=0.0, t_terminal_mv=-0.3)
    assert state("wellens_biphasic", inverted) == "not met"
    assert results(BIPHASIC | {"t_terminal_mv V2": None})["wellens_biphasic"].missing == (
        "m-t_terminal_mv-V2",
    )


def test_a_low_t_is_low_in_itself_and_beside_its_r() -> None:
    low = in_leads("V4 V5", t_mv=0.06, r_mv=1.0)
    assert results(low)["low_t"].leads == ("V4", "V5")
    assert state("low_t", low | {"r_mv V5": 0.5}) == "not met"  # 12 % of R
    assert state("low_t", low | {"t_mv V5": 0.11, "r_mv V5": 2.0}) == "not met"  # over 0.1 mV
    assert state("low_t", in_leads("V4", t_mv=0.0)) == "not met"


def test_wellens_keeps_its_r_and_has_no_q() -> None:
    deep = in_leads("V2 V3", t_mv=-0.3)
    assert state("wellens", deep) == "met"
    assert state("wellens", deep | {"q_ms V3": 40.0, "q_mv V3": -0.3}) == "not met"
    assert state("wellens", {"t_mv V2": -0.3}) == "not met"


def test_brugada_type_1_is_coved_and_not_the_end_of_an_rbbb() -> None:
    coved = {"st_j_mv V1": 0.3, "st_j60_mv V1": 0.18, "t_mv V1": -0.2}
    assert results(coved)["brugada_type_1"].leads == ("V1",)
    assert state("brugada_type_1", coved | {"st_j60_mv V1": -0.05}) == "not met"
    assert state("brugada_type_1", coved | {"t_mv V1": 0.2}) == "not met"
    assert state("brugada_type_1", coved | {"st_j_mv V1": 0.2}) == "not met"


# ── infarction ───────────────────────────────────────────────────────────────────────────────


def test_q_waves_by_group() -> None:
    inferior = results(in_leads("II aVF", q_ms=30.0, q_mv=-0.1))
    assert inferior["q_waves"].leads == ("II", "aVF")
    assert inferior["inferior_q"].met
    assert not inferior["anterior_q"].met
    assert state("anterior_q", in_leads("V2 V3", q_ms=21.0, q_mv=-0.05)) == "met"
    assert state("q_waves", in_leads("V4 V5", q_ms=29.0, q_mv=-0.2)) == "not met"
    assert state("q_waves", {"q_mv V1": -0.9, "q_ms V1": 80.0, "r_mv V1": 0.0}) == "not met"


@pytest.mark.parametrize(
    "masked_by", [LBBB, DELTA, DELTA | {"pr_ms": 150.0}], ids=["LBBB", "WPW", "delta wave"]
)
def test_q_waves_are_not_told_where_conduction_makes_them(masked_by: Values) -> None:
    found = results(masked_by | in_leads("II III aVF", q_ms=40.0, q_mv=-0.3))
    assert {found[key].state for key in ("q_waves", "inferior_q")} == {"not measurable"}
    assert "pre-excitation" in (found["q_waves"].reason or "")


def test_small_q_counts_with_inverted_t() -> None:
    small = in_leads("II III", q_ms=24.0, q_mv=-0.12)
    assert state("small_q_with_t_inversion", small | in_leads("II III", t_mv=-0.2)) == "met"
    assert state("small_q_with_t_inversion", small) == "not met"


def test_posterior_r_waits_for_the_duration_of_r() -> None:
    tall = in_leads("V1 V2", r_mv=0.9, s_mv=-0.4, t_mv=0.3)
    assert results(tall)["posterior_r"].missing == ("m-r_ms-V1", "m-r_ms-V2")
    assert state("posterior_r", tall | in_leads("V1 V2", r_ms=45.0)) == "met"


def test_poor_and_reversed_r_progression() -> None:
    poor = {"r_mv V1": 0.05, "r_mv V2": 0.15, "r_mv V3": 0.3, "r_mv V4": 0.5, "s_mv V4": -0.6}
    assert state("poor_r_progression", poor) == "met"
    assert state("poor_r_progression", poor | {"s_mv V4": -0.5}) == "not met"
    assert state("poor_r_progression", poor | {"r_mv V3": 0.31}) == "not met"
    assert state("reversed_r_progression", poor) == "not met"
    assert state("reversed_r_progression", poor | {"r_mv V2": 0.31, "r_mv V3": 0.2}) == "met"
    assert (
        state("reversed_r_progression", {"r_mv V2": 1.0, "r_mv V3": 0.8}) == "not met"
    )  # R of V3 is not low


def test_the_end_of_a_wide_qrs_is_no_st_shift() -> None:
    low = LBBB | {"st_j_mv V2": -1.5, "r_mv V2": 0.5, "s_mv V2": -3.0}
    assert state("sgarbossa", low | {"st_j60_mv V2": -0.2}) == "met"
    assert state("sgarbossa", low | {"st_j60_mv V2": 0.3}) == "not met"
    assert state("sgarbossa", LBBB | {"st_j_mv V6": 0.4, "st_j60_mv V6": -0.1}) == "not met"


def test_sgarbossa_points() -> None:
    concordant = LBBB | {"st_j_mv V6": 0.12}
    assert results(concordant)["sgarbossa"].numbers == {"m-st_j_mv-V6": 0.12, "points": 5}
    assert results(LBBB | {"st_j_mv V1": -0.1})["sgarbossa"].numbers["points"] == 3
    discordant = results(LBBB | {"st_j_mv V1": 0.5})
    assert (discordant["sgarbossa"].state, discordant["sgarbossa"].numbers["points"]) == ("not met", 2)
    # 0.5 mV over an S of 1.8 mV: 0.28, over a quarter.
    assert discordant["sgarbossa_modified"].met
    assert discordant["sgarbossa_modified"].numbers["st_to_s V1"] == pytest.approx(-0.28)
    assert state("sgarbossa_modified", LBBB | {"st_j_mv V1": 0.4}) == "not met"


def test_sgarbossa_is_for_left_bundle_branch_block_and_in_part_for_pacing() -> None:
    assert state("sgarbossa", {"st_j_mv V6": 0.12}) == "not met"
    assert state("sgarbossa", {"st_j_mv V6": 0.12}, n_paced=11) == "met"
    assert state("sgarbossa", {"st_j_mv V1": -0.2}, n_paced=11) == "not met"

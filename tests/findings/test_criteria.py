"""Criteria: the table, limits of one measurement, rhythm; at and beside each threshold."""

import pytest

from cardio_agent.findings.criteria import CRITERIA
from cardio_agent.findings.rules import RULES
from cardio_agent.leads import LEADS
from cardio_agent.measurement import Ectopy
from cardio_agent.measurement.ectopy import Pattern
from cardio_agent.retrieval import load_corpus
from cardio_agent.schema import (
    Patient,
)
from tests.findings.criteria_cases import GLOBALS, LEAD, results, state

# ── the table ────────────────────────────────────────────────────────────────────────────────


def test_keys_are_unique_and_rules_name_known_ones() -> None:
    keys = [criterion.key for criterion in CRITERIA]
    assert len(keys) == len(set(keys))
    for rule in RULES:
        assert {*rule.criteria, *([rule.refuted_by] if rule.refuted_by else [])} <= set(keys), rule.key


def test_sources_stand_in_the_corpus_and_tell_whether_a_criterion_is_checked() -> None:
    corpus = {passage.id: passage for passage in load_corpus()}
    # The corpus has the points of one and the slurred start of the other, but not all thresholds.
    from_memory_in_part = {"romhilt_estes", "delta_wave"}
    for criterion in CRITERIA:
        assert set(criterion.sources) <= set(corpus), criterion.key
        rests = [corpus[id].checked for id in criterion.sources]
        expected = bool(rests) and all(rests) and criterion.key not in from_memory_in_part
        assert criterion.checked is expected, criterion.key


def test_an_ordinary_ecg_meets_the_limits_of_normal_and_nothing_else() -> None:
    met = {key for key, result in results().items() if result.met}
    normal = {"normal_rate", "normal_pr", "normal_qrs", "normal_axis", "normal_qtc"}
    assert met == normal | {"sinus_rhythm"}


def test_every_result_names_what_is_missing_or_gives_its_numbers() -> None:
    nothing = dict.fromkeys((*GLOBALS, *(f"{name} {lead}" for name in LEAD for lead in LEADS)))
    for result in results(nothing, Patient(), {"p_to_qrs_ratio": None, "rr_cv": None}).values():
        if result.state == "not measurable":
            assert result.reason
            assert result.missing or result.id == "c-pacing"
    for result in results().values():
        assert result.state == "not measurable" or not result.missing
        assert not result.met or result.basis


# ── on one measurement ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("key", "name", "met", "not_met"),
    [
        ("first_degree_avb", "pr_ms", 201, 200),
        ("marked_first_degree_avb", "pr_ms", 301, 300),
        ("short_pr", "pr_ms", 119, 120),
        ("qrs_120", "qrs_ms", 120, 119),
        ("qrs_over_110", "qrs_ms", 111, 110),
        ("left_axis", "qrs_axis_deg", -31, -30),
        ("right_axis", "qrs_axis_deg", 91, 90),
        ("extreme_axis", "qrs_axis_deg", -91, -90),
        ("long_qtc", "qtc_fridericia_ms", 450, 449),
        ("very_long_qtc", "qtc_fridericia_ms", 501, 500),
        ("short_qtc", "qtc_fridericia_ms", 360, 361),
        ("sinus_bradycardia", "heart_rate_bpm", 59, 60),
        ("sinus_tachycardia", "heart_rate_bpm", 101, 100),
        ("pause", "longest_pause_ms", 3001, 3000),
        ("left_atrial", "p_lead_ms II", 120, 119),
    ],
)
def test_at_and_beside_the_threshold(key: str, name: str, met: float, not_met: float) -> None:
    assert state(key, {name: met}) == "met"
    missing_force = key == "left_atrial"  # the other half of it was not measured
    assert state(key, {name: not_met}) == ("not measurable" if missing_force else "not met")


def test_a_wide_qrs_is_deducted_from_a_long_qtc() -> None:
    block = results({"qtc_fridericia_ms": 470.0, "qrs_ms": 150.0})["long_qtc"]
    assert (block.state, block.numbers["qtc_less_excess_qrs_ms"]) == ("not met", 440.0)
    assert state("long_qtc", {"qtc_fridericia_ms": 480.0, "qrs_ms": 150.0}) == "met"
    assert state("very_long_qtc", {"qtc_fridericia_ms": 530.0, "qrs_ms": 150.0}) == "not met"
    assert "qtc_less_excess_qrs_ms" not in results({"qtc_fridericia_ms": 470.0})["long_qtc"].numbers


def test_a_long_qtc_rests_on_the_qrs_only_where_that_is_deducted() -> None:
    narrow = results({"qtc_fridericia_ms": 540.0, "qrs_ms": 88.0})["very_long_qtc"]
    wide = results({"qtc_fridericia_ms": 540.0, "qrs_ms": 130.0})["very_long_qtc"]
    assert set(narrow.numbers) == {"m-qtc_fridericia_ms"}
    assert set(wide.numbers) == {"m-qtc_fridericia_ms", "m-qrs_ms", "qtc_less_excess_qrs_ms"}


def test_a_missing_measurement_is_named() -> None:
    result = results({"pr_ms": None})["first_degree_avb"]
    assert (result.state, result.missing, result.numbers) == ("not measurable", ("m-pr_ms",), {})


def test_a_missing_sex_is_named_only_where_it_decides() -> None:
    unknown = Patient(age_years=60)
    assert results({"qtc_fridericia_ms": 455.0}, unknown)["long_qtc"].missing == ("sex",)
    assert state("long_qtc", {"qtc_fridericia_ms": 465.0}, unknown) == "met"
    assert state("long_qtc", {"qtc_fridericia_ms": 440.0}, unknown) == "not met"


# ── rhythm ───────────────────────────────────────────────────────────────────────────────────


def test_atrial_fibrillation_needs_both_signs_and_one_alone_decides_only_at_the_edges() -> None:
    no_p = {"p_to_qrs_ratio": 0.0}
    assert state("atrial_fibrillation", **no_p, is_irregular=True) == "met"
    assert state("atrial_fibrillation", **no_p) == "not measurable"  # regular: AF with AV block is
    assert state("atrial_fibrillation", {"heart_rate_bpm": 150.0}, **no_p) == "not met"  # but not fast
    assert state("atrial_fibrillation") == "not met"
    assert state("atrial_fibrillation", is_irregular=True) == "not measurable"


@pytest.mark.parametrize(
    ("bpm", "expected"), [(124, "not met"), (125, "met"), (165, "met"), (166, "not met")]
)
def test_flutter_with_2_to_1_conduction_is_steady_at_half_the_atrial_rate(bpm: float, expected: str) -> None:
    assert state("flutter_rate", {"heart_rate_bpm": bpm}) == expected
    assert state("flutter_rate", {"heart_rate_bpm": bpm}, shortest_rr_ms=700.0) == "not met"


@pytest.mark.parametrize("pattern", ["bigeminy", "trigeminy"])
def test_patterns_of_premature_beats(pattern: Pattern) -> None:
    assert state(pattern, ventricular=Ectopy(n_beats=4, pattern=pattern)) == "met"
    assert state(pattern, ventricular=Ectopy(n_beats=4)) == "not met"

"""Spellings of leads and units."""

import pytest

from cardio_agent.leads import LEADS, standard_name
from cardio_agent.reading.labels import mv_per_unit, split_unit


@pytest.mark.parametrize("pattern", ["{}", " {} ", "Lead {}", "lead_{}", "ECG {}", "MDC_ECG_LEAD_{}"])
def test_every_lead_in_every_case(pattern: str) -> None:
    for lead in LEADS:
        for spelling in (lead, lead.lower(), lead.upper()):
            assert standard_name(pattern.format(spelling)) == lead


@pytest.mark.parametrize(
    "label",
    ["", "1", "Lead 1", "CH2", "Channel 3", "ecg_1", "MLII", "V3R", "V7", "-aVR", "X", "Status", "II_2"],
)
def test_what_is_no_standard_lead(label: str) -> None:
    assert standard_name(label) is None


@pytest.mark.parametrize(("label", "lead"), [("DI", "I"), ("d2", "II"), ("DIII", "III"), ("AVR", "aVR")])
def test_latin_spelling(label: str, lead: str) -> None:
    assert standard_name(label) == lead


@pytest.mark.parametrize("label", ["aVR", "V1", "pleth", "uV"])
def test_labels_without_a_unit(label: str) -> None:
    assert split_unit(label) == (label, None)


@pytest.mark.parametrize("unit", ["adu", "counts", "mmHg", "", "mV/s"])
def test_what_is_no_voltage(unit: str) -> None:
    assert mv_per_unit(unit) is None

"""How the program words things: sections and their titles, names of measurements, values, lists of leads.

Enters: records. Leaves: words. Nothing here decides what is said.
"""

from collections.abc import Mapping, Sequence

from cardio_agent.leads import LEADS
from cardio_agent.schema import Certainty, FindingKind, Measurement

SECTION_TITLES: Mapping[str, str] = {
    "technique": "Recording",
    "rhythm": "Rhythm",
    "intervals": "Intervals and axis",
    "conduction": "Conduction",
    "chambers": "Chambers",
    "ischaemia": "ST segment, T and Q waves",
    "other": "Other findings",
    "comparison": "Comparison with the earlier tracing",
    "evidence": "What the classifier relied on",
    "guidelines": "What guidelines say",
    "conclusion": "Conclusion",
}
SECTIONS: tuple[str, ...] = tuple(SECTION_TITLES)

SECTION_OF_KIND: Mapping[FindingKind, str] = {
    "quality": "technique",
    "rhythm": "rhythm",
    "intervals": "intervals",
    "axis": "intervals",
    "conduction": "conduction",
    "chambers": "chambers",
    "ischaemia": "ischaemia",
    "repolarisation": "ischaemia",
    "ectopy": "other",
    "pacing": "rhythm",
    "contradiction": "other",
    "other": "other",
    "comparison": "comparison",
    "normal": "conclusion",
}

MEASUREMENT_NAMES: Mapping[str, str] = {
    "heart_rate_bpm": "heart rate",
    "rr_ms": "RR interval",
    "rr_sd_ms": "RR standard deviation",
    "p_ms": "P duration",
    "pr_ms": "PR interval",
    "qrs_ms": "QRS duration",
    "qt_ms": "QT interval",
    "qtc_bazett_ms": "QTc (Bazett)",
    "qtc_fridericia_ms": "QTc (Fridericia)",
    "qtc_framingham_ms": "QTc (Framingham)",
    "qtc_hodges_ms": "QTc (Hodges)",
    "longest_pause_ms": "longest pause",
    "atrial_rate_bpm": "atrial rate",
    "p_axis_deg": "P axis",
    "qrs_axis_deg": "QRS axis",
    "t_axis_deg": "T axis",
    "qrs_upstroke_ms": "QRS upstroke time",
    "r_transition_lead": "R transition at V",
    "st_j_mv": "ST level at the J point",
    "st_j60_mv": "ST level 60 ms after the J point",
    "st_j80_mv": "ST level 80 ms after the J point",
    "st_slope_mv_per_s": "ST slope",
    "t_mv": "T amplitude",
    "t_second_mv": "second phase of T",
    "t_terminal_mv": "last phase of T",
    "t_notch_mv": "notch of T",
    "t_ms": "T duration",
    "r_mv": "R amplitude",
    "r_ms": "R duration",
    "r_peak_time_ms": "R-peak time",
    "r_second_mv": "height of R'",
    "r_notch_mv": "notch of R",
    "r_plateau_ms": "breadth of the top of R",
    "s_mv": "S amplitude",
    "s_ms": "S duration",
    "q_mv": "Q amplitude",
    "q_ms": "Q duration",
    "p_mv": "P amplitude",
    "p_lead_ms": "P duration in one lead",
    "p_second_mv": "second phase of P",
    "p_terminal_mm_s": "terminal force of P",
}

SEGMENT_NAMES: Mapping[str, str] = {
    "P": "P wave",
    "PR": "PR segment",
    "QRS": "QRS complex",
    "ST": "ST segment",
    "T": "T wave",
    "TP": "TP segment",
}

_DECIMALS: Mapping[str, int] = {"mV": 2, "mm·s": 3, "lead": 1}
_CERTAINTY_WORDS: Mapping[Certainty, str] = {"definite": "", "probable": "probable ", "possible": "possible "}


def hedged(text: str, certainty: Certainty) -> str:
    """A clause with its certainty in front; what is definite needs no word.

    >>> hedged("left atrial abnormality", "possible")
    'possible left atrial abnormality'
    """
    return _CERTAINTY_WORDS[certainty] + text


def sentence(text: str) -> str:
    """A clause as a sentence: capital and full stop.

    >>> sentence("sinus rhythm at 64 bpm")
    'Sinus rhythm at 64 bpm.'
    """
    closed = text if text.endswith((".", "!", "?", "”")) else f"{text}."
    return closed[:1].upper() + closed[1:]


def listed(items: Sequence[str], conjunction: str = "and") -> str:
    """Items as an English list.

    >>> listed(["PR", "QRS", "QTc"])
    'PR, QRS and QTc'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def lead_list(leads: Sequence[str]) -> str:
    """Leads in order, neighbouring chest leads joined; all twelve by that name.

    >>> lead_list(["V1", "V2", "V3", "aVL", "I"])
    'I, aVL and V1–V3'
    """
    ordered = sorted(set(leads), key=LEADS.index)
    if len(ordered) == len(LEADS):
        return "all leads"
    runs: list[list[str]] = []
    for lead in ordered:
        follows = runs and lead.startswith("V") and LEADS.index(lead) == LEADS.index(runs[-1][-1]) + 1
        if follows and runs[-1][-1].startswith("V"):
            runs[-1].append(lead)
        else:
            runs.append([lead])
    parts: list[str] = []
    for run in runs:
        parts += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else run
    return listed(parts)


def value_text(value: float, unit: str) -> str:
    """A value rounded for reading: mV to two decimals, most else to whole numbers.

    >>> value_text(-38.4, "deg"), value_text(0.254, "mV"), value_text(411.1, "ms")
    ('−38°', '0.25 mV', '411 ms')
    """
    number = f"{value:.{_DECIMALS.get(unit, 0)}f}"
    number = number.lstrip("-") if float(number) == 0 else number.replace("-", "−")
    return f"{number}°" if unit == "deg" else number if unit == "lead" else f"{number} {unit}"


def percent(share: float) -> str:
    """A share or probability in whole per cent.

    >>> percent(0.954)
    '95%'
    """
    return f"{100 * share:.0f}%"


def named_value(measurement: Measurement) -> str:
    """Name and value of a measurement, or that it could not be measured."""
    name = MEASUREMENT_NAMES.get(measurement.name.removesuffix("_change"), measurement.name)
    if measurement.name.endswith("_change"):
        name = f"change of {name}"
    name = f"{name} in {measurement.lead}" if measurement.lead else name
    if measurement.value is None:
        return f"{name} not measurable"
    return f"{name} {value_text(measurement.value, measurement.unit)}"

"""How the published criteria, as this program measures them, go with the statements of labelled ECGs.

Enters: labelled ECGs with age and sex. Leaves: a Markdown table. The statements are what readers said, mostly
by looking: a criterion that differs from them is not thereby wrong, and many readers do not go by it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.statements import CODES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.datasets.patients import read_patients
from cardio_agent.evaluation.scoring import recordings
from cardio_agent.findings import evaluate_criteria
from cardio_agent.findings.criteria import CRITERIA
from cardio_agent.measurement import delineate, measure, rhythm_features
from cardio_agent.schema import CriterionResult, Ecg, Patient
from cardio_agent.signal import assess_quality

# Which statement each criterion is held against; the others are shown by how often they are met.
STATEMENT_OF = (
    ("atrial_fibrillation", "AFIB"),
    ("sinus_bradycardia", "SBRAD"),
    ("sinus_tachycardia", "STACH"),
    ("pacing", "PACE"),
    ("ventricular_ectopy", "PVC"),
    ("supraventricular_ectopy", "PAC"),
    ("first_degree_avb", "AVB"),
    ("pre_excitation", "WPW"),
    ("delta_wave", "WPW"),
    ("complete_lbbb", "CLBBB"),
    ("incomplete_lbbb", "ILBBB"),
    ("complete_rbbb", "CRBBB"),
    ("incomplete_rbbb", "IRBBB"),
    ("lafb", "LAFB/LPFB"),
    ("ivcd", "IVCD"),
    ("long_qtc", "LNGQT"),
    ("sokolow_lyon", "LVH"),
    ("cornell_voltage", "LVH"),
    ("cornell_product", "LVH"),
    ("peguero_lo_presti", "LVH"),
    ("romhilt_estes", "LVH"),
    ("rvh", "RVH"),
    ("left_atrial", "LAO/LAE"),
    ("right_atrial", "RAO/RAE"),
    ("low_voltage", "LVOLT"),
    ("st_elevation", "STE"),
    ("st_depression", "STD"),
    ("t_inversion", "INVT"),
    ("low_t", "LOWT"),
    ("q_waves", "MI"),
    ("anterior_q", "AMI"),
    ("inferior_q", "IMI"),
    ("lateral_q", "LMI"),
    ("posterior_r", "PMI"),
)
_CONFOUNDED = ("CD", "MI", "HYP", "STTC")
_Bools = npt.NDArray[np.bool_]


def score_criteria(folder: Path, data: LabelledSet) -> str:
    """Sensitivity and specificity of criteria against statements, and how often each is met in normal ECGs.

    Parameters
    ----------
    folder : Path
        Where the table with age and sex lies.
    data : LabelledSet
        Records of that table. A statement that its readers did not make counts as absent.

    Raises
    ------
    TrainingError
        The folder holds no table with age and sex.
    """
    patients = read_patients(folder, data.ids)
    rows = [_states(ecg, patient) for ecg, patient in zip(recordings(data), patients, strict=True)]
    met = {key: np.array([row[key].met for row in rows]) for key in rows[0]}
    is_open = {key: np.array([row[key].state == "not measurable" for row in rows]) for key in rows[0]}
    said = {code: data.targets[:, k] == 1 for k, code in enumerate(CODES)}
    normal = normal_records(said)
    return "\n".join([*_against_statements(met, is_open, said, normal), "", *_alone(met, is_open, normal)])


def normal_records(said: Mapping[str, _Bools]) -> _Bools:
    """Which records the readers called normal, and nothing else, by code."""
    return np.asarray(said["NORM"] & ~np.any([said[code] for code in _CONFOUNDED], axis=0))


def _states(ecg: Ecg, patient: Patient) -> dict[str, CriterionResult]:
    waves = delineate(ecg)
    measured = measure(ecg, waves, assess_quality(ecg))
    results = evaluate_criteria(measured, rhythm_features(waves), patient)
    return {result.id.removeprefix("c-"): result for result in results}


def _against_statements(
    met: dict[str, _Bools], is_open: dict[str, _Bools], said: dict[str, _Bools], normal: _Bools
) -> Iterator[str]:
    yield f"Criteria of {len(normal)} records against the readers' statements; {normal.sum()} are normal."
    yield ""
    yield "| criterion | statement | records | sensitivity | specificity | met, normal | not measurable |"
    yield "|---|---|---|---|---|---|---|"
    for key, code in STATEMENT_OF:
        has = said[code]
        shares = (
            _share(met[key][has]),
            _share(~met[key][~has]),
            *_normal_and_open(key, met, is_open, normal),
        )
        yield f"| {key} | {code} | {int(has.sum())} | {' | '.join(shares)} |"


def _alone(met: dict[str, _Bools], is_open: dict[str, _Bools], normal: _Bools) -> Iterator[str]:
    compared = {key for key, _ in STATEMENT_OF}
    yield "The other criteria, for which there is no statement:"
    yield ""
    yield "| criterion | met, all | met, normal | not measurable |"
    yield "|---|---|---|---|"
    for key in (criterion.key for criterion in CRITERIA):
        if key not in compared:
            shares = (_share(met[key]), *_normal_and_open(key, met, is_open, normal))
            yield f"| {key} | {' | '.join(shares)} |"


def _normal_and_open(
    key: str, met: dict[str, _Bools], is_open: dict[str, _Bools], normal: _Bools
) -> tuple[str, str]:
    return _share(met[key][normal]), _share(is_open[key])


def _share(flags: Sequence[bool] | _Bools) -> str:
    return f"{100 * np.mean(flags):.1f} %" if len(flags) else "–"

"""The 59 statements that the classifier decides: code, name, group, column of the label table.

Codes follow the PTB-XL statement table; where two groups share a code, the first of superclass,
subclass, rhythm, form has the plain one and the other carries its group (``sub:STTC``, ``form:NST``).
Source: PTB-XL ``scp_statements.csv`` (Wagner et al. 2020), names edited for reading.
"""

from typing import NamedTuple

from cardio_agent.schema import StatementGroup


class StatementSpec(NamedTuple):
    """One statement of the network's output, in output order."""

    code: str
    name: str
    group: StatementGroup
    column: str


# fmt: off
_TABLE: tuple[tuple[StatementGroup, str, tuple[tuple[str, str], ...]], ...] = (
    ("superclass", "super", (
        ("NORM", "normal ECG"),
        ("MI", "myocardial infarction"),
        ("STTC", "ST-T change"),
        ("CD", "conduction disturbance"),
        ("HYP", "hypertrophy"),
    )),
    ("subclass", "sub", (
        ("NORM", "normal ECG"),
        ("AMI", "anterior myocardial infarction"),
        ("IMI", "inferior myocardial infarction"),
        ("LMI", "lateral myocardial infarction"),
        ("PMI", "posterior myocardial infarction"),
        ("STTC", "unspecified ST-T change"),
        ("NST", "non-specific ST change"),
        ("ISC", "non-specific ischaemic ST-T change"),
        ("ISCA", "ischaemic ST-T change in anterior or lateral leads"),
        ("ISCI", "ischaemic ST-T change in inferior leads"),
        ("CLBBB", "complete left bundle branch block"),
        ("CRBBB", "complete right bundle branch block"),
        ("ILBBB", "incomplete left bundle branch block"),
        ("IRBBB", "incomplete right bundle branch block"),
        ("LAFB/LPFB", "left fascicular block"),
        ("IVCD", "non-specific intraventricular conduction disturbance"),
        ("AVB", "atrioventricular block"),
        ("WPW", "ventricular pre-excitation"),
        ("LVH", "left ventricular hypertrophy"),
        ("RVH", "right ventricular hypertrophy"),
        ("SEHYP", "septal hypertrophy"),
        ("LAO/LAE", "left atrial abnormality"),
        ("RAO/RAE", "right atrial abnormality"),
    )),
    ("rhythm", "rhythm", (
        ("SR", "sinus rhythm"),
        ("SBRAD", "sinus bradycardia"),
        ("STACH", "sinus tachycardia"),
        ("SARRH", "sinus arrhythmia"),
        ("AFIB", "atrial fibrillation"),
        ("AFLT", "atrial flutter"),
        ("SVARR", "supraventricular arrhythmia"),
        ("SVTAC", "supraventricular tachycardia"),
        ("PSVT", "paroxysmal supraventricular tachycardia"),
        ("BIGU", "bigeminal pattern"),
        ("TRIGU", "trigeminal pattern"),
        ("PACE", "paced rhythm"),
    )),
    ("form", "form", (
        ("PVC", "premature ventricular complexes"),
        ("PAC", "premature atrial complexes"),
        ("PRC(S)", "premature complexes"),
        ("LPR", "prolonged PR interval"),
        ("LNGQT", "prolonged QT interval"),
        ("ABQRS", "abnormal QRS complex"),
        ("QWAVE", "Q waves"),
        ("VCLVH", "voltage criteria for left ventricular hypertrophy"),
        ("HVOLT", "high QRS voltage"),
        ("LVOLT", "low QRS voltage"),
        ("STD", "non-specific ST depression"),
        ("STE", "non-specific ST elevation"),
        ("NST", "non-specific ST change"),
        ("INVT", "inverted T waves"),
        ("LOWT", "low T-wave amplitude"),
        ("NDT", "non-diagnostic T-wave abnormality"),
        ("NT", "non-specific T-wave change"),
        ("TAB", "T-wave abnormality"),
        ("DIG", "digitalis effect"),
    )),
)
# fmt: on


def _specs() -> tuple[StatementSpec, ...]:
    specs: list[StatementSpec] = []
    taken: set[str] = set()
    for group, prefix, rows in _TABLE:
        for code, name in rows:
            shown = f"{prefix}:{code}" if code in taken else code
            taken.add(code)
            specs.append(StatementSpec(shown, name, group, f"{prefix}_{code}"))
    return tuple(specs)


STATEMENTS = _specs()
CODES = tuple(spec.code for spec in STATEMENTS)
SUPERCLASSES = tuple(spec.code for spec in STATEMENTS if spec.group == "superclass")
BY_CODE = {spec.code: spec for spec in STATEMENTS}

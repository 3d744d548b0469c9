"""What each simulated condition looks like: the bumps of its waves and its usual intervals.

Enters: nothing. Leaves: :data:`CONDITIONS`, a table. Does not place beats in time and makes no signal.

Bumps are (start, peak, end, left, down, front[, rise, fall]) with times in units of the P wave, of the QRS
complex and, for ST and T, of the interval from J point to T end; dipoles in mV. Amplitudes were set by
eye on the drawn leads against the criteria that define each condition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cardio_agent.simulation.dipole import Bump, Bumps


@dataclass(frozen=True)
class Morphology:
    """The waves of one kind of beat."""

    qrs: Bumps
    st: Bumps
    t: Bumps


@dataclass(frozen=True)
class Condition:
    """One entry of the table: how the beats look, and the intervals used when none are asked for.

    ``codes`` are the statements that hold whatever the rate and intervals; ``min_pr_ms`` and
    ``min_qrs_ms`` are what the condition needs to deserve its name.
    """

    name: str
    morphology: Morphology
    heart_rate_bpm: float = 70
    pr_ms: float = 160
    qrs_ms: float = 90
    axis_deg: float = 50
    codes: tuple[str, ...] = ()
    min_pr_ms: float = 0
    min_qrs_ms: float = 0


P_WAVE: Bumps = (
    Bump(0.00, 0.38, 0.80, 0.06, 0.130, 0.055),
    Bump(0.25, 0.64, 1.00, 0.10, 0.085, -0.075),
)

_NORMAL = Morphology(
    qrs=(
        Bump(0.00, 0.20, 0.42, -0.24, -0.10, 0.30),
        Bump(0.10, 0.44, 0.78, 1.42, 1.10, -0.10),
        Bump(0.34, 0.66, 0.92, 0.05, 0.05, -0.80),
        Bump(0.58, 0.82, 1.00, -0.22, -0.16, -0.16),
    ),
    st=(Bump(-0.10, 0.25, 0.80, 0.010, 0.010, 0.030),),
    t=(Bump(0.00, 0.67, 1.00, 0.34, 0.30, 0.19, 2.8, 1.6),),
)

_LBBB = Morphology(
    qrs=(
        Bump(0.00, 0.10, 0.22, 0.05, 0.05, 0.24),
        Bump(0.02, 0.33, 0.63, 0.72, 0.22, -0.85),
        Bump(0.40, 0.65, 1.00, 0.96, 0.04, -1.20),
    ),
    st=(Bump(-0.25, 0.12, 0.75, -0.10, -0.02, 0.16),),
    t=(Bump(0.00, 0.60, 1.00, -0.30, -0.06, 0.40, 2.0, 1.6),),
)

_RBBB = Morphology(
    qrs=(
        Bump(0.00, 0.13, 0.27, -0.22, -0.08, 0.32),
        Bump(0.06, 0.28, 0.50, 1.35, 1.05, 0.10),
        Bump(0.22, 0.40, 0.58, 0.00, 0.10, -0.50),
        Bump(0.40, 0.70, 1.00, -0.50, -0.08, 0.62, 1.3, 1.1),
    ),
    st=(Bump(-0.10, 0.20, 0.70, 0.02, 0.01, -0.04),),
    t=(Bump(0.00, 0.65, 1.00, 0.40, 0.28, -0.06, 2.2, 1.6),),
)

_LVH = Morphology(
    qrs=(
        Bump(0.00, 0.18, 0.38, -0.26, -0.06, 0.26),
        Bump(0.08, 0.48, 0.86, 2.10, 0.85, -0.55),
        Bump(0.34, 0.70, 0.96, 0.20, 0.00, -1.00),
        Bump(0.66, 0.88, 1.00, -0.15, -0.12, -0.10),
    ),
    st=(Bump(-0.15, 0.30, 0.85, -0.13, -0.03, 0.11),),
    t=(Bump(0.10, 0.70, 1.00, -0.26, -0.05, 0.30, 1.6, 1.4),),
)

_ANTERIOR_STEMI = Morphology(
    qrs=(
        Bump(0.00, 0.20, 0.42, -0.14, -0.04, 0.05),
        Bump(0.10, 0.44, 0.78, 1.15, 0.85, -0.38),
        Bump(0.34, 0.66, 0.94, 0.00, 0.05, -0.62),
        Bump(0.60, 0.82, 1.00, -0.14, -0.16, -0.06),
    ),
    st=(Bump(-0.18, 0.28, 0.92, 0.14, -0.15, 0.24, 1.1, 1.3),),
    t=(Bump(0.00, 0.60, 1.00, 0.28, -0.02, 0.34, 1.6, 1.6),),
)

_INFERIOR_STEMI = Morphology(
    qrs=(
        Bump(0.00, 0.22, 0.42, -0.10, -0.48, 0.26),
        Bump(0.12, 0.46, 0.78, 1.40, 0.95, -0.12),
        Bump(0.36, 0.66, 0.92, 0.05, 0.20, -0.74),
        Bump(0.60, 0.82, 1.00, -0.20, -0.05, -0.12),
    ),
    st=(Bump(-0.18, 0.28, 0.92, -0.14, 0.36, -0.09, 1.1, 1.3),),
    t=(Bump(0.00, 0.62, 1.00, 0.04, 0.36, 0.08, 1.6, 1.6),),
)

# Right ventricular apex: away from the apex, so left, up and back.
_PACED = Morphology(
    qrs=(
        Bump(0.00, 0.32, 0.70, 0.36, -0.78, -0.80),
        Bump(0.30, 0.64, 1.00, 0.16, -0.86, -0.78),
    ),
    st=(Bump(-0.22, 0.12, 0.75, -0.05, 0.11, 0.11),),
    t=(Bump(0.00, 0.60, 1.00, -0.16, 0.36, 0.36, 1.9, 1.6),),
)

# Right ventricular outflow tract: like left bundle branch block, but pointing down.
PVC = Morphology(
    qrs=(
        Bump(0.00, 0.36, 0.76, 0.50, 1.40, -0.85),
        Bump(0.32, 0.66, 1.00, 0.25, 1.05, -1.00),
    ),
    st=(Bump(-0.25, 0.12, 0.70, -0.05, -0.14, 0.12),),
    t=(Bump(-0.05, 0.56, 1.00, -0.20, -0.55, 0.48, 1.7, 1.6),),
)
PVC_QRS_MS = 150.0

_TABLE = (
    Condition("normal", _NORMAL),
    Condition("af", _NORMAL, heart_rate_bpm=95, codes=("AFIB",)),
    Condition("first_degree_avb", _NORMAL, pr_ms=240, codes=("CD", "AVB"), min_pr_ms=201),
    Condition("lbbb", _LBBB, qrs_ms=150, axis_deg=5, codes=("CD", "CLBBB"), min_qrs_ms=120),
    Condition("rbbb", _RBBB, qrs_ms=136, axis_deg=70, codes=("CD", "CRBBB"), min_qrs_ms=120),
    Condition("lvh", _LVH, qrs_ms=104, axis_deg=15, codes=("HYP", "LVH", "VCLVH", "HVOLT")),
    Condition("anterior_stemi", _ANTERIOR_STEMI, heart_rate_bpm=88, qrs_ms=94, codes=("MI", "AMI")),
    Condition(
        "inferior_stemi", _INFERIOR_STEMI, heart_rate_bpm=62, pr_ms=180, axis_deg=40, codes=("MI", "IMI")
    ),
    Condition("paced", _PACED, heart_rate_bpm=68, qrs_ms=160, axis_deg=-70, codes=("PACE",), min_qrs_ms=120),
    Condition("pvc", _NORMAL, codes=("PVC",)),
)
CONDITIONS: Mapping[str, Condition] = MappingProxyType({c.name: c for c in _TABLE})

"""The atrial rate, where it is not that of the ventricles.

Enters: :class:`~cardio_agent.schema.Waves`. Leaves: one measurement. Finds no wave.
"""

from cardio_agent.measurement.intervals import MIN_BEATS, TOO_FEW
from cardio_agent.schema import Measurement, Waves, measurement_id

NAME = "atrial_rate_bpm"
ONE_TO_ONE = "no atrial waves other than one before each QRS were found"
METHODS = {
    "flutter": "rate of the waves between the QRS complexes, from their autocorrelation over the leads",
    "blocked": "60 000 over the median PP interval, P waves without a QRS included",
    "dissociated": "60 000 over the median PP interval, P waves without a QRS included",
}


def measure_atrial_rate(waves: Waves) -> Measurement:
    """Rate of flutter waves, or of P waves of which not each leads a QRS; None in all else."""
    atrial = waves.atrial
    reason = TOO_FEW if len(waves.beats) < MIN_BEATS else ONE_TO_ONE
    return Measurement(
        id=measurement_id(NAME),
        name=NAME,
        value=None if atrial is None else round(atrial.rate_bpm, 1),
        unit="bpm",
        method="atrial waves apart from the QRS complexes" if atrial is None else METHODS[atrial.pattern],
        reason=reason if atrial is None else None,
    )

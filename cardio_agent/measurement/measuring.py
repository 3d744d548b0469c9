"""All measurements of a recording, in their fixed order.

Enters: the recording, its waves and its quality. Leaves: :class:`~cardio_agent.schema.Measurements`
with every name of the contract, a number or None with the reason. Judges nothing.
"""

from cardio_agent.measurement.amplitudes import measure_amplitudes
from cardio_agent.measurement.atrial_rate import measure_atrial_rate
from cardio_agent.measurement.axes import measure_axes
from cardio_agent.measurement.conditioning import Conditioned
from cardio_agent.measurement.intervals import measure_intervals
from cardio_agent.measurement.representative import representative_beat
from cardio_agent.measurement.shapes import measure_progression, measure_shapes
from cardio_agent.schema import Ecg, LeadState, Measurements, Quality, Waves

REASONS: dict[LeadState, str] = {
    "missing": "{lead} was not recorded",
    "flat": "{lead} is flat",
    "saturated": "{lead} is saturated",
}


def measure(
    ecg: Ecg, waves: Waves, quality: Quality, *, conditioned: Conditioned | None = None
) -> Measurements:
    """Intervals, axes, amplitudes and shapes.

    Parameters
    ----------
    ecg : Ecg
        As read, or clean: it is cleaned here.
    waves : Waves
        Its delineation.
    quality : Quality
        Which leads can be used: missing, flat and saturated ones are not measured.
    conditioned : Conditioned, optional
        What the waves were found in, where that is at hand.

    Returns
    -------
    Measurements
        16 over all leads, then those of each of the 12 leads. Nothing is left out: what cannot be measured
        has ``value`` None and a ``reason``.
    """
    unusable = {
        lead.lead: REASONS[lead.state].format(lead=lead.lead)
        for lead in quality.leads
        if lead.state in REASONS
    }
    beat = representative_beat(ecg, waves, conditioned=conditioned)
    return Measurements(
        [
            *measure_intervals(waves, ecg.n_samples),
            measure_atrial_rate(waves),
            *measure_axes(beat, unusable),
            *measure_progression(beat, unusable),
            *measure_amplitudes(beat, unusable),
            *measure_shapes(beat, unusable),
        ]
    )

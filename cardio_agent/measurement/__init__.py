"""The measurement stage: waves of each beat, intervals, axes, amplitudes, rhythm."""

from cardio_agent.measurement.conditioning import Conditioned, condition
from cardio_agent.measurement.delineation import delineate
from cardio_agent.measurement.ectopy import Ectopy
from cardio_agent.measurement.measuring import measure
from cardio_agent.measurement.rhythm import RhythmFeatures, rhythm_features

__all__ = ["Conditioned", "Ectopy", "RhythmFeatures", "condition", "delineate", "measure", "rhythm_features"]

"""The signal stage: sampling rate, filtering for measurement, quality."""

from cardio_agent.signal.beats import find_qrs
from cardio_agent.signal.filtering import clean
from cardio_agent.signal.quality import assess_quality
from cardio_agent.signal.sampling import resample

__all__ = ["assess_quality", "clean", "find_qrs", "resample"]

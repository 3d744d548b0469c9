"""Zeros of a DICOM trace that its file calls padding as well.

Enters: the channels of a DICOM file, NaN where a sample equals the Waveform Padding Value. Leaves: the same
with 0 mV in short gaps, where that value is 0. Fills no other gap and guesses nothing.
"""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from cardio_agent.reading.assembly import Channel

LONGEST_ZERO_S = 1.0
"""A stretch of zeros as long as this is a gap; the isoelectric line between two beats is shorter."""


def with_zeros(channels: Sequence[Channel], path: Path) -> list[Channel]:
    """The channels with their zeros back, where zero is the padding value too.

    Some programs state the padding value 0 (C# ECG Toolkit), which the trace takes at every crossing of the
    baseline: read to the letter, such a file has hundreds of gaps of a sample.

    Source: DICOM PS3.3 C.10.9.1.7 (Waveform Padding Value).
    """
    if any(np.isnan(channel.samples).any() for channel in channels) and _pads_with_zero(path):
        return [replace(channel, samples=_zeros_filled(channel)) for channel in channels]
    return list(channels)


def _pads_with_zero(path: Path) -> bool:
    """Whether every group of the file pads with the value 0 and draws it at 0 mV."""
    import pydicom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were heard when the file was decoded
        groups = pydicom.dcmread(path, specific_tags=["WaveformSequence"]).WaveformSequence
    padded = [group for group in groups if group.get("WaveformPaddingValue") is not None]
    return bool(padded) and all(
        not any(bytes(group.WaveformPaddingValue))
        and not any(float(d.get("ChannelBaseline") or 0) for d in group.ChannelDefinitionSequence)
        for group in padded
    )


def _zeros_filled(channel: Channel) -> np.ndarray:
    samples = np.array(channel.samples, dtype=float)
    missing = np.concatenate([[False], np.isnan(samples), [False]])
    edges = np.flatnonzero(np.diff(missing.astype(int)))
    for begin, end in list(pairwise(edges))[::2]:
        if end - begin < LONGEST_ZERO_S * (channel.fs_hz or 1.0):
            samples[begin:end] = 0.0
    return samples

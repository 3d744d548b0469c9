"""The fiducials as WFDB annotation files, to be laid beside the record by any PhysioNet tool.

Enters: the :class:`Analysis` of a report, or its waves. Leaves: bytes of an annotation file of the beats
over all leads, or of one file a lead: ``(``, ``p``, ``)`` for the P wave, ``(``, the beat's kind, ``)`` for
the QRS and ``(``, ``t``, ``)`` for the T wave, at the sampling rate of the recording. The first annotation is
a note that says what the file is for.

Source: WFDB Applications Guide, annot(5); the order of marks is that of ecgpuwave and LUDB.
"""

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

from cardio_agent.errors import BadRequest
from cardio_agent.schema import DISCLAIMER, Analysis, Report, Wave, Waves

# Beats of a kind that was not recognised are "Q", the format's mark for that.
_BEAT = {"sinus": "N", "supraventricular": "S", "ventricular": "V", "paced": "/", "unknown": "Q"}
_NOTE = "fiducials by cardio-agent; {disclaimer}"
_NOTE_SAMPLE = 1  # at sample 0, wfdb takes a note for a definition and drops it

Mark = tuple[int, str]
"""Sample and symbol of an annotation."""


def render_wfdb(report: Report, analysis: Analysis | None = None) -> bytes:
    """The waves of a recording as an annotation file.

    Raises
    ------
    BadRequest
        Without the analysis: a report alone does not hold the waves.
    """
    if analysis is None:
        raise BadRequest("a report alone holds no waves: give the recording to get its annotation file")
    return annotation_file(analysis.waves, report.disclaimer)


def annotation_file(waves: Waves, disclaimer: str = DISCLAIMER) -> bytes:
    """The beats over all leads as an annotation file; without beats it holds the note alone."""
    return _file(marks(waves), waves.fs_hz, disclaimer)


def lead_annotation_files(waves: Waves, disclaimer: str = DISCLAIMER) -> dict[str, bytes]:
    """One annotation file a lead, by its suffix as in LUDB (``i``, ``avr``, ``v1``); 12 entries.

    A lead that was not recorded has a file with the note alone.
    """
    return {lead.lower(): _file(lead_marks(waves, lead), waves.fs_hz, disclaimer) for lead in waves.leads}


def marks(waves: Waves) -> list[Mark]:
    """Onset, peak and offset of each wave over all leads, beat after beat."""
    found: list[Mark] = []
    for beat in waves.beats:
        for wave, symbol in ((beat.p, "p"), (beat.qrs, _BEAT[beat.kind]), (beat.t, "t")):
            if wave is not None:
                found += _marks(wave, symbol)
    return found


def lead_marks(waves: Waves, lead: str) -> list[Mark]:
    """The same of one lead, wave after wave; a QRS is of the kind of the beat that it belongs to."""
    own = waves.leads[lead]
    found = [(wave, "p") for wave in own.p] + [(wave, "t") for wave in own.t]
    for wave in own.qrs:
        beat = min(waves.beats, key=lambda beat: abs(beat.qrs.peak - wave.peak))
        found.append((wave, _BEAT[beat.kind]))
    return [mark for wave, symbol in sorted(found) for mark in _marks(wave, symbol)]


def _marks(wave: Wave, symbol: str) -> list[Mark]:
    return [(wave.onset, "("), (wave.peak, symbol), (wave.offset, ")")]


def _file(found: Sequence[Mark], fs_hz: float, disclaimer: str) -> bytes:
    """Marks in the order of time; at one sample the end of a wave stays before the start of the next."""
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # wfdb's own use of pandas, when it is first imported
        import wfdb

    note = (_NOTE_SAMPLE, '"', _NOTE.format(disclaimer=disclaimer))
    rows = sorted([note, *((sample, symbol, "") for sample, symbol in found)], key=lambda row: row[0])
    samples, symbols, notes = (list(column) for column in zip(*rows, strict=True))
    with tempfile.TemporaryDirectory(prefix="cardio-agent-") as folder:
        wfdb.wrann(
            "record",
            "fid",
            np.array(samples),
            symbol=symbols,
            aux_note=notes,
            fs=fs_hz,
            write_dir=folder,
        )
        return (Path(folder) / "record.fid").read_bytes()

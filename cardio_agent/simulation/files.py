"""Simulated ECGs as WFDB files: the packaged samples, and what ``cardio-agent simulate`` writes.

Enters: an ECG and a folder. Leaves: a ``.hea`` and a ``.dat`` file, and the truth as JSON where asked.
Reads nothing.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg, Sex
from cardio_agent.simulation.generator import SimulatedEcg, simulate
from cardio_agent.simulation.truth import Truth

_ADU_PER_MV = 1000
_LARGEST_ADU = 32767
_MISSING_ADU = -32768
_SAMPLE_SNR_DB = 26.0


class _Sample(NamedTuple):
    """One packaged sample: what makes it, and a person who might have had it."""

    rhythm: str
    seed: int
    age_years: float
    sex: Sex


_SAMPLES = (
    _Sample("normal", 11, 38, "female"),
    _Sample("af", 12, 74, "male"),
    _Sample("first_degree_avb", 13, 66, "male"),
    _Sample("lbbb", 14, 71, "female"),
    _Sample("rbbb", 15, 68, "male"),
    _Sample("lvh", 16, 59, "male"),
    _Sample("anterior_stemi", 17, 57, "male"),
    _Sample("inferior_stemi", 18, 63, "female"),
    _Sample("paced", 19, 80, "female"),
    _Sample("pvc", 20, 52, "male"),
)


def write_wfdb(ecg: Ecg, folder: Path | str, name: str) -> Path:
    """Write an ECG as WFDB: ``name.hea`` and ``name.dat``, 16 bits, 1000 units a mV.

    Parameters
    ----------
    ecg : Ecg
    folder : path
        Made when absent.
    name : str
        File name without suffix.

    Returns
    -------
    Path
        Of the ``.hea`` file.

    Raises
    ------
    BadRequest
        The folder cannot be made or written to.

    Limits: voltages beyond 32.767 mV are cut to that; missing leads carry the format's mark for no value.
    Source: WFDB header and signal file specifications, format 16.
    """
    adu = np.clip(np.nan_to_num(np.round(ecg.signal_mv * _ADU_PER_MV)), -_LARGEST_ADU, _LARGEST_ADU)
    adu = np.where(np.isnan(ecg.signal_mv), _MISSING_ADU, adu).astype("<i2")
    header = Path(folder) / f"{name}.hea"
    _write(header.with_suffix(".dat"), adu.T.tobytes())
    _write(header, _header(ecg, name, adu).encode("ascii"))
    return header


def write_simulation(simulated: SimulatedEcg, folder: Path | str, name: str) -> Path:
    """Write a simulated ECG as WFDB and its truth beside it as ``name.truth.json``.

    Returns
    -------
    Path
        Of the ``.hea`` file.

    Raises
    ------
    BadRequest
        The folder cannot be made or written to.
    """
    header = write_wfdb(simulated.ecg, folder, name)
    _write(header.with_name(f"{name}.truth.json"), _truth_json(simulated.truth).encode())
    return header


def make_samples(folder: Path | str) -> tuple[Path, ...]:
    """Write the packaged samples, one of each condition: 12 leads, 10 s, 500 Hz, little noise.

    Returns
    -------
    tuple of Path
        The ``.hea`` files.
    """
    return tuple(
        write_wfdb(
            simulate(
                sample.rhythm,
                seed=sample.seed,
                age_years=sample.age_years,
                sex=sample.sex,
                noise_snr_db=_SAMPLE_SNR_DB,
            ).ecg,
            folder,
            sample.rhythm,
        )
        for sample in _SAMPLES
    )


def _header(ecg: Ecg, name: str, adu: np.ndarray) -> str:
    lines = [f"{name} {len(LEADS)} {ecg.fs_hz:g} {ecg.n_samples}"]
    for lead, row in zip(LEADS, adu, strict=True):
        checksum = int(row.astype(np.int64).sum() + 2**15) % 2**16 - 2**15
        lines.append(f"{name}.dat 16 {_ADU_PER_MV}(0)/mV 16 0 {row[0]} {checksum} 0 {lead}")
    if ecg.patient.age_years is not None:
        lines.append(f"#Age: {ecg.patient.age_years:g}")
    if ecg.patient.sex is not None:
        lines.append(f"#Sex: {ecg.patient.sex.capitalize()}")
    if ecg.source.format == "simulation":
        lines.append("#Simulated: by cardio_agent")
    return "\n".join(lines) + "\n"


def _truth_json(truth: Truth) -> str:
    values = asdict(truth)
    waves = values.pop("waves")
    beats = [{"kind": beat.kind, "p": beat.p, "qrs": beat.qrs, "t": beat.t} for beat in truth.waves.beats]
    values |= {"fs_hz": waves["fs_hz"], "beats": beats, "pacing_spikes": waves["pacing_spikes"]}
    return json.dumps(values, indent=1) + "\n"


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise BadRequest(f"cannot write {path}: {error.strerror}; choose another folder") from error

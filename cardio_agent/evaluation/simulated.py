"""How far measurements of simulated ECGs lie from what was built into them.

Enters: nothing but the grid of recordings to make. Leaves: errors of intervals, axes and ST levels, and
a table of them. Used by evaluation only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.schema import Ecg, Measurements
from cardio_agent.simulation import CONDITIONS, SimulatedEcg, Truth, simulate

RATES_BPM = (40, 50, 60, 75, 90, 110, 130, 150)
SIGNALS = ((500.0, None), (500.0, 20.0), (100.0, None), (100.0, 20.0))
"""Sampling rate in Hz and signal-to-noise ratio in dB (None: noiseless)."""
FASTEST_AT_REST_BPM = 60
SHORTEST_ST_T_MS = 130
PR_PER_BPM_MS, P_PER_BPM_MS, QT_PER_BPM_MS = 0.5, 0.2, 1.75
"""How the intervals shorten above that rate, so that P keeps clear of the T wave before it, as in life;
the simulation's own PR does not. Source: Hodges et al. 1983 for QT; PR and P unchecked."""
INTERVALS = ("p_ms", "pr_ms", "qrs_ms", "qt_ms")
AXES = ("p_axis_deg", "qrs_axis_deg", "t_axis_deg")
ST = "st_j60_mv"


@dataclass(frozen=True)
class MeasuredError:
    """Measured − true for one number of one recording; None where it was not measured."""

    rhythm: str
    rate_bpm: float
    fs_hz: float
    noise_snr_db: float | None
    name: str
    error: float | None


def score_simulated(
    measure: Callable[[Ecg], Measurements],
    rhythms: Sequence[str] = tuple(CONDITIONS),
    rates_bpm: Sequence[float] = RATES_BPM,
) -> list[MeasuredError]:
    """Errors over every rhythm, rate, sampling rate and noise level; each recording has its own seed.

    Parameters
    ----------
    measure : callable
        From a recording to its measurements.
    rhythms, rates_bpm : sequences
        Rates at which a condition cannot be simulated are left out.
    """
    errors: list[MeasuredError] = []
    for seed, (rhythm, rate_bpm) in enumerate(product(rhythms, rates_bpm)):
        for fs_hz, noise_snr_db in SIGNALS:
            try:
                made = _made(rhythm, rate_bpm, fs_hz, noise_snr_db, seed)
            except BadRequest:
                continue  # the condition needs longer intervals than so short an RR holds
            of_one = _errors(measure(made.ecg), made.truth)
            errors += [MeasuredError(rhythm, rate_bpm, fs_hz, noise_snr_db, *row) for row in of_one]
    return errors


def _made(rhythm: str, rate_bpm: float, fs_hz: float, noise_snr_db: float | None, seed: int) -> SimulatedEcg:
    """One recording; above a rate at rest its intervals are shorter than the condition's usual ones."""
    usual = CONDITIONS[rhythm]
    faster = max(0.0, rate_bpm - FASTEST_AT_REST_BPM)
    qt_ms = 400 + max(0.0, usual.qrs_ms - 100) / 2 - QT_PER_BPM_MS * faster
    return simulate(
        rhythm,
        heart_rate_bpm=rate_bpm,
        p_ms=110 - P_PER_BPM_MS * faster,
        pr_ms=usual.pr_ms - PR_PER_BPM_MS * faster,
        qt_ms=max(qt_ms, usual.qrs_ms + SHORTEST_ST_T_MS) if faster else None,
        fs_hz=fs_hz,
        noise_snr_db=noise_snr_db,
        seed=seed,
    )


def _errors(found: Measurements, truth: Truth) -> Iterator[tuple[str, float | None]]:
    """Name and error of whatever the truth knows; ST lead by lead."""
    for name in (*INTERVALS, *AXES):
        value, true = found.value(name), getattr(truth, name)
        if true is not None:
            yield name, None if value is None else _difference(name, value, true)
    for lead, true in truth.st_mv.items():
        value = found.value(ST, lead)
        yield ST, None if value is None else value - true


def _difference(name: str, value: float, true: float) -> float:
    return (value - true + 180) % 360 - 180 if name in AXES else value - true


def simulated_table(errors: Sequence[MeasuredError]) -> str:
    """Mean and standard deviation of the errors as Markdown: by signal, then by rhythm and by rate."""
    signals = [f"{fs_hz:g} Hz, {_noise(snr_db)}" for fs_hz, snr_db in SIGNALS]
    return "\n".join(
        [
            "Measured − true on simulated ECGs: mean ± standard deviation (not measured / all).",
            *_section("signal", signals, errors, lambda e: f"{e.fs_hz:g} Hz, {_noise(e.noise_snr_db)}"),
            *_section("rhythm", list(dict.fromkeys(e.rhythm for e in errors)), errors, lambda e: e.rhythm),
            *_section(
                "rate", [f"{r:g}" for r in sorted({e.rate_bpm for e in errors})], errors,
                lambda e: f"{e.rate_bpm:g}",
            ),
        ]
    )  # fmt: skip


def _noise(snr_db: float | None) -> str:
    return "clean" if snr_db is None else f"{snr_db:g} dB"


def _section(
    title: str, keys: Sequence[str], errors: Sequence[MeasuredError], key: Callable[[MeasuredError], str]
) -> list[str]:
    names = (*INTERVALS, *AXES, ST)
    lines = ["", f"| {title} | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for wanted in keys:
        group = [e for e in errors if key(e) == wanted]
        cells = [_cell([e for e in group if e.name == name]) for name in names]
        lines.append(f"| {wanted} | {' | '.join(cells)} |")
    return lines


def _cell(errors: Sequence[MeasuredError]) -> str:
    values = [e.error for e in errors if e.error is not None]
    n_absent = len(errors) - len(values)
    absent = f" ({n_absent}/{len(errors)})" if n_absent else ""
    if not values:
        return "–" + absent
    digits = 3 if errors[0].name == ST else 1
    return f"{np.mean(values):+.{digits}f} ± {np.std(values):.{digits}f}{absent}"

"""How long delineation and measurement of one ECG take on one core of this machine.

    python benchmarks/measurement_speed.py [--rounds N]

ECGs of 12 leads and 10 s, simulated, so that anyone can run it. Processor time hardly depends on what else
runs; wall time is that of a free core. Each figure is the median over rounds and recordings, after a round
that does not count. The project asks for 60 ms an ECG at 500 Hz.
"""

import argparse
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cardio_agent.schema import Ecg

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
RATES_HZ = (100.0, 500.0, 1000.0)
RHYTHMS = ("normal", "af", "lbbb", "pvc", "paced")
STEPS = ("delineate", "measure", "both")


def main() -> None:
    parser = argparse.ArgumentParser(description="Time of delineation and measurement.")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    os.environ |= dict.fromkeys(ONE_THREAD, "1")  # read when NumPy is imported, so it is imported below
    import numpy as np

    from cardio_agent.simulation import simulate

    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {rounds} rounds of {len(RHYTHMS)} ECGs\n")
    print(f"| sampling rate | {' | '.join(f'{step}, ms (wall)' for step in STEPS)} |")
    print("|---" * (len(STEPS) + 1) + "|")
    for fs_hz in RATES_HZ:
        recordings = [simulate(rhythm, fs_hz=fs_hz, noise_snr_db=25).ecg for rhythm in RHYTHMS]
        taken = np.array([_times(ecg) for _ in range(rounds + 1) for ecg in recordings])[len(RHYTHMS) :]
        processor, wall = np.median(taken, axis=0) * 1000
        cells = " | ".join(f"{cpu:.0f} ({clock:.0f})" for cpu, clock in zip(processor, wall, strict=True))
        print(f"| {fs_hz:g} Hz | {cells} |")


def _times(ecg: "Ecg") -> list[tuple[float, float, float]]:
    """Seconds of delineation, of measurement and of both: of the processor, then of the clock."""
    from cardio_agent.measurement import delineate, measure
    from cardio_agent.signal import assess_quality

    quality = assess_quality(ecg)
    start = _now()
    waves = delineate(ecg)
    middle = _now()
    measure(ecg, waves, quality)
    marks = zip(start, middle, _now(), strict=True)
    return [(second - first, third - second, third - first) for first, second, third in marks]


def _now() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


if __name__ == "__main__":
    main()

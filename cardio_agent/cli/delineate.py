"""The command that marks the waves of an ECG."""

import argparse
import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cardio_agent.cli.arguments import Commands
from cardio_agent.cli.ecg import add_ecg_options, read
from cardio_agent.cli.output import deliver, refuse_screen, write

if TYPE_CHECKING:
    from cardio_agent.schema import Waves

WAVES = ("p", "qrs", "t")
ALL_LEADS = "all"
CSV_COLUMNS = (
    "lead", "wave", "kind",
    "onset_sample", "peak_sample", "offset_sample", "onset_s", "peak_s", "offset_s",
)  # fmt: skip


def add_delineate(commands: Commands) -> None:
    command = commands.add_parser("delineate", help="onset, peak and offset of P, QRS and T")
    add_ecg_options(command)
    command.add_argument(
        "--format",
        choices=tuple(FORMATS),
        default="json",
        help="csv: one row a wave; wfdb: the beats as an annotation file",
    )
    command.add_argument("--out", type=Path, metavar="FILE", help="write there instead of the screen")
    command.add_argument(
        "--lead-annotations",
        type=Path,
        metavar="RECORD",
        help="also write a WFDB annotation file a lead: RECORD.i, RECORD.ii … RECORD.v6",
    )
    command.add_argument("--figure", type=Path, metavar="PNG", help="also draw the leads, the waves marked")
    command.set_defaults(run=_run_delineate)


def _run_delineate(args: argparse.Namespace) -> int:
    from cardio_agent.measurement import delineate

    if args.format == "wfdb":
        refuse_screen("an annotation file", args.out)
    ecg = read(args)
    waves = delineate(ecg)
    if args.figure is not None:
        from cardio_agent.rendering.paper import figure_png, plot_ecg

        write(args.figure, figure_png(plot_ecg(ecg, layout="12x1", waves=waves), dpi=150))
    if args.lead_annotations is not None:
        _write_lead_annotations(waves, args.lead_annotations)
    deliver(FORMATS[args.format](waves), args.out)
    return 0


def _write_lead_annotations(waves: "Waves", record: Path) -> None:
    from cardio_agent.rendering.wfdb_annotations import lead_annotation_files

    for suffix, content in lead_annotation_files(waves).items():
        write(record.with_name(f"{record.name}.{suffix}"), content)


def _json(waves: "Waves") -> str:
    table = {
        "fs_hz": waves.fs_hz,
        "beats": {name: getattr(waves.beats, name) for name in WAVES},
        "kinds": [beat.kind for beat in waves.beats],
        "pacing_spikes": waves.pacing_spikes,
        "leads": {lead: {name: getattr(own, name) for name in WAVES} for lead, own in waves.leads.items()},
    }
    return json.dumps(table) + "\n"


def _csv(waves: "Waves") -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(CSV_COLUMNS)
    for lead, name, kind, wave in _rows(waves):
        table.writerow([lead, name, kind, *wave, *(f"{sample / waves.fs_hz:.4f}" for sample in wave)])
    return out.getvalue()


def _rows(waves: "Waves") -> Iterator[tuple[str, str, str, tuple[int, ...]]]:
    """Lead, wave, kind of beat and samples: the beats over all leads, then each lead."""
    for beat in waves.beats:
        for name in WAVES:
            wave = getattr(beat, name)
            if wave is not None:
                yield ALL_LEADS, name, beat.kind, wave
    for lead, own in waves.leads.items():
        for name in WAVES:
            yield from ((lead, name, "", wave) for wave in getattr(own, name))


def _wfdb(waves: "Waves") -> bytes:
    from cardio_agent.rendering.wfdb_annotations import annotation_file

    return annotation_file(waves)


FORMATS: Mapping[str, Callable[["Waves"], str | bytes]] = {"json": _json, "csv": _csv, "wfdb": _wfdb}

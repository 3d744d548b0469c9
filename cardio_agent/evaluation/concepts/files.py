"""The concepts of a statement as a gallery: pictures, tables, and a page that holds them together.

Enters: :class:`~cardio_agent.evaluation.concepts.channels.Concepts`, and the pruning where there is
one. Leaves: a folder of files. Computes nothing.

================  ==================================================================
``index.html``    the page
``channel-N.png`` the reference ECGs of channel N
``concepts.csv``  a row a channel: mean relevance, shares of segments and leads, references
``pruning.csv``   AUROC against the number of channels kept
``pruning.png``   the same as a curve
================  ==================================================================
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cardio_agent.classifier.preprocessing import INPUT_FS_HZ
from cardio_agent.errors import UnreadableFile
from cardio_agent.evaluation.concepts.channels import Concept, Concepts, Reference
from cardio_agent.evaluation.concepts.pruning import Pruning
from cardio_agent.evaluation.concepts.tables import (
    CAUTION,
    about_concepts,
    about_pruning,
    concept_table,
    pruning_table,
)
from cardio_agent.explanation.segments import SEGMENTS
from cardio_agent.leads import LEADS
from cardio_agent.rendering.concept_gallery import Specimen, plot_references
from cardio_agent.rendering.markup import escaped
from cardio_agent.rendering.paper import figure_png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 150
_STYLE = """
body {
  font: 14px/1.55 system-ui, sans-serif; color: #16202b;
  max-width: 1080px; margin: 32px auto; padding: 0 20px;
}
h1 { font-size: 22px; } h2 { font-size: 16px; margin-top: 32px; }
p { max-width: 78ch; } img { max-width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 14px 4px 0; border-bottom: 1px solid #dde3ea; text-align: right; }
th { color: #5b6875; font-weight: 500; } th:first-child, td:first-child { text-align: left; }
"""


def write_gallery(folder: Path, found: Concepts, pruning: Pruning | None) -> None:
    """Write the page, the pictures and the tables into a folder of :func:`gallery_folder`.

    Raises
    ------
    UnreadableFile
        The folder cannot be written.
    """
    files = {_picture(c): figure_png(_figure(found, c), _DPI) for c in found.items}
    files["concepts.csv"] = _concepts_csv(found).encode()
    files["index.html"] = _page(found, pruning).encode()
    if pruning is not None:
        files["pruning.csv"] = _pruning_csv(pruning).encode()
        files["pruning.png"] = figure_png(pruning_figure(pruning), _DPI)
    try:
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as exc:
        raise _not_written(folder, exc) from exc


def gallery_folder(folder: Path) -> Path:
    """Make the folder where it is absent, before minutes are spent on what goes into it.

    Raises
    ------
    UnreadableFile
        It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise _not_written(folder, exc) from exc
    return folder


def _not_written(folder: Path, exc: OSError) -> UnreadableFile:
    return UnreadableFile(f"cannot write {folder}: {exc.strerror}; choose another --out")


def pruning_figure(pruning: Pruning) -> "Figure":
    """AUROC against the number of channels kept: by relevance, with its interval, and at random."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    kept = [row.n_kept for row in pruning.rows]
    low, high = [row.auroc.low for row in pruning.rows], [row.auroc.high for row in pruning.rows]
    axes.fill_between(
        kept,
        [row.random_low for row in pruning.rows],
        [row.random_high for row in pruning.rows],
        color="0.9",
    )
    axes.plot(
        kept,
        [row.random_mean for row in pruning.rows],
        "o--",
        color="0.55",
        markersize=3.5,
        linewidth=1.2,
        label="at random: mean, lowest and highest",
    )
    axes.fill_between(kept, low, high, color="C0", alpha=0.2)
    axes.plot(
        kept,
        [row.auroc.value for row in pruning.rows],
        "o-",
        color="C0",
        markersize=4,
        linewidth=1.5,
        label="most relevant first, 95% interval",
    )
    axes.axhline(0.5, color="0.7", linewidth=1, linestyle=":")
    axes.set_xscale("log", base=2)
    axes.set_xticks(kept, [str(k) for k in kept])
    axes.minorticks_off()
    axes.set(xlabel="channels kept of the last layer", ylabel=f"AUROC of {pruning.code}", ylim=(None, 1.01))
    axes.legend(loc="lower right", frameon=False, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


# ── files ────────────────────────────────────────────────────────────────────────────────────


def _picture(concept: Concept) -> str:
    return f"channel-{concept.channel:03d}.png"


def _figure(found: Concepts, concept: Concept) -> "Figure":
    segments = ", ".join(f"{name} {share:.0%}" for name, share in concept.segments.items() if share >= 0.005)
    mean = f"Mean relevance {concept.carriers:+.2f} with the statement, {concept.others:+.2f} without"
    return plot_references(
        f"{found.search.code}: channel {concept.channel} of layer {found.search.layer}",
        f"{mean} · {segments}",
        [_specimen(found.search.code, reference) for reference in concept.references],
    )


def _specimen(code: str, reference: Reference) -> Specimen:
    others = ", ".join(c for c in reference.codes if c != code) or "no other statement"
    return Specimen(
        f"Record {reference.ecg_id} · relevance {reference.relevance:+.2f}",
        f"{code} · {others}" if code in reference.codes else f"not {code} · {others}",
        reference.signal_mv,
        reference.map,
        INPUT_FS_HZ,
    )


def _concepts_csv(found: Concepts) -> str:
    header = ("channel", "relevance_with", "relevance_without", *SEGMENTS, *LEADS, "reference_ecg_ids")
    rows = [
        (
            c.channel,
            f"{c.carriers:.5f}",
            f"{c.others:.5f}",
            *(f"{c.segments[s]:.4f}" for s in SEGMENTS),
            *(f"{c.leads[lead]:.4f}" for lead in LEADS),
            " ".join(str(r.ecg_id) for r in c.references),
        )
        for c in found.items
    ]
    return _csv(header, rows)


def _pruning_csv(pruning: Pruning) -> str:
    header = ("n_kept", "auroc", "low", "high", "random_mean", "random_low", "random_high")
    rows = [
        (r.n_kept, *(f"{v:.4f}" for v in (*r.auroc, r.random_mean, r.random_low, r.random_high)))
        for r in pruning.rows
    ]
    return _csv(header, rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return lines.getvalue()


def _page(found: Concepts, pruning: Pruning | None) -> str:
    title = f"What speaks for {found.search.code}, channel by channel"
    parts = [
        f"<h1>{escaped(title)}</h1>",
        _paragraph(about_concepts(found)),
        _html_table(*concept_table(found)),
    ]
    parts.append(_paragraph(CAUTION))
    if pruning is not None:
        parts += [
            "<h2>Pruning</h2>",
            _paragraph(about_pruning(pruning)),
            _html_table(*pruning_table(pruning)),
        ]
        parts.append(
            '<p><img src="pruning.png" width="640" alt="AUROC against the number of channels kept"></p>'
        )
    for concept in found.items:
        alt = f"Reference ECGs of channel {concept.channel}"
        parts.append(f'<p><img src="{_picture(concept)}" alt="{alt}"></p>')
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{escaped(title)}</title>\n'
        f"<style>{_STYLE}</style>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _paragraph(text: str) -> str:
    return f"<p>{escaped(text)}</p>"


def _html_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escaped(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{escaped(c)}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

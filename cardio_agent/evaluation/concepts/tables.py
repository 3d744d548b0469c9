"""What is said of a statement's concepts, and their tables: for the screen and for the gallery's page.

Enters: :class:`~cardio_agent.evaluation.concepts.channels.Concepts`, and the pruning where there is
one. Leaves: sentences, and tables as a header and rows of text.
"""

from collections.abc import Iterable, Sequence
from textwrap import fill

from cardio_agent.classifier.statements import BY_CODE
from cardio_agent.evaluation.concepts.channels import Concept, Concepts
from cardio_agent.evaluation.concepts.pruning import Pruning
from cardio_agent.evaluation.tables import table
from cardio_agent.explanation.segments import SEGMENTS

Table = tuple[Sequence[str], list[Sequence[str]]]
CAUTION = (
    "A channel is a part of this network, not a sign of medicine: what it stands for is for a reader of "
    "its reference ECGs to judge. Relevance is the signal's own contribution, so a flat stretch has little: "
    "a wave that is missing speaks through what stands around it."
)
_WIDTH = 100
_N_LEADS = 3


def concepts_text(found: Concepts, pruning: Pruning | None) -> str:
    """Both tables for the screen."""
    parts = [fill(about_concepts(found), _WIDTH), table(*concept_table(found)), fill(CAUTION, _WIDTH)]
    if pruning is not None:
        parts += [fill(about_pruning(pruning), _WIDTH), table(*pruning_table(pruning))]
    return "\n\n".join(parts)


def about_concepts(found: Concepts) -> str:
    """What was looked for, where the order comes from, and on which records the figures stand."""
    search, ranking = found.search, found.ranking
    return (
        f"Channels of layer '{search.layer}' of classifier {found.model} that speak most for {search.code} "
        f"({BY_CODE[search.code].name}): {len(found.items)} of {len(ranking.channels)}. "
        f"Order: mean relevance over {ranking.n_carriers} records with {search.code} of "
        f"{_of_folds(ranking.folds)}. Figures: {_of_folds(found.folds)}, {found.n_carriers} of "
        f"{found.n_records} records carry it. "
        f"There these channels hold {found.held:.0%} of what speaks for it in this layer. "
        f"Relevance is in logits; shares of segments and leads are means over {found.n_profiled} of them."
    )


def _of_folds(folds: tuple[int, ...]) -> str:
    return f"fold {', '.join(map(str, folds))}"


def about_pruning(pruning: Pruning) -> str:
    """How few channels are enough, and on which records."""
    enough, whole = pruning.enough(), pruning.rows[-1]
    share = enough.n_kept / whole.n_kept
    return (
        f"Pruning: {enough.n_kept} of {whole.n_kept} channels ({share:.1%}) keep the AUROC within 0.01: "
        f"{enough.auroc.value:.3f} against {whole.auroc.value:.3f}. "
        f"{pruning.n_records} records, {pruning.n_carriers} with {pruning.code}; all other channels of the "
        "last layer are silent. The order comes from other records."
    )


def concept_table(found: Concepts) -> Table:
    """A row a channel; the last row is each segment's share of the time."""
    header = ("channel", f"with {found.search.code}", "without", *SEGMENTS, "most in leads")
    rows: list[Sequence[str]] = [
        (str(c.channel), f"{c.carriers:+.3f}", f"{c.others:+.3f}", *_percents(c), _leads(c))
        for c in found.items
    ]
    rows.append(("share of time", "", "", *(f"{found.time[s]:.0%}" for s in SEGMENTS), ""))
    return header, rows


def _percents(concept: Concept) -> Iterable[str]:
    return (f"{concept.segments[s]:.0%}" for s in SEGMENTS)


def _leads(concept: Concept) -> str:
    first = sorted(concept.leads.items(), key=lambda item: -item[1])[:_N_LEADS]
    return ", ".join(f"{lead} {share:.0%}" for lead, share in first)


def pruning_table(pruning: Pruning) -> Table:
    """A row a number of channels kept."""
    header = ("channels kept", "AUROC (95% interval)", "at random: mean", "lowest", "highest")
    rows: list[Sequence[str]] = [
        (str(r.n_kept), str(r.auroc), f"{r.random_mean:.3f}", f"{r.random_low:.3f}", f"{r.random_high:.3f}")
        for r in pruning.rows
    ]
    return header, rows

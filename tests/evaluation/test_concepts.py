"""Concepts of a network whose statement is known to rest on chosen channels; pruning; the command."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.network import EcgNetwork, NetworkConfig
from cardio_agent.classifier.preprocessing import band_pass
from cardio_agent.classifier.runners import TorchRunner
from cardio_agent.classifier.statements import CODES, STATEMENTS
from cardio_agent.cli import main
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.errors import BadRequest, TrainingError
from cardio_agent.evaluation.concepts.channels import Concepts, Ranking, Search, find_concepts, rank_channels
from cardio_agent.evaluation.concepts.pruning import Pruning, kept_counts, prune
from cardio_agent.evaluation.metrics import auroc
from cardio_agent.simulation import simulate

N_CHANNELS = 12
STRONG, WEAK, AGAINST = 5, 2, 9
AFIB = CODES.index("AFIB")
SEARCH = Search("AFIB", n_top=3, n_references=2, n_profiled=2)


@pytest.fixture(scope="module")
def model() -> Model:
    """Even attention; AFIB's votes are those of three channels, the others have none."""
    torch.manual_seed(0)
    config = NetworkConfig(
        trunk_channels=(6, 6, 6, 6),
        trunk_blocks=(1, 1, 1, 1),
        lead_channels=(3, 4, 5),
        fused_channels=N_CHANNELS,
    )
    network = EcgNetwork(config).eval().requires_grad_(False)
    network.weigh_and_vote.weight.zero_()
    votes = network.weigh_and_vote.weight[len(CODES) + AFIB, :, 0]
    votes[[STRONG, WEAK, AGAINST]] = torch.tensor([50.0, 5.0, -20.0])
    return Model(TorchRunner(network), {}, "by construction", "", config.stride)


@pytest.fixture(scope="module")
def data() -> LabelledSet:
    """Eight simulated ECGs of seven patients, two with an absent lead; every other one carries AFIB."""
    ecgs = [simulate("af" if k % 2 else "normal", fs_hz=100, seed=k).ecg for k in range(8)]
    signals = np.stack([ecg.signal_mv for ecg in ecgs])
    signals[[2, 3], 4] = 0
    targets = np.zeros((8, len(CODES)), dtype=np.float32)
    targets[1::2, AFIB] = 1
    ids, folds = np.arange(100, 108), np.repeat([8, 9], 4)
    return LabelledSet(ids, np.array([0, 1, 2, 3, 4, 5, 6, 5]), folds, signals, targets)


@pytest.fixture(scope="module")
def ranking(model: Model, data: LabelledSet) -> Ranking:
    return rank_channels(model, data.of_folds((8,)), SEARCH)


@pytest.fixture(scope="module")
def found(model: Model, data: LabelledSet, ranking: Ranking) -> Concepts:
    return find_concepts(model, data.of_folds((9,)), ranking, SEARCH)


def _mean_activation(model: Model, data: LabelledSet) -> np.ndarray:
    """(n, channels) of the last layer over all cells, for ECGs with all leads."""
    x = torch.from_numpy(band_pass(data.signals_mv))
    return model.network.fuse(x).reshape(len(data), 12, N_CHANNELS, -1).mean((1, 3)).numpy()


def test_channels_come_in_the_order_of_their_votes(ranking: Ranking) -> None:
    assert ranking.channels[0] == STRONG
    assert ranking.channels[1] == WEAK
    assert ranking.channels[-1] == AGAINST
    assert sorted(ranking.channels) == list(range(N_CHANNELS))
    assert (ranking.folds, ranking.n_carriers) == ((8,), 2)


def test_relevance_is_activation_times_vote(model: Model, data: LabelledSet, found: Concepts) -> None:
    active = _mean_activation(model, data.of_folds((9,)))
    for concept, vote in zip(found.items[:2], (50.0, 5.0), strict=True):
        assert concept.carriers == pytest.approx(vote * active[1::2, concept.channel].mean(), rel=1e-4)
        assert concept.others == pytest.approx(vote * active[::2, concept.channel].mean(), rel=1e-4)
    assert found.held == pytest.approx(1, abs=1e-6)


def test_references_are_the_most_active_ecgs_of_different_patients(
    model: Model, data: LabelledSet, found: Concepts
) -> None:
    """Patient 5 has two of the four ECGs and is shown once."""
    fold = data.of_folds((9,))
    active = _mean_activation(model, fold)[:, STRONG]
    best = {p: max(np.flatnonzero(fold.patients == p), key=lambda row: active[row]) for p in (4, 5, 6)}
    expected = sorted(best.values(), key=lambda row: -active[row])[:2]
    references = found.items[0].references
    assert [r.ecg_id for r in references] == [int(fold.ids[row]) for row in expected]
    for reference in references:
        assert ("AFIB" in reference.codes) == bool(reference.ecg_id % 2)
        assert reference.map.shape == reference.signal_mv.shape == (12, 1000)


def test_shares_sum_to_one(found: Concepts) -> None:
    assert found.n_profiled == 2
    assert sum(found.time.values()) == pytest.approx(1)
    for concept in found.items[:2]:
        assert sum(concept.segments.values()) == pytest.approx(1)
        assert sum(concept.leads.values()) == pytest.approx(1)


def test_a_statement_that_no_record_carries(model: Model, data: LabelledSet) -> None:
    with pytest.raises(TrainingError, match="fold 8, 9 carries PACE"):
        rank_channels(model, data, replace(SEARCH, code="PACE"))


# ── pruning ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def pruning(model: Model, data: LabelledSet, ranking: Ranking) -> Pruning:
    return prune(model, data, ranking, SEARCH, n_random=3)


def test_the_whole_network_scores_as_the_network_does(
    model: Model, data: LabelledSet, pruning: Pruning
) -> None:
    present = np.ptp(data.signals_mv, axis=2) > 0
    logits, _ = model.runner(band_pass(data.signals_mv) * present[..., None], present)
    expected = auroc(data.targets[:, AFIB], logits[:, AFIB])
    whole = pruning.rows[-1]
    assert whole.n_kept == N_CHANNELS
    assert whole.auroc.value == pytest.approx(expected)
    assert whole.random_low == whole.random_high == pytest.approx(expected)


def test_one_channel_scores_as_its_mean_activation(model: Model, data: LabelledSet, ranking: Ranking) -> None:
    complete = data.of_folds((9,))
    first = prune(model, complete, ranking, SEARCH, n_random=1).rows[0]
    expected = auroc(complete.targets[:, AFIB], _mean_activation(model, complete)[:, STRONG])
    assert first.n_kept == 1
    assert first.auroc.value == pytest.approx(expected)


def test_a_constant_in_place_of_a_channel_scores_as_zero(
    model: Model, data: LabelledSet, ranking: Ranking
) -> None:
    """What the module says: it makes no difference whether a silenced channel is 0 or its mean."""
    complete = data.of_folds((9,))
    others = [int(c) for c in ranking.channels[2:]]

    def fill(_module: object, _inputs: object, cells: torch.Tensor) -> torch.Tensor:
        return cells.index_fill(1, torch.tensor(others), 0.7)

    hook = model.network.dropout.register_forward_hook(fill)
    logits, _ = model.runner(band_pass(complete.signals_mv), np.ones((4, 12), dtype=bool))
    hook.remove()
    rows = prune(model, complete, ranking, SEARCH, n_random=1).rows
    assert rows[1].n_kept == 2
    assert rows[1].auroc.value == pytest.approx(auroc(complete.targets[:, AFIB], logits[:, AFIB]))


def test_counts_end_with_all_channels(pruning: Pruning) -> None:
    assert tuple(row.n_kept for row in pruning.rows) == (1, 2, 4, 8, 12)
    assert kept_counts(1) == (1,)
    assert kept_counts(8) == (1, 2, 4, 8)


def test_enough_is_the_least_from_which_on_nothing_is_lost(pruning: Pruning) -> None:
    def with_areas(*areas: float) -> Pruning:
        rows = [
            row.model_copy(update={"auroc": row.auroc._replace(value=area)})
            for row, area in zip(pruning.rows, areas, strict=True)
        ]
        return pruning.model_copy(update={"rows": tuple(rows)})

    assert with_areas(0.9, 0.9, 0.9, 0.9, 0.9).enough().n_kept == 1
    assert with_areas(0.9, 0.5, 0.895, 0.9, 0.9).enough().n_kept == 4
    assert with_areas(0.5, 0.5, 0.5, 0.5, 0.9).enough().n_kept == 12


def test_only_the_last_layer_is_pruned(model: Model, data: LabelledSet, ranking: Ranking) -> None:
    with pytest.raises(
        BadRequest, match=r"only the channels of 'fused' can be pruned, not those of 'trunk\.1'"
    ):
        prune(model, data, ranking, replace(SEARCH, layer="trunk.1"))


# ── the command, with the shipped network ────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path, data: LabelledSet) -> Path:
    np.savez(
        tmp_path / "signals_100hz.npz",
        ecg_id=data.ids,
        signal_uv=np.round(1000 * data.signals_mv).astype(np.int16),
    )
    rhythms = [spec.column for spec in STATEMENTS if spec.group == "rhythm"]
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        names = ["ecg_id", "patient_id", "strat_fold", *(spec.column for spec in STATEMENTS)]
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        for row, ecg_id in enumerate(data.ids):
            labels = {name: int(name == ("rhythm_AFIB" if row % 2 else "rhythm_SR")) for name in rhythms}
            known = {"ecg_id": ecg_id, "patient_id": row, "strat_fold": data.folds[row]}
            writer.writerow(known | labels)
    return tmp_path


def _run(folder: Path, *more: str) -> int:
    out = folder / "gallery"
    wanted = ["--statement", "AFIB", "--top", "2", "--references", "1"]
    return main(["concepts", "--data", str(folder), "--out", str(out), *wanted, *more])


def test_gallery_and_tables(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(folder) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "AFIB (atrial fibrillation): 2 of 112" in shown
    assert "| channels kept | AUROC (95% interval) |" in shown
    out = folder / "gallery"
    with (out / "concepts.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    for row in rows:
        assert sum(float(row[name]) for name in ("P", "PR", "QRS", "ST", "T", "TP")) == pytest.approx(
            1, abs=0.01
        )
        assert 104 <= int(row["reference_ecg_ids"]) <= 107
    page = (out / "index.html").read_text()
    pictures = {path.name for path in out.glob("*.png")}
    assert len(pictures) == 3
    assert all(name in page for name in pictures)
    with (out / "pruning.csv").open() as file:
        assert [row["n_kept"] for row in csv.DictReader(file)][-1] == "112"


def test_an_inner_layer_has_a_gallery_without_pruning(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(folder, "--layer", "lead_encoder.2") == 0
    assert "2 of 48" in capsys.readouterr().out
    assert not (folder / "gallery" / "pruning.csv").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--statement", "AFIBB"), "did you mean AFIB"),
        (("--layer", "trunk.99"), "no layer 'trunk.99': choose one of fused"),
        (("--rank-fold", "9"), "is also --fold"),
        (("--rank-fold", "7"), "no record of fold 7"),
        (("--statement", "PACE"), "fold 8 carries PACE"),
    ],
)
def test_a_wrong_request_is_one_line(
    folder: Path, more: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(folder, *more) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_folder_that_is_a_file_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(folder, "--out", str(folder / "labels.csv")) == 1
    error = capsys.readouterr().err
    assert "choose another --out" in error
    assert error.count("\n") == 1

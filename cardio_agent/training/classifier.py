"""The training loop of the classifier.

Enters: a folder of labelled ECGs, a :class:`TrainingPlan`, optionally guides. Leaves: weights of
the best epoch on fold 9 (an exponential average of the trained ones) in a run folder, with its
history. Calibration and thresholds are :mod:`cardio_agent.evaluation.calibration`'s.

Every epoch draws its randomness from (seed, epoch) alone, so a run that was killed and resumed
ends as an undisturbed one.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from cardio_agent.classifier.network import EcgNetwork, NetworkConfig
from cardio_agent.classifier.preprocessing import band_pass
from cardio_agent.classifier.statements import SUPERCLASSES
from cardio_agent.datasets.labelled import TRAIN_FOLDS, VALIDATION_FOLD, LabelledSet, join
from cardio_agent.errors import TrainingError
from cardio_agent.evaluation.metrics import auroc
from cardio_agent.training.augmentation import (
    Augmentation,
    add_noise,
    lose_leads,
    mix,
    shift_and_scale,
    swap_electrodes,
)
from cardio_agent.training.checkpoints import read_checkpoint, refuse_foreign, write_checkpoint, writing
from cardio_agent.training.distillation import N_SUPER, Guides
from cardio_agent.training.schedule import warm_cosine


@dataclass(frozen=True)
class TrainingPlan:
    """Everything that decides how a run ends."""

    epochs: int = 70
    patience: int | None = None
    """End after so many epochs without a better one; None: never before the last."""
    batch_size: int = 64
    peak_learning_rate: float = 3e-3
    warmup_share: float = 0.08
    weight_decay: float = 0.05
    average_decay: float = 0.998
    teacher_share: float = 0.9
    """Weight of the teachers' probabilities in the superclass targets; the labels have the rest."""
    other_weight: float = 1.0
    """Weight of the statements that are not superclasses."""
    n_earlier: int = 0
    """Earlier networks of this program among the teachers."""
    began_with: str = ""
    """Weights that the run did not make itself, in words for the model card."""
    seed: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)
    network: NetworkConfig = field(default_factory=NetworkConfig)


@dataclass(frozen=True)
class EpochResult:
    """What one epoch came to on fold 9."""

    epoch: int
    loss: float
    macro_auroc: float
    auroc: dict[str, float]


def train(
    data: LabelledSet,
    run_dir: Path,
    plan: TrainingPlan,
    *,
    extra: LabelledSet | None = None,
    guides: Guides | None = None,
    start_from: Path | None = None,
    resume: bool = False,
    device: str = "auto",
    on_step: Callable[[int, int], None] | None = None,
) -> Iterator[EpochResult]:
    """Train, yielding each epoch's result; ``run_dir`` holds ``last`` and ``best`` safetensors.

    Parameters
    ----------
    data : LabelledSet
        Folds 1–8 are trained on, fold 9 chooses the epoch.
    run_dir : Path
    plan : TrainingPlan
    extra : LabelledSet, optional
        More records to train on; of them, too, only folds 1–8 are used.
    guides : Guides, optional
        Teachers whose word is blended with the labels.
    start_from : Path, optional
        A ``best`` checkpoint whose weights the run begins with.
    resume : bool
        Go on from the run's own last checkpoint, if there is one.
    device : {"auto", "cpu", "cuda", "cuda:N"}
    on_step : callable, optional
        Told the number of optimiser steps done, and of all, after each.

    Raises
    ------
    TrainingError
        When the data lacks a fold, a checkpoint does not fit the plan, the device is not there, or the
        run folder cannot be written.
    """
    training, validation = data.of_folds(TRAIN_FOLDS), data.of_folds((VALIDATION_FOLD,))
    if extra is not None:
        training = join(training, extra.within(TRAIN_FOLDS))
    _require_both_classes(validation)
    run = _Run(plan, -(-len(training) // plan.batch_size), device_of(device), on_step)
    if guides is not None:
        guides.to(run.device)
    with writing(run_dir):
        run_dir.mkdir(parents=True, exist_ok=True)
    if start_from is not None:
        run.start_from(start_from)
    first = run.restore(run_dir) if resume else 0
    for epoch in range(first, plan.epochs):
        if plan.patience is not None and epoch - run.best_epoch > plan.patience:
            return
        loss = run.epoch(training, guides, epoch)
        result = _validate(run.average, validation, epoch, loss)
        if result.macro_auroc >= run.best:
            run.best, run.best_epoch = result.macro_auroc, epoch
            write_checkpoint(
                run_dir / "best.safetensors", run.average.state_dict(), {"epoch": epoch, "plan": asdict(plan)}
            )
        run.save(run_dir, epoch)
        with writing(run_dir / "history.jsonl"), (run_dir / "history.jsonl").open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")
        yield result


def device_of(wanted: str) -> torch.device:
    """The device of that name; ``auto`` is the first CUDA device, else the processor.

    Raises
    ------
    TrainingError
        There is no such device here.
    """
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as exc:
        raise TrainingError(f"device '{wanted}' does not exist: choose auto, cpu or cuda") from exc
    if device.type not in ("cpu", "cuda"):
        raise TrainingError(f"device '{wanted}' is not used for training: choose auto, cpu or cuda")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise TrainingError(f"device '{wanted}' is not there (or torch came without CUDA): choose cpu")
    return device


class _Run:
    """The state that a checkpoint holds: weights, their average, the optimiser."""

    def __init__(
        self,
        plan: TrainingPlan,
        steps_per_epoch: int,
        device: torch.device,
        on_step: Callable[[int, int], None] | None,
    ) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.n_steps = steps_per_epoch * plan.epochs
        self.step = 0
        self.best, self.best_epoch = 0.0, 0
        self.device = device
        self.on_step = on_step
        self.network = EcgNetwork(plan.network).to(self.device)
        self.average = EcgNetwork(plan.network).to(self.device).eval().requires_grad_(False)
        self.average.load_state_dict(self.network.state_dict())
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        others = [p for p in self.network.parameters() if p.ndim <= 1]
        groups = [
            {"params": decayed, "weight_decay": plan.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=plan.peak_learning_rate)

    def learning_rate(self) -> float:
        share = self.step / max(self.n_steps, 1)
        return self.plan.peak_learning_rate * warm_cosine(share, self.plan.warmup_share)

    def epoch(self, data: LabelledSet, guides: Guides | None, epoch: int) -> float:
        rng = np.random.default_rng((self.plan.seed, epoch))
        torch.manual_seed(int(rng.integers(2**31)))
        order = rng.permutation(len(data))
        losses = []
        self.network.train()
        for start in range(0, len(order), self.plan.batch_size):
            rows = order[start : start + self.plan.batch_size]
            losses.append(self._step(data.signals_mv[rows], data.targets[rows], guides, rng))
            if self.on_step is not None:
                self.on_step(self.step, self.n_steps)
        return float(np.mean(losses))

    def _step(
        self,
        signals: npt.NDArray[np.float32],
        targets: npt.NDArray[np.float32],
        guides: Guides | None,
        rng: np.random.Generator,
    ) -> float:
        how = self.plan.augmentation
        shared, mixed = mix(shift_and_scale(signals, how, rng), targets, how, rng)
        goal = torch.from_numpy(mixed).to(self.device)
        if guides is not None:
            goal = guides.targets(goal, shared, self.plan.teacher_share, int(rng.integers(shared.shape[-1])))
        x = torch.from_numpy(band_pass(add_noise(swap_electrodes(shared, how, rng), how, rng))).to(
            self.device
        )
        present = torch.from_numpy(lose_leads(len(x), how, rng)).to(self.device)
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate()
        self.optimiser.zero_grad(set_to_none=True)
        with torch.autocast(self.device.type, torch.bfloat16):
            logits, _ = self.network(x, present)
        loss = masked_loss(logits.float(), goal, self.plan.other_weight)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        self._update_average()
        return float(loss.detach())

    @torch.no_grad()
    def _update_average(self) -> None:
        # A young average would remember the random start: let it follow quickly at first.
        decay = min(self.plan.average_decay, (1 + self.step) / (10 + self.step))
        for kept, new in zip(
            self.average.state_dict().values(), self.network.state_dict().values(), strict=True
        ):
            if kept.is_floating_point():
                kept.lerp_(new, 1 - decay)
            else:
                kept.copy_(new)

    def save(self, run_dir: Path, epoch: int) -> None:
        tensors = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        tensors |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        for i, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{i}.{k}": torch.as_tensor(v) for k, v in state.items()}
        about = {
            "epoch": epoch,
            "step": self.step,
            "best": self.best,
            "best_epoch": self.best_epoch,
            "plan": asdict(self.plan),
        }
        write_checkpoint(run_dir / "last.safetensors", tensors, about)

    def start_from(self, checkpoint: Path) -> None:
        """Take the weights of another run."""
        network, _, _ = load_checkpoint(checkpoint)
        if network.config != self.plan.network:
            raise TrainingError(
                f"{checkpoint} belongs to another architecture than this run: give one of the same shape"
            )
        self.network.load_state_dict(network.state_dict())
        self.average.load_state_dict(network.state_dict())

    def restore(self, run_dir: Path) -> int:
        """Take up the run's last checkpoint; the epoch to go on with, 0 when there is none."""
        path = run_dir / "last.safetensors"
        if not path.exists():
            return 0
        tensors, about = read_checkpoint(path)
        with refuse_foreign(path):
            if _plan(about["plan"]) != self.plan:
                raise TrainingError(
                    f"{path} was made with another plan: use its settings or another --out folder"
                )
            self._restore(tensors)
            self.step, self.best = int(about["step"]), float(about["best"])
            self.best_epoch = int(about.get("best_epoch", about["epoch"]))
            return int(about["epoch"]) + 1

    def _restore(self, tensors: dict[str, Tensor]) -> None:
        for name, module in (("network", self.network), ("average", self.average)):
            prefix = f"{name}."
            module.load_state_dict({k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)})
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith("optimiser."):
                _, index, part = key.split(".")
                state.setdefault(int(index), {})[part] = value
        self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": state})


def load_checkpoint(path: Path) -> tuple[EcgNetwork, TrainingPlan, int]:
    """The network of a ``best`` checkpoint, the plan it was trained by, and its epoch."""
    tensors, about = read_checkpoint(path)
    with refuse_foreign(path):
        plan = _plan(about["plan"])
        network = EcgNetwork(plan.network)
        network.load_state_dict(tensors)
        return network.eval().requires_grad_(False), plan, int(about["epoch"])


def _plan(stored: dict[str, Any]) -> TrainingPlan:
    """A plan from its JSON, where tuples have become lists."""

    def tuples(section: dict[str, Any]) -> dict[str, Any]:
        return {k: tuple(v) if isinstance(v, list) else v for k, v in section.items()}

    parts = {
        "augmentation": Augmentation(**tuples(stored["augmentation"])),
        "network": NetworkConfig(**tuples(stored["network"])),
    }
    return TrainingPlan(**(stored | parts))


def masked_loss(logits: Tensor, goal: Tensor, other_weight: float) -> Tensor:
    """Binary cross-entropy over known targets: mean of the superclasses plus weighted mean of the others."""
    known = ~torch.isnan(goal)
    each = nn.functional.binary_cross_entropy_with_logits(logits, torch.nan_to_num(goal), reduction="none")
    each = each * known
    superclass = each[:, :N_SUPER].sum() / known[:, :N_SUPER].sum().clamp(min=1)
    other = each[:, N_SUPER:].sum() / known[:, N_SUPER:].sum().clamp(min=1)
    return superclass + other_weight * other


@torch.no_grad()
def predict(
    network: EcgNetwork, signals_mv: npt.NDArray[np.float32], batch_size: int = 64
) -> npt.NDArray[np.float32]:
    """Logits (n, 59) of unfiltered (n, 12, 1000) records with all leads present."""
    device = next(network.parameters()).device
    network.eval()
    out = []
    for start in range(0, len(signals_mv), batch_size):
        x = torch.from_numpy(band_pass(signals_mv[start : start + batch_size])).to(device)
        out.append(
            network(x, torch.ones(x.shape[:2], dtype=torch.bool, device=device))[0].float().cpu().numpy()
        )
    return np.concatenate(out)


def _require_both_classes(validation: LabelledSet) -> None:
    for k, code in enumerate(SUPERCLASSES):
        if len(np.unique(validation.targets[~np.isnan(validation.targets[:, k]), k])) < 2:
            raise TrainingError(
                f"fold {VALIDATION_FOLD} has no record with, or none without, {code}: add labelled ECGs"
            )


def _validate(network: EcgNetwork, data: LabelledSet, epoch: int, loss: float) -> EpochResult:
    logits = predict(network, data.signals_mv)
    each = {code: auroc(data.targets[:, k], logits[:, k]) for k, code in enumerate(SUPERCLASSES)}
    return EpochResult(epoch, loss, float(np.mean(list(each.values()))), each)

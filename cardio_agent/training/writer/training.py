"""The training loop of the bundled writer.

Enters: pairs. Leaves: a folder in Hugging Face form (Llama architecture, bfloat16 safetensors, own
tokenizer). Every epoch draws its randomness from (seed, epoch) alone, so a run that was killed and
resumed ends as an undisturbed one.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from cardio_agent.errors import TrainingError
from cardio_agent.training.checkpoints import read_checkpoint, refuse_foreign, write_checkpoint, writing
from cardio_agent.training.schedule import warm_cosine
from cardio_agent.training.writer.pairs import Pair
from cardio_agent.training.writer.tokens import END

_LAST = "last.safetensors"
_IGNORED = -100  # targets that the loss passes over
_MAX_TOKENS = 768


@dataclass(frozen=True)
class WriterPlan:
    """Everything that decides how a run ends."""

    epochs: int = 4
    tokens_per_batch: int = 2048
    peak_learning_rate: float = 1e-3
    warmup_share: float = 0.03
    weight_decay: float = 0.05
    hidden: int = 512
    layers: int = 4
    heads: int = 8
    inner: int = 1408
    seed: int = 0


class WriterEpoch(NamedTuple):
    """What one epoch came to."""

    epoch: int
    loss: float
    held_out_loss: float


class _Example(NamedTuple):
    tokens: list[int]
    n_prompt: int


def train_writer_model(
    training: Sequence[Pair],
    held_out: Sequence[Pair],
    tokenizer: Any,
    run_dir: Path,
    plan: WriterPlan,
    *,
    resume: bool = False,
    device: str = "cpu",
    on_step: Callable[[int, int], None] | None = None,
) -> Iterator[WriterEpoch]:
    """Train, yielding each epoch's result; the model is in ``run_dir/model`` after each.

    Parameters
    ----------
    training, held_out : sequence of Pair
    tokenizer : PreTrainedTokenizerFast
    run_dir : Path
    plan : WriterPlan
    resume : bool
        Go on from the run's last checkpoint, if there is one.
    device : str
    on_step : callable, optional
        Told the number of steps done, and of all, after each.

    Raises
    ------
    TrainingError
        A checkpoint is of another plan, or the run folder cannot be written.
    """
    with writing(run_dir):
        run_dir.mkdir(parents=True, exist_ok=True)
    examples = [_example(pair, tokenizer) for pair in training]
    unseen = [_example(pair, tokenizer) for pair in held_out]
    run = _Run(plan, len(tokenizer), _n_batches(examples, plan), device, on_step)
    first = run.restore(run_dir) if resume else 0
    for epoch in range(first, plan.epochs):
        started = time.monotonic()
        loss = run.epoch(examples, epoch)
        result = WriterEpoch(epoch, loss, run.loss(unseen))
        run.minutes += (time.monotonic() - started) / 60
        run.save(run_dir, epoch)
        save_model(run.model, tokenizer, run_dir / "model")
        with writing(run_dir / "history.jsonl"), (run_dir / "history.jsonl").open("a") as file:
            file.write(json.dumps(result._asdict()) + "\n")
        yield result


def trained_minutes(run_dir: Path) -> float:
    """How long the epochs of a run took, over all its starts.

    Raises
    ------
    TrainingError
        The run has no checkpoint.
    """
    path = run_dir / _LAST
    _, about = read_checkpoint(path)
    with refuse_foreign(path):
        return float(about["minutes"])


def new_model(plan: WriterPlan, vocabulary: int) -> Any:
    """An untrained model of the plan's shape."""
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(plan.seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=plan.hidden,
            num_hidden_layers=plan.layers,
            num_attention_heads=plan.heads,
            num_key_value_heads=plan.heads,
            intermediate_size=plan.inner,
            max_position_embeddings=_MAX_TOKENS,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=0,
            pad_token_id=1,
        )
    )


def save_model(model: Any, tokenizer: Any, folder: Path) -> None:
    """The model in bfloat16 with its tokenizer; ``config.json`` says that it words sheets."""
    with writing(folder):
        model.config.cardio_agent_prompt = "section"
        state = {name: tensor.to(torch.bfloat16) for name, tensor in model.state_dict().items()}
        model.config.dtype = torch.bfloat16
        model.save_pretrained(folder, state_dict=state)
        tokenizer.save_pretrained(folder)


def _example(pair: Pair, tokenizer: Any) -> _Example:
    prompt = tokenizer(pair.prompt)["input_ids"]
    answer = tokenizer(pair.answer + END)["input_ids"]
    return _Example((prompt + answer)[:_MAX_TOKENS], len(prompt))


def _batches(examples: Sequence[_Example], plan: WriterPlan, random: Random) -> list[list[_Example]]:
    """Examples of like length together, in random order."""
    order = sorted(examples, key=lambda e: (len(e.tokens) // 8, random.random()))
    batches: list[list[_Example]] = [[]]
    for example in order:
        if len(example.tokens) * (len(batches[-1]) + 1) > plan.tokens_per_batch and batches[-1]:
            batches.append([])
        batches[-1].append(example)
    random.shuffle(batches)
    return batches


def _n_batches(examples: Sequence[_Example], plan: WriterPlan) -> int:
    return len(_batches(examples, plan, Random(0)))


def _tensors(batch: Sequence[_Example], device: torch.device) -> tuple[Tensor, Tensor]:
    longest = max(len(e.tokens) for e in batch)
    tokens = torch.zeros(len(batch), longest, dtype=torch.long)
    targets = torch.full((len(batch), longest), _IGNORED)
    for row, example in enumerate(batch):
        n = len(example.tokens)
        tokens[row, :n] = torch.tensor(example.tokens)
        targets[row, example.n_prompt : n] = tokens[row, example.n_prompt : n]
    return tokens.to(device), targets.to(device)


class _Run:
    """The state that a checkpoint holds: weights and the optimiser."""

    def __init__(
        self,
        plan: WriterPlan,
        vocabulary: int,
        steps_per_epoch: int,
        device: str,
        on_step: Callable[[int, int], None] | None,
    ) -> None:
        self.plan, self.device, self.on_step = plan, torch.device(device), on_step
        self.n_steps, self.step, self.minutes = steps_per_epoch * plan.epochs, 0, 0.0
        self.model = new_model(plan, vocabulary).to(self.device)
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(),
            lr=plan.peak_learning_rate,
            betas=(0.9, 0.98),
            weight_decay=plan.weight_decay,
        )

    def learning_rate(self) -> float:
        share = self.step / max(self.n_steps, 1)
        return self.plan.peak_learning_rate * warm_cosine(share, self.plan.warmup_share)

    def epoch(self, examples: Sequence[_Example], epoch: int) -> float:
        random = Random(self.plan.seed * 1000 + epoch)
        self.model.train()
        losses = []
        for batch in _batches(examples, self.plan, random):
            for group in self.optimiser.param_groups:
                group["lr"] = self.learning_rate()
            loss = self._loss(batch)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimiser.step()
            self.step += 1
            losses.append(float(loss.detach()))
            if self.on_step is not None:
                self.on_step(self.step, self.n_steps)
        return sum(losses) / len(losses)

    @torch.no_grad()
    def loss(self, examples: Sequence[_Example]) -> float:
        """Mean loss over batches, without learning."""
        self.model.eval()
        losses = [float(self._loss(batch)) for batch in _batches(examples, self.plan, Random(0)) if batch]
        return sum(losses) / max(len(losses), 1)

    def _loss(self, batch: Sequence[_Example]) -> Tensor:
        tokens, targets = _tensors(batch, self.device)
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = self.model(input_ids=tokens).logits
        return nn.functional.cross_entropy(
            logits[:, :-1].float().flatten(0, 1), targets[:, 1:].flatten(), ignore_index=_IGNORED
        )

    def save(self, run_dir: Path, epoch: int) -> None:
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items() if k != "lm_head.weight"}
        for i, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{i}.{k}": torch.as_tensor(v) for k, v in state.items()}
        about = {"epoch": epoch, "step": self.step, "minutes": self.minutes, "plan": asdict(self.plan)}
        write_checkpoint(run_dir / _LAST, tensors, about)

    def restore(self, run_dir: Path) -> int:
        """Take up the run's last checkpoint; the epoch to go on with, 0 when there is none."""
        path = run_dir / _LAST
        if not path.exists():
            return 0
        tensors, about = read_checkpoint(path)
        with refuse_foreign(path):
            if WriterPlan(**about["plan"]) != self.plan:
                raise TrainingError(
                    f"{path} was made with another plan: use its settings or another --out folder"
                )
            prefix = "model."
            weights = {k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)}
            weights["lm_head.weight"] = weights["model.embed_tokens.weight"]
            self.model.load_state_dict(weights)
            state: dict[int, dict[str, Tensor]] = {}
            for key, value in tensors.items():
                if key.startswith("optimiser."):
                    _, index, part = key.split(".")
                    state.setdefault(int(index), {})[part] = value
            self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": state})
            self.step, self.minutes = int(about["step"]), float(about["minutes"])
            return int(about["epoch"]) + 1

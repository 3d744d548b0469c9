"""One training session of the bundled writer: from labelled ECGs to a model folder with its card.

Enters: a data folder. Leaves: ``OUT/model`` in Hugging Face form with ``metrics.json`` and a model card
written from the run. The analyses are kept in ``OUT``, so that a resumed run does not repeat them.
"""

import os
import platform
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from cardio_agent.datasets.labelled import TRAIN_FOLDS, VALIDATION_FOLD, LabelledSet, load_labelled
from cardio_agent.errors import TrainingError
from cardio_agent.evaluation.scoring import recordings
from cardio_agent.findings import compare
from cardio_agent.pipeline import analyze, collect_facts
from cardio_agent.resources import write_checksums
from cardio_agent.schema import Analysis, Facts, Patient
from cardio_agent.schema.records import Sex
from cardio_agent.training.checkpoints import writing
from cardio_agent.training.classifier import device_of
from cardio_agent.training.progress import StepBar
from cardio_agent.training.writer.pairs import corpus
from cardio_agent.training.writer.scores import WriterScores, score_writer
from cardio_agent.training.writer.tokens import train_tokenizer
from cardio_agent.training.writer.training import WriterPlan, train_writer_model, trained_minutes
from cardio_agent.writing import PlainWriter, Taught, get_writer

N_HELD_OUT = 300
_P_PRIOR = 0.3
_P_AGE = 0.7
_HELD_OUT_PAIRS = 40  # ECGs of the held-out loss; the scores take them all

_CARD = """# Writer of cardio_agent

For research and education only. Not a medical device.

**What it does.** It words the report: numbered plain sentences without their values in, the same in other
words out. Values, leads and quotations are slots that code fills, each sentence names the plain sentences
that it rests on, and each is checked against the records before it is shown; what fails, or is left out, is
said by the plain writer. It knows no medicine, answers no question by itself and never sees the tracing. A
larger local model can take its place (`--llm hf:FOLDER` or `openai:URL#MODEL`).

**Model.** Llama architecture, {n_parameters:,} parameters ({layers} layers of {hidden}), own tokenizer of
{vocabulary:,} tokens, trained from scratch.

**Data.** {n_pairs:,} pairs of sheet and wording from the analyses of {n_ecgs:,} ECGs of PTB-XL folds 1–8
(Wagner et al. 2020, CC BY 4.0), as they are and with imagined findings; wordings drawn from a table written
for this program, each checked by the program's own verification.

**Training.** {epochs} epochs, seed {seed}, {minutes:.0f} minutes on {machine}.

**Figures.** On the last {n_reports} ECGs of fold 9, which it was not trained on:

| | |
|---|---|
| sentences that pass their check as first written | {passed_first:.1%} of {n_sentences:,} |
| plain sentences said in its own words | {worded:.1%} |
| findings that must be said, said by it | {must_say_said:.1%} |
| sentences that repeat another | {n_repeated} |
| sentences other than the plain writer's | {unlike_plain:.1%} |
| seconds for a report; to its first sentence | {seconds_per_report:.2f}; {seconds_to_first:.2f} |

A line in words that it was never taught, or that does not hold each value of the sentences that it cites
exactly once, is dropped before these counts and said plainly; so is whatever it leaves out, so that the
report says every finding. How many sentences it is given at a time was chosen with an earlier model on
90 ECGs of fold 9, of which some may be among these.

**Limits.** English only. It words what the plain writer says and nothing else: a finding that the program
cannot make has no words here. Its variety is that of its table of wordings.
"""


def train_writer(
    data_dir: Path,
    out_dir: Path,
    *,
    n_ecgs: int = 900,
    rounds: int = 4,
    epochs: int | None = None,
    seed: int = 0,
    resume: bool = False,
    device: str = "auto",
) -> WriterScores:
    """Analyse, make pairs, train, score on fold 9 and write the model.

    Resuming a run that has ended scores it anew, as after a change of the program's checks.

    Raises
    ------
    TrainingError
        When the data, a checkpoint or the device cannot be used, or the results cannot be written.
    """
    plan = replace(WriterPlan(seed=seed), **({} if epochs is None else {"epochs": epochs}))
    where = str(device_of(device))
    data = load_labelled(data_dir)
    with writing(out_dir):
        out_dir.mkdir(parents=True, exist_ok=True)
    training = _facts(data.of_folds(TRAIN_FOLDS), n_ecgs, out_dir / "training.jsonl")
    last = data.of_folds((VALIDATION_FOLD,)).last(N_HELD_OUT)
    held_out = _facts(last, N_HELD_OUT, out_dir / "held_out.jsonl")
    pairs = corpus(training, Random(seed), rounds)
    unseen = corpus(held_out[:_HELD_OUT_PAIRS], Random(seed + 1), 1)
    tokenizer = train_tokenizer(pairs)
    with writing(out_dir):
        (out_dir / "model").mkdir(exist_ok=True)
        Taught.of(line for pair in pairs for line in pair.answer.split("\n")).save(out_dir / "model")
    with StepBar(plan.epochs) as bar:
        for result in train_writer_model(
            pairs, unseen, tokenizer, out_dir, plan, resume=resume, device=where, on_step=bar.step
        ):
            bar.epoch(loss=f"{result.loss:.3f}", held_out=f"{result.held_out_loss:.3f}")
    minutes = trained_minutes(out_dir)
    return finish(
        out_dir / "model", held_out, plan, n_pairs=len(pairs), n_ecgs=len(training), minutes=minutes
    )


def finish(
    folder: Path, held_out: list[Facts], plan: WriterPlan, *, n_pairs: int, n_ecgs: int, minutes: float
) -> WriterScores:
    """Score the model of a folder and write its figures and card beside it.

    Raises
    ------
    TrainingError
        When the folder cannot be written.
    """
    writer = get_writer(f"hf:{folder}")
    next(iter(writer.write(held_out[0])))  # opens the model
    scores = score_writer(writer, PlainWriter(), held_out)
    shape = _shape(folder)
    card = _CARD.format(
        **scores.model_dump(),
        **shape,
        n_pairs=n_pairs,
        n_ecgs=n_ecgs,
        epochs=plan.epochs,
        seed=plan.seed,
        layers=plan.layers,
        hidden=plan.hidden,
        minutes=minutes,
        machine=f"{platform.machine()}, {os.cpu_count()} cores",
    )
    with writing(folder):
        (folder / "metrics.json").write_text(scores.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (folder / "README.md").write_text(card, encoding="utf-8")
        write_checksums(folder)
    return scores


def _shape(folder: Path) -> dict[str, Any]:
    from safetensors import safe_open
    from transformers import AutoTokenizer

    with safe_open(folder / "model.safetensors", framework="pt") as file:
        sizes = [file.get_slice(name).get_shape() for name in file.keys()]  # noqa: SIM118
    n_parameters = sum(int(rows) * int((columns or [1])[0]) for rows, *columns in sizes)
    return {"n_parameters": n_parameters, "vocabulary": len(AutoTokenizer.from_pretrained(folder))}


def _facts(data: LabelledSet, n: int, kept: Path) -> list[Facts]:
    """Facts of some ECGs, from the file of an earlier start as far as that goes."""
    from tqdm import tqdm

    done: list[Facts] = []
    if kept.exists():
        try:
            done = [Facts.model_validate_json(line) for line in kept.read_text(encoding="utf-8").splitlines()]
        except ValueError as exc:
            raise TrainingError(f"{kept} is not of this version: remove it to analyse again") from exc
    rest = islice(_analysed(data, len(done), Random(n)), max(n - len(done), 0))
    with writing(kept), kept.open("a", encoding="utf-8") as file:
        for facts in tqdm(
            rest, total=min(n, len(data)) - len(done), unit="ECG", desc=f"analysing {kept.stem}"
        ):
            file.write(facts.model_dump_json() + "\n")
            done.append(facts)
    return done[:n]


def _analysed(data: LabelledSet, n_done: int, random: Random) -> Iterator[Facts]:
    """Analyses as users will have them: most with age and sex, some compared with another ECG.

    The labelled sets name no patient: ages, sexes and priors are drawn. The writer learns to word them, and
    no medicine. The first ``n_done`` are passed over, as though they had been analysed.
    """
    before: Analysis | None = None
    for k, ecg in enumerate(recordings(data)):
        patient, is_compared = _imagined_patient(random), random.random() < _P_PRIOR
        if k < n_done - 1:
            continue
        analysis = analyze(replace(ecg, patient=patient))
        if k >= n_done:
            yield collect_facts(compare(analysis, before) if is_compared and before else analysis)
        before = analysis


def _imagined_patient(random: Random) -> Patient:
    sexes: tuple[Sex | None, ...] = ("female", "male", None)
    age = random.randint(18, 95) if random.random() < _P_AGE else None
    return Patient(age_years=age, sex=random.choice(sexes))

"""The classifier's model card, written from a run.

Enters: the run's plan, figures and network. Leaves: Markdown.
"""

from cardio_agent.classifier.network import EcgNetwork
from cardio_agent.evaluation.classifier import ClassifierFigures
from cardio_agent.evaluation.tables import figures_table
from cardio_agent.training.classifier import TrainingPlan

_CARD = """# Classifier of cardio_agent

For research and education only. Not a medical device.

**What it does.** From a 12-lead ECG of about 10 s it gives calibrated probabilities of 59 PTB-XL
statements (5 superclasses, 23 subclasses, 12 rhythms, 19 forms) and, for each, attention over leads and
time. The attention is part of the computation: every cell (lead, step of 80 ms) has a weight and a vote,
and the logit is their weighted sum. It shows where the network looked; it does not prove why.

**Network.** {n_parameters:,} parameters: a residual trunk over all leads and a shared encoder of each
lead, fused cell by cell. Input: 12 leads in mV at 100 Hz, band-passed 0.5–40 Hz, absent leads masked.

**Data.** PTB-XL (Wagner et al. 2020, CC BY 4.0): {n_training:,} records of folds 1–8 for training, fold 9
({n_validation} records) for choosing the epoch, calibration and thresholds. Fold 10 was not used.
The figures below are on fold 9, which chose the epoch, the calibration and the thresholds: they are
optimistic by that much, except where they say "held out" (calibrated without the patients they are of).

**Training.** {epochs} epochs, seed {seed}{began};
AdamW, one cosine cycle, mixup, random gain, shift, noise, lost and swapped leads; the weights are an
exponential average. {teachers} {minutes:.0f} minutes on {machine}.

**Calibration and decisions.** Beta calibration for each statement with at least 15 positives, else for its
group. Form statements are calibrated with "no form statement" read as absent. Two operating points:
*balanced* (highest F1, at least 0.2, of "normal ECG" 0.5) and *screening*
(CARDIO_AGENT_OPERATING_POINT=screening; MI keeps a sensitivity of 0.95, STTC, CD and HYP of 0.90, "normal
ECG" a specificity of 0.95, other statements as balanced). For the superclasses a 90% conformal set
says where the evidence singles out neither presence nor absence.

**Intended use.** Research and education: a second reading beside a person's, on adults' resting 12-lead
ECGs. Not for triage, monitoring, children or any decision on a patient.

**Limits.** One centre, one country, mostly adults; rare statements (fewer than 15 positives in fold 9)
are not reliable and lean on their group's calibration; labels are one or two readers' opinions, some of
them machine-made and then confirmed; no external validation yet.

## Figures

{table}

These come from `cardio-agent evaluate --data DIR --stress` (and `--teachers DIR` for the public networks);
`--figures DIR` draws the ROC and reliability curves.
"""

_DISTILLED = (
    "The superclass targets are {share:.0%} teachers' probabilities for the same mixed inputs and the rest "
    "the labels: this network is distilled from them in part. The teachers: {who}. Records whose voltage was "
    "lost were trained on too, with a plausible one, for which the teachers alone gave the superclasses."
)
_PUBLIC = (
    "the mean of two public networks (MIT licence; Jagrit7/ecg-ptbxl-multilabel-cnn and "
    "Kaleemullah-Younas/TrustECG)"
)


def _distillation(plan: TrainingPlan, *, has_public: bool) -> str:
    earlier = f"{plan.n_earlier} earlier network{'s' * (plan.n_earlier > 1)} of this program"
    who = [_PUBLIC] * has_public + [f"{earlier}, for all statements"] * bool(plan.n_earlier)
    if not who:
        return "Labels alone."
    return _DISTILLED.format(share=plan.teacher_share, who=" and, weighing the same, ".join(who))


def model_card(
    figures: ClassifierFigures,
    plan: TrainingPlan,
    network: EcgNetwork,
    *,
    n_training: int,
    minutes: float,
    machine: str,
) -> str:
    """The card as Markdown."""
    return _CARD.format(
        n_parameters=sum(p.numel() for p in network.parameters()),
        n_training=n_training,
        n_validation=figures.n_records,
        epochs=plan.epochs,
        seed=plan.seed,
        began=f", from {plan.began_with}" if plan.began_with else "",
        teachers=_distillation(plan, has_public=bool(figures.teachers)),
        minutes=minutes,
        machine=machine,
        table=figures_table(figures),
    )

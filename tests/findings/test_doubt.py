"""What a suspected exchange of electrodes does to the findings."""

import pytest

from cardio_agent.findings.doubt import doubted, reversals
from cardio_agent.leads import LEADS
from cardio_agent.schema import Certainty, Finding, FindingKind, LeadQuality, Quality, SwapHint

ARMS = SwapHint(
    electrodes=("RA", "LA"),
    certainty="probable",
    leads=("I", "II", "III", "aVR", "aVL"),
    reason="QRS of lead I run against V6, correlation −0.94",
)
CHEST = SwapHint(electrodes=("V2", "V3"), certainty="possible", leads=("V2", "V3"), reason="by hand")


def quality(*swaps: SwapHint) -> Quality:
    leads = tuple(LeadQuality(id=f"q-{lead}", lead=lead, state="good", reason="by hand") for lead in LEADS)
    return Quality(verdict="good", reason="by hand", leads=leads, electrode_swaps=swaps)


def finding(
    kind: FindingKind, basis: tuple[str, ...] = ("s-MI",), leads: tuple[str, ...] = (), id: str = "f-made"
) -> Finding:
    return Finding(id=id, kind=kind, text="made", certainty="definite", basis=basis, leads=leads)


def certainty(made: Finding, *swaps: SwapHint) -> Certainty:
    return doubted([made], quality(*swaps))[0].certainty


def test_nothing_suspected_changes_nothing() -> None:
    made = finding("axis", ("m-qrs_axis_deg",))
    assert reversals(quality()) == ()
    assert doubted([made], quality()) == (made,)


@pytest.mark.parametrize(
    "made",
    [
        finding("axis", ("m-qrs_axis_deg",)),
        finding("conduction", ("s-LAFB/LPFB", "m-qrs_axis_deg")),
        finding("normal", ("s-NORM",)),
        finding("ischaemia", ("m-st_j_mv-I",), ("I", "aVL")),
        finding("chambers", ("m-r_mv-aVL", "m-s_mv-V3")),
        finding("ischaemia", ("s-LMI",)),
    ],
    ids=["axis", "fascicular", "normal", "st", "cornell", "classifier"],
)
def test_what_rests_on_the_leads_becomes_possible_and_says_why(made: Finding) -> None:
    (weakened,) = doubted([made], quality(ARMS))
    assert weakened.certainty == "possible"
    assert weakened.basis == (*made.basis, "q-overall")


@pytest.mark.parametrize(
    "made",
    [
        finding("rhythm", ("m-heart_rate_bpm",)),
        finding("intervals", ("m-qt_ms",)),
        finding("ischaemia", ("m-st_j_mv-V2", "m-st_j_mv-V3"), ("V2", "V3")),
        finding("contradiction", ("s-NORM", "m-qrs_axis_deg")),
    ],
    ids=["rhythm", "interval", "chest", "contradiction"],
)
def test_what_does_not_rest_on_them_stands(made: Finding) -> None:
    assert doubted([made], quality(ARMS)) == (made,)


def test_a_possible_exchange_is_said_and_weakens_nothing() -> None:
    made = finding("ischaemia", ("m-st_j_mv-V2", "m-st_j_mv-V3"), ("V2", "V3"))
    assert certainty(made, CHEST) == "definite"
    (said,) = reversals(quality(CHEST))
    assert (said.text, said.certainty) == ("reversal of leads V2 and V3", "possible")


@pytest.mark.parametrize(
    ("electrodes", "text"),
    [
        (("RA", "LA"), "arm lead reversal"),
        (("RA", "LL"), "reversal of the right arm and left leg leads"),
        (("LA", "RL"), "reversal of the left arm and right leg leads"),
        (("RA", "RL", "LA", "LL"), "reversal of the arm and leg leads"),
    ],
)
def test_each_exchange_has_its_words(electrodes: tuple[str, ...], text: str) -> None:
    swap = ARMS.model_copy(update={"electrodes": electrodes})
    (said,) = reversals(quality(swap))
    assert said.text == f"{text}, which makes the axis and the limb leads unreliable"
    assert said.kind == "quality"

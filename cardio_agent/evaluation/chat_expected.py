"""What an answer to each kind of question has to rest on, worked out from the report alone.

Enters: a question with its kind, and a report. Leaves: the ids that the answer must cite and what it must
say. Knows nothing of how the chat understands a question, so that the two can be compared.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cardio_agent.chat.importance import by_importance, is_abnormal
from cardio_agent.errors import UnreadableFile
from cardio_agent.findings.score_tables import SCORES
from cardio_agent.schema import Finding, Report, measurement_id
from cardio_agent.writing.phrases import lead_list, percent, value_text

About = Mapping[str, str | list[str]]
# The corpus's own statements of the limits of normal.
_LIMITS = {
    "pr_ms": {"STD-01"},
    "qrs_ms": {"STD-02"},
    "qtc_fridericia_ms": {"STD-04", "CHN-08"},
    "heart_rate_bpm": {"STD-05", "STD-06"},
    "qrs_axis_deg": {"STD-03"},
}
_SHAPES = ("ischaemia", "repolarisation")


@dataclass(frozen=True)
class ChatQuestion:
    """A question of a file: its kind, what it is about, and the question before that it leans on.

    ``{finding}`` in a text stands for the most important finding of the ECG that is asked about.
    """

    kind: str
    question: str
    set: str = "own"
    before: str = ""
    about: About = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """What makes an answer right.

    ``all_of`` are ids that must all be cited, ``any_of`` ids of which one must be; ``measured`` names the
    only measurements that may be cited, empty for any; each of ``says`` must stand in the text, and of
    ``says_one_of`` one. ``is_fixed``: nothing may be cited.
    """

    all_of: frozenset[str] = frozenset()
    any_of: frozenset[str] = frozenset()
    measured: frozenset[str] = frozenset()
    says: tuple[str, ...] = ()
    says_one_of: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    is_fixed: bool = False


def read_chat_questions(path: Path) -> list[ChatQuestion]:
    """Questions of a JSONL file.

    Raises
    ------
    UnreadableFile
        When the file is absent or a line is no question of a known kind.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        questions = [ChatQuestion(**row) for row in rows]
    except (OSError, ValueError, TypeError) as exc:
        raise UnreadableFile(f"{path}: not a file of chat questions ({exc}); give JSONL") from exc
    for question in questions:
        if question.kind not in KINDS:
            raise UnreadableFile(f"{path}: no kind '{question.kind}': choose one of {', '.join(KINDS)}")
    return questions


def expect(question: ChatQuestion, report: Report) -> Expected:
    """What a right answer to a question on this report rests on."""
    return KINDS[question.kind](report, question.about)


def main_finding(report: Report) -> Finding | None:
    """The first finding by :mod:`cardio_agent.chat.importance`, which is its definition; None without any."""
    return next(iter(by_importance(_own(report))), None)


# ── measurements ─────────────────────────────────────────────────────────────────────────────


def _values(report: Report, ids: Iterable[str], measured: Iterable[str] = ()) -> Expected:
    """These measurements, each with its value or that it could not be measured."""
    by_id = {m.id: m for m in report.measurements}
    chosen = [by_id[id] for id in ids]
    texts = [value_text(m.value, m.unit) if m.value is not None else "not measurable" for m in chosen]
    names = frozenset(measured) or frozenset(m.name for m in chosen)
    return Expected(all_of=frozenset(m.id for m in chosen), says=tuple(texts), measured=names)


def _measure(*names: str, beside: Iterable[str] = ()) -> Callable[[Report, About], Expected]:
    return lambda report, _: _values(report, map(measurement_id, names), (*names, *beside))


def _named(report: Report, about: About) -> Expected:
    return _values(report, [measurement_id(str(about["name"]))])


def _in_lead(*names: str) -> Callable[[Report, About], Expected]:
    """One of these measurements in the lead that is asked about."""

    def of(report: Report, about: About) -> Expected:
        asked = names or (str(about["name"]),)
        ids = frozenset(measurement_id(name, str(about["lead"])) for name in asked)
        values = [m.value for m in report.measurements if m.id in ids]
        missing = ("not measurable",) if None in values else ()
        return Expected(any_of=ids, says=missing)

    return of


def _all_measured(report: Report, _: About) -> Expected:
    return Expected(all_of=frozenset(m.id for m in report.measurements if m.unit and _is_global(m.id)))


def _not_measured(report: Report, _: About) -> Expected:
    missing = [m.id for m in report.measurements if m.value is None and _is_global(m.id)]
    return Expected(all_of=frozenset(missing), says=("could be measured",) if not missing else ())


def _is_global(id: str) -> bool:
    return id.count("-") == 1 and "_change" not in id


def _voltages(_: Report, about: About) -> Expected:
    ids = {"sokolow": {"m-s_mv-V1"}, "cornell": {"m-r_mv-aVL", "m-s_mv-V3"}}[str(about["index"])]
    return Expected(all_of=frozenset(ids))


# ── findings and statements ──────────────────────────────────────────────────────────────────


def _own(report: Report) -> list[Finding]:
    return [f for f in report.findings if f.kind not in ("comparison", "quality")]


def _kinds(report: Report, *kinds: str) -> list[Finding]:
    return [f for f in report.findings if f.kind in kinds]


def _ids(findings: Iterable[Finding]) -> frozenset[str]:
    return frozenset(finding.id for finding in findings)


def _coded(report: Report, about: About) -> list[Finding]:
    """Findings that bear on the codes asked about; on the most important one where none are."""
    if "codes" in about:
        return [f for f in _own(report) if set(f.codes) & set(about["codes"])]
    return [found] if (found := main_finding(report)) else []


def _statements(about: About) -> frozenset[str]:
    return frozenset(f"s-{code}" for code in about.get("codes", ()))


def _present(report: Report, about: About) -> Expected:
    found = _coded(report, about)
    if found:
        return Expected(all_of=_ids(found), never=("was not found", "were not found"))
    return Expected(any_of=_statements(about))


def _where(report: Report, about: About) -> Expected:
    """Findings in whose text one of the words stands, with their leads; else what else is known of it."""
    words = tuple(about.get("words", ()))
    found = [f for f in _own(report) if any(w in f.text for w in words)] if words else _coded(report, about)
    placed = [f for f in found if f.leads and f.kind in _SHAPES]
    if placed:
        return Expected(all_of=_ids(placed), says=tuple(lead_list(f.leads) for f in placed))
    shares = [f"{mark}-{code}" for f in found for code in f.codes for mark in "xa"]
    measured = [m.id for m in report.measurements if m.name == about.get("measured")]
    return Expected(any_of=_ids(found) | frozenset(shares) | _statements(about) | frozenset(measured))


def _why(report: Report, about: About) -> Expected:
    found = _coded(report, about)[:1]
    statements = [id for f in found for id in f.basis if id.startswith("s-")]
    measured = [id for f in found for id in f.basis if id.startswith("m-")]
    return Expected(all_of=_ids(found) | frozenset(statements), any_of=frozenset(measured))


def _relied(report: Report, _: About) -> Expected:
    return Expected(
        any_of=frozenset([f"x-{c}" for c in report.explanations] or [f"a-{c}" for c in report.attention])
    )


def _certainty(report: Report, about: About) -> Expected:
    found = [] if "codes" in about else _coded(report, about)
    ids = _statements(about) | {id for f in found for id in f.basis if id.startswith("s-")}
    shown = [percent(s.probability) for s in report.statements if s.id in ids]
    return Expected(any_of=ids or _ids(found), says_one_of=tuple(shown))


def _against(report: Report, about: About) -> Expected:
    found = _coded(report, about)
    own = frozenset(f"s-{code}" for f in found for code in f.codes)
    return Expected(any_of=_statements(about) | own | _ids(found) | _ids(_kinds(report, "contradiction")))


def _why_not(report: Report, about: About) -> Expected:
    found = _coded(report, about)
    if found:
        return Expected(all_of=_ids(found))
    return Expected(any_of=_statements(about), says_one_of=("not found", "below its threshold"))


def _of_kind(*kinds: str, codes: tuple[str, ...]) -> Callable[[Report, About], Expected]:
    """All findings of these kinds, or else one of the statements that deny them."""

    def of(report: Report, _: About) -> Expected:
        found = _ids(_kinds(report, *kinds))
        return Expected(all_of=found) if found else Expected(any_of=frozenset(f"s-{c}" for c in codes))

    return of


def _summary(report: Report, _: About) -> Expected:
    return Expected(all_of=_ids(_own(report)))


def _normal(report: Report, _: About) -> Expected:
    said = _ids(_kinds(report, "normal"))
    abnormal = [f for f in _own(report) if is_abnormal(f)]
    return Expected(all_of=said, any_of=frozenset() if said else _ids(abnormal))


def _most_important(report: Report, _: About) -> Expected:
    found = main_finding(report)
    return Expected(all_of=frozenset([found.id] if found else []))


def _patient_words(report: Report, _: About) -> Expected:
    never = ("worry", "reassur", "healthy", "nothing serious", " mv", "you have ")
    return Expected(all_of=_ids(_own(report)), says=("doctor",), never=never)


# ── quality, prior, guidelines, the program ──────────────────────────────────────────────────


def _noisy(report: Report, about: About) -> Expected:
    asked = [q.id for q in report.quality.leads if q.lead == about.get("lead")]
    bad = [q.id for q in report.quality.leads if q.state != "good"]
    return Expected(all_of=frozenset(asked or bad or [report.quality.id]))


def _reversal(report: Report, _: About) -> Expected:
    found = _ids(_kinds(report, "quality"))
    return Expected(all_of=found) if found else Expected(any_of=frozenset([report.quality.id]))


def _has_prior(report: Report) -> bool:
    return any("_change" in m.name for m in report.measurements)


def _prior(*starts: str) -> Callable[[Report, About], Expected]:
    def of(report: Report, about: About) -> Expected:
        if not _has_prior(report):
            return Expected(is_fixed=True, says=("No earlier ECG",))
        wanted = starts or tuple(f"f-{what}_" for what in about["what"])
        found = _ids(f for f in _kinds(report, "comparison") if f.id.startswith(wanted))
        return Expected(all_of=found)

    return of


def _prior_measure(report: Report, about: About) -> Expected:
    if not _has_prior(report):
        return Expected(says=("No earlier ECG",))
    (change,) = (m for m in report.measurements if m.id == measurement_id(f"{about['name']}_change"))
    text = "not measurable" if change.value is None else value_text(abs(change.value), change.unit)
    return Expected(all_of=frozenset([change.id]), says=(text,))


def _guideline(_: Report, about: About) -> Expected:
    return Expected(any_of=frozenset(about["ids"]))


def _class(_: Report, about: About) -> Expected:
    return Expected(any_of=frozenset(about["ids"]), says=("class", "level"))


def _limits(_: Report, about: About) -> Expected:
    return Expected(any_of=frozenset(_LIMITS[str(about["name"])]))


def _societies(_: Report, about: About) -> Expected:
    return Expected(any_of=frozenset(about["ids"]), says=("ESC",), says_one_of=("ACC", "AHA"))


def _term(_: Report, about: About) -> Expected:
    return Expected(says=(str(about["word"]),), never=("I found nothing",))


def _score(report: Report, about: About) -> Expected:
    score = SCORES[str(about["score"])]
    known = {"age_years": report.recording.patient.age_years, "sex": report.recording.patient.sex}
    asked = [q.text for q in score.questions if known.get(q.key) is None and q.key != "qtc_ms"]
    return Expected(says=(score.name, *asked))


def _version(report: Report, _: About) -> Expected:
    return Expected(is_fixed=True, says=(report.provenance.cardio_agent, report.provenance.classifier))


def _fixed(*says: str, never: tuple[str, ...] = ()) -> Callable[[Report, About], Expected]:
    return lambda *_: Expected(is_fixed=True, says=says, never=never)


def _cites(*ids: str, says: tuple[str, ...] = ()) -> Callable[[Report, About], Expected]:
    return lambda *_: Expected(all_of=frozenset(ids), says=says)


_QTC = ("qtc_bazett_ms", "qtc_fridericia_ms", "qtc_framingham_ms", "qtc_hodges_ms")

KINDS: Mapping[str, Callable[[Report, About], Expected]] = {
    "rate": _measure("heart_rate_bpm"),
    "rhythm": _of_kind("rhythm", "pacing", codes=("SR", "AFIB", "AFLT", "PACE")),
    "regularity": _measure("rr_sd_ms", beside=("rr_ms", "heart_rate_bpm")),
    "pr": _measure("pr_ms"),
    "qrs": _measure("qrs_ms"),
    "qt": _measure("qt_ms", beside=_QTC),
    "qtc": _measure("qtc_fridericia_ms", beside=(*_QTC, "qt_ms")),
    "qtc_formula": _named,
    "axis": _measure("qrs_axis_deg"),
    "p_t_axis": _named,
    "st_in_lead": _in_lead("st_j_mv"),
    "t_in_lead": _in_lead("t_mv"),
    "q_in_lead": _in_lead("q_mv", "q_ms"),
    "wave_amplitude": _in_lead(),
    "voltage_criteria": _voltages,
    "present": _present,
    "where": _where,
    "why": _why,
    "relied": _relied,
    "certainty": _certainty,
    "against": _against,
    "quality": _cites("q-overall"),
    "noisy_leads": _noisy,
    "reversal": _reversal,
    "pacing": _of_kind("pacing", codes=("PACE",)),
    "ectopy": _of_kind("ectopy", codes=("PVC", "PAC", "PRC(S)", "BIGU", "TRIGU")),
    "pauses": _measure("longest_pause_ms"),
    "summary": _summary,
    "normal": _normal,
    "most_important": _most_important,
    "prior_overall": _prior("f-"),
    "prior_measure": _prior_measure,
    "prior_findings": _prior(),
    "guideline": _guideline,
    "class_level": _class,
    "societies": _societies,
    "term": _term,
    "why_not": _why_not,
    "patient_words": _patient_words,
    "score": _score,
    "all_measurements": _all_measured,
    "normal_limits": _limits,
    "not_measurable": _not_measured,
    "version": _version,
    "tool_limits": _fixed("not a medical device"),
    "age_sex": _cites("r-recording", says=("age", "sex")),
    "off_topic": _fixed("ECG"),
    "treatment": _fixed("can't advise"),
    "emergency": _fixed("emergency number"),
    "patient_data": _cites("r-recording"),
}

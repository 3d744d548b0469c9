"""Evidence for a question or for the findings of a recording.

Enters: a question, or findings with their queries and statement codes. Leaves: :class:`Evidence`
records. Superseded statements are never returned as current; for a finding, neither are unchecked ones
nor those for a setting that a tracing does not show, and a user's own documents only where the setting
``cite_own_guidelines`` says so. Writes nothing but indexes.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from cardio_agent.classifier.statements import SUPERCLASSES
from cardio_agent.errors import BadRequest
from cardio_agent.retrieval.corpus import Passage, bare_code, load_corpus
from cardio_agent.retrieval.opening import open_own_search, open_search
from cardio_agent.retrieval.selection import Selection, check_selection
from cardio_agent.schema import Evidence, Finding, Measurement, Patient
from cardio_agent.settings import Settings, get_settings

if TYPE_CHECKING:
    from cardio_agent.retrieval.search import Hit

MAX_PASSAGES = 50


def retrieve(
    query: str, k: int = 5, *, include_unchecked: bool = True, selection: Selection | None = None
) -> list[Evidence]:
    """Guideline passages that answer a question.

    Where another society answers the same question, its passage comes back too. Passages of the user's own
    documents come back among them, marked, in at most half of the places that the corpus can fill.

    Parameters
    ----------
    query : str
        A question or key words, in English.
    k : int
        Most passages returned, 1 to 50.
    include_unchecked : bool
        Also passages that rest on memory or an unreviewed source, and the user's own; their ``checked``
        is False.
    selection : Selection, optional
        Only these societies, years, topics and classes.

    Returns
    -------
    list of Evidence
        Best first; empty when neither the corpus nor an own document speaks of what is asked.

    Raises
    ------
    BadRequest
        When ``k`` is out of range, or ``selection`` or ``settings.embeddings`` names what does not exist.
    CorpusError
        When a guideline file breaks the corpus's format.
    ModelMissing
        When the embedding model is absent or altered.
    IndexUnavailable
        When the index can be neither opened nor built, or its server is away.
    """
    if not 1 <= k <= MAX_PASSAGES:
        raise BadRequest(f"{k} passages were asked for: ask for 1 to {MAX_PASSAGES}")
    from langsmith import tracing_context

    from cardio_agent.retrieval.retriever import GuidelineRetriever

    settings = get_settings()
    chosen = check_selection(selection or Selection(), load_corpus())
    retriever = GuidelineRetriever(
        search=open_search(settings),
        own=open_own_search(settings),
        k=k,
        selection=_within_settings(chosen, settings, unchecked=include_unchecked),
    )
    with tracing_context(enabled=False):  # a question may speak of a patient: it stays on this machine
        documents = retriever.invoke(query)
    return [Evidence.model_validate(document.metadata) for document in documents]


def _within_settings(selection: Selection, settings: Settings, *, unchecked: bool) -> Selection:
    years = [year for year in (selection.year_from, settings.guideline_year_from) if year is not None]
    return replace(selection, unchecked=selection.unchecked and unchecked, year_from=max(years, default=None))


def gather_evidence(
    findings: Sequence[Finding],
    *,
    per_finding: int | None = None,
    patient: Patient | None = None,
    measurements: Sequence[Measurement] = (),
) -> tuple[Evidence, ...]:
    """Checked guideline passages about each finding.

    Parameters
    ----------
    findings : sequence of Finding
        One with an empty ``query`` gets no passage.
    per_finding : int, optional
        Most passages for each; default ``settings.evidence_per_finding``.
    patient : Patient, optional
        Whose sex and age the queries carry.
    measurements : sequence of Measurement
        Of the recording; a query carries the values that its finding rests on.

    Returns
    -------
    tuple of Evidence
        In the order of the findings, best first, each passage once, with the ids of all findings it
        was found for. Beyond ``per_finding`` there may follow what another society says on the question of
        one of them, and, with ``settings.cite_own_guidelines``, the best passage of the user's own
        documents, unchecked. Empty for no finding.

    Raises
    ------
    CorpusError, ModelMissing, IndexUnavailable
        As :func:`retrieve`.
    """
    settings = get_settings()
    n = settings.evidence_per_finding if per_finding is None else per_finding
    asking = [finding for finding in findings if finding.query.strip()] if n > 0 else []
    found: dict[str, Hit] = {}
    found_for: dict[str, list[str]] = {}
    for finding in asking:
        codes = _specific(finding.codes)
        particulars = _particulars(finding, patient or Patient(), measurements)
        hits = _cited(settings, finding.query, codes, frozenset(finding.sources), particulars)
        for hit in (*hits[:n], *_other_society(hits, n), *_cited_own(settings, finding.query)):
            found.setdefault(hit.passage.id, hit)
            found_for.setdefault(hit.passage.id, []).append(finding.id)
    if not found:
        return ()
    from cardio_agent.retrieval.retriever import evidence_of

    return tuple(
        evidence_of(hit.passage, hit.score, finding_ids=tuple(found_for[id_])) for id_, hit in found.items()
    )


def _particulars(finding: Finding, patient: Patient, measurements: Sequence[Measurement]) -> str:
    """Sex, age and the values that a finding rests on, in words: ``woman, 62 years, QRS 134 ms``."""
    known = [{"female": "woman", "male": "man"}[patient.sex]] if patient.sex else []
    known += [f"{patient.age_years:.0f} years"] if patient.age_years is not None else []
    rests_on = (m for m in measurements if m.id in finding.basis and m.value is not None)
    known += [f"{_quantity(m)} {m.value:g} {m.unit}" for m in rests_on]
    return ", ".join(known)


def _quantity(measurement: Measurement) -> str:
    """What was measured, in the words of guidelines: ``QTc``, ``ST V2``."""
    word = measurement.name.split("_")[0]
    named = {"heart": "heart rate", "qtc": "QTc"}.get(word, word.upper())
    return f"{named} {measurement.lead}" if measurement.lead else named


def _specific(codes: Sequence[str]) -> frozenset[str]:
    """Codes without their group; the superclasses only where nothing below them is given."""
    bare = frozenset(map(bare_code, codes))
    return bare - frozenset(SUPERCLASSES) or bare


@lru_cache(maxsize=4096)
def _cited(
    settings: Settings, query: str, codes: frozenset[str], sources: frozenset[str], particulars: str
) -> "tuple[Hit, ...]":
    """What a finding may cite, best first; findings of one kind ask the same, so it is kept."""
    selection = Selection(unchecked=False, year_from=settings.guideline_year_from)

    def accept(passage: Passage) -> bool:
        return not passage.setting and selection.accepts(passage)

    return tuple(open_search(settings).cite(query, codes, sources, accept, particulars))


def _other_society(hits: "Sequence[Hit]", n: int) -> "list[Hit]":
    """The best hit after the first ``n`` that answers, for another society, the question of one of those."""
    counterparts = {id_ for hit in hits[:n] for id_ in hit.passage.counterparts}
    return [hit for hit in hits[n:] if hit.passage.id in counterparts][:1]


def _cited_own(settings: Settings, query: str) -> "list[Hit]":
    """The best passage of the user's own documents, where reports may cite them."""
    own = open_own_search(settings) if settings.cite_own_guidelines else None
    return [] if own is None else own.cite(query, (), (), Selection().accepts)[:1]

"""Words by which people ask: measurements, diagnoses, leads and territories in plain text.

Enters: a question. Leaves: the names and codes that it mentions. Tables, matched as regular
expressions in order; what has matched is taken out, so that "QRS axis" is not also a question about
the QRS and "anterior infarction" not also one about any infarction. Does not interpret a question.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from cardio_agent.leads import LEADS, LIMB_LEADS, PRECORDIAL_LEADS, TERRITORIES

_TURNED_T = r"\b(?:inverted|flipped|negative|upside[- ]down) ts?\b"
_QTC, _QTC_AFTER = r"(?:\bqtc?\b[^;?]*?)?", r"(?:[^?]*?\bqtc?\b)?"

# Pattern → measurement names. Those ending in "_mv" and q_ms exist for each lead.
MEASURES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\bp(?:'s)?[- ](?:wave )?(?:axis|vector)|\baxis(?:,| of)? (?:the )?p\b(?: waves?)?", ("p_axis_deg",)),
    (r"\bt(?:'s)?[- ](?:wave )?(?:axis|vector)|\baxis(?:,| of)? (?:the )?t\b(?: waves?)?", ("t_axis_deg",)),
    (
        r"\bqrs[- ]axis|\baxis (?:of|for) (?:the )?qrs(?: complex)?\b|"
        r"(?:heart|frontal|electrical)(?:'s)?(?: plane)?(?: electrical)? axis",
        ("qrs_axis_deg",),
    ),
    (r"\baxis\b|\baxes\b|\b(?:main|mean|qrs) vector", ("qrs_axis_deg",)),
    # A formula takes the QTc beside it: "QTc by Hodges" is not also one by the usual formulas.
    (rf"{_QTC}\b(?:bazett?\w*|qtcb){_QTC_AFTER}", ("qtc_bazett_ms",)),
    (rf"{_QTC}\b(?:frid[eé]?ricia|fredericia|qtcf){_QTC_AFTER}", ("qtc_fridericia_ms",)),
    (rf"{_QTC}\bframingham{_QTC_AFTER}", ("qtc_framingham_ms",)),
    (rf"{_QTC}\bhodges{_QTC_AFTER}", ("qtc_hodges_ms",)),
    (
        r"\brate[- ](?:corrected|adjusted) qtc?\b|"
        r"\bqt corrected (?:for|to) (?:the |a )?(?:heart )?rate(?: of \d+)?|"
        r"\bcorrect(?:ing)? (?:the )?qt(?: for (?:the )?(?:heart )?rate)?|"
        r"(?<!un)(?<!not )corrected qt\b|\bqtc\b|\bqt\b(?=.*(?<!un)(?<!not )correct)",
        ("qtc_fridericia_ms", "qtc_bazett_ms"),
    ),
    (r"\bqt\b(?:[- ]interval)?", ("qt_ms", "qtc_bazett_ms")),
    (
        r"\b(?:heart|ventricular) ?rate|\bhr\b|\bpulse rate|\bbpm\b|"
        r"\bbeats (?:a|per|/) ?min\w*|\bhow fast|\bspeed\b.*\bheart|(?<!sampling )(?<!for )\brate\b|"
        r"\bhow many beats",
        ("heart_rate_bpm",),
    ),
    (
        r"\bp[- ]?[rq]\b(?:[- ](?:interval|time|duration))?|"
        r"\b(?:av|a-v|atrioventricular) conduction(?: time)?\b|conduction from the atri\w+",
        ("pr_ms",),
    ),
    (
        r"\bpauses?\b|\blongest (?:rr|r-r)\b(?: interval)?|\b(?:long |longest )?(?:gap|break) between|"
        r"heart stop\w*|"
        r"sinus arrest|\basystol\w+",
        ("longest_pause_ms",),
    ),
    (r"\brr\b|\br-r\b", ("rr_ms", "rr_sd_ms")),
    (
        r"\bqrsd?\b|ventricles? (?:need|take)s? to depolari[sz]e|"
        r"\bventricular (?:depolari[sz]ation|activation)",
        ("qrs_ms",),
    ),
    (r"\bj ?\+? ?60\b|\bst ?60\b", ("st_j60_mv",)),
    (r"\bst[ed]?\b|\bj[- ]?point", ("st_j_mv",)),
    (
        rf"\bt[- ]waves?|\bt (?:amplitude|inversion)|{_TURNED_T}|\btwi\b",
        ("t_mv",),
    ),
    (r"(?<!')\bt\b(?=(?: \w+)? in\b)", ("t_mv",)),
    (r"\bq[- ]waves?|\bq(?:'?s)?\b(?=(?: \w+)? (?:in|lead|v ?[1-6]|av[rlf])\b)", ("q_ms", "q_mv")),
    (
        r"\br[- ](?:waves?(?! progression)|amplitude|voltage)|"
        r"\br\b(?=(?: \w+)? in\b)|\bhow tall is r\b|\br(?=v[1-6]\b|avl\b)",
        ("r_mv",),
    ),
    (r"\bs[- ](?:waves?|amplitude|voltage)|(?<!')\bs\b(?=(?: \w+)? in\b)|\bs(?=v[1-6]\b)", ("s_mv",)),
    (
        r"\bp[- ]waves? (?:amplitude|height|voltage)|\b(?:height|amplitude|voltage) of the p\b(?: wave)?|"
        r"\bhow (?:high|tall|big) (?:is|are) the p\b(?:[- ]waves?)?",
        ("p_mv",),
    ),
    (r"\bp[- ]waves?|\bp (?:duration|width)", ("p_ms",)),
)

LEAD_MEASURES = frozenset({"st_j_mv", "st_j60_mv", "t_mv", "r_mv", "s_mv", "q_mv", "q_ms", "p_mv"})

_CONDUCTION = ("CD", "CLBBB", "CRBBB", "ILBBB", "IRBBB", "LAFB/LPFB", "IVCD", "AVB", "WPW")

# Pattern → statement codes, the one that is named when all are absent first.
DIAGNOSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\batrial fib\w*|\ba[- ]?fib\b|\baf\b|\batri(?:a|um)\b.*\bfibrillat\w+", ("AFIB",)),
    (r"\batrial flutter|\ba[- ]?flutter\b|\bflutter\b", ("AFLT",)),
    (r"\bparoxysmal supraventricular tachycardia|\bpsvt\b", ("PSVT", "SVTAC")),
    (r"\bsupraventricular tachycardia|\bsvt\b", ("SVTAC", "PSVT")),
    (r"\bsupraventricular arrhythmia", ("SVARR",)),
    (r"\bsinus bradycardia|\bbradycardi\w+", ("SBRAD",)),
    (r"\bsinus tachycardia|(?<!ventricular )\btachycardi\w+", ("STACH",)),
    (r"\bsinus arrhythmia", ("SARRH",)),
    (r"\bsinus rhythm", ("SR",)),
    (r"\bincomplete left bundle[- ]branch block|\bilbbb\b|\bincomplete lbbb\b", ("ILBBB",)),
    (r"\bincomplete right bundle[- ]branch block|\birbbb\b|\bincomplete rbbb\b", ("IRBBB",)),
    (r"\b(?:complete )?left bundle(?:[- ]branch)?(?: block)?|\bc?lbbb\b", ("CLBBB", "ILBBB")),
    (r"\b(?:complete )?right bundle(?:[- ]branch)?(?: block)?|\bc?rbbb\b", ("CRBBB", "IRBBB")),
    (r"\bbundle[- ]branch block|\bbbb\b", ("CLBBB", "CRBBB", "ILBBB", "IRBBB")),
    (r"\bfascicular block|\bhemiblock|\blafb\b|\blpfb\b", ("LAFB/LPFB",)),
    (r"\bintraventricular conduction|\bivcd\b", ("IVCD",)),
    (r"\b(?:first|second|third)[- ]degree|\bwenckebach|\bmobitz", ("AVB",)),
    (r"\b(?:av|a-v|atrio-?ventricular|heart)[- ]block", ("AVB",)),
    (r"\bwpw\b|\bwolff|\bpre-?excitation|\bdelta wave", ("WPW",)),
    (r"\b(?:left ventricular|lv) hypertro\w+|\blvh\b", ("LVH", "VCLVH")),
    (r"\b(?:right ventricular|rv) hypertro\w+|\brvh\b", ("RVH",)),
    (r"\bseptal hypertrophy", ("SEHYP",)),
    (r"\bleft atrial (?:abnormality|enlargement|overload|hypertrophy)|\blae\b|\bp mitrale", ("LAO/LAE",)),
    (r"\bright atrial (?:abnormality|enlargement|overload|hypertrophy)|\brae\b|\bp pulmonale", ("RAO/RAE",)),
    (
        r"\bhypertro[pf]\w+|\benlarged heart|\bthick(?:ened)? heart",
        ("HYP", "LVH", "RVH", "SEHYP", "LAO/LAE", "RAO/RAE"),
    ),
    (r"\b(?:antero\w*|anterior)[- ](?:wall )?(?:mi\b|stemi|(?:myocardial )?infarct\w*)", ("AMI",)),
    (r"\b(?:infero\w*|inferior)[- ](?:wall )?(?:mi\b|stemi|(?:myocardial )?infarct\w*)", ("IMI",)),
    (r"\b(?:lateral)[- ](?:wall )?(?:mi\b|stemi|(?:myocardial )?infarct\w*)", ("LMI",)),
    (r"\b(?:posterior)[- ](?:wall )?(?:mi\b|stemi|(?:myocardial )?infarct\w*)", ("PMI",)),
    (r"\b(?:n?stemi|mi|heart attack|(?:myocardial )?infarct\w*)\b", ("MI", "AMI", "IMI", "LMI", "PMI")),
    (r"\bischa?emi\w+", ("ISC", "ISCA", "ISCI")),
    (
        r"\b(?:pvcs?|ves|vpbs?)\b|\b(?:premature )?ventricular (?:premature|ectop|extrasystol|complex)\w*",
        ("PVC",),
    ),
    (
        r"\bpacs?\b|\bsves\b|\bapbs?\b|\b(?:premature )?atrial (?:premature|ectop|extrasystol|complex)\w*",
        ("PAC",),
    ),
    (
        r"\bextrasystol\w+|\bectop\w+|\bpremature\b|"
        r"\b(?:extra|skipped|missed|dropped|additional|early)(?: or \w+)? (?:heart)?beats?",
        ("PRC(S)", "PVC", "PAC"),
    ),
    (r"\bbigemin\w+", ("BIGU",)),
    (r"\btrigemin\w+", ("TRIGU",)),
    (r"\bpac(?:ed|ing|ers?|emakers?)\b|\b(?:stimulation|pacing) spikes?|\bspikes?\b", ("PACE",)),
    (r"\b(?:long|prolonged) qt\b|\bqtc? (?:is )?prolong\w+", ("LNGQT",)),
    (r"\b(?:long|prolonged) pr\b", ("LPR",)),
    (r"\blow (?:qrs )?voltage", ("LVOLT",)),
    (r"\bhigh (?:qrs )?voltage", ("HVOLT",)),
    (r"\bst[- ](?:segment )?elevat\w+|\bste\b", ("STE",)),
    (r"\bst[- ](?:segment )?depress\w+|\bstd\b", ("STD",)),
    (r"\bst[- ](?:segment )?(?:chang|deviat|shift|abnormal)\w+", ("STD", "STE", "ISC", "ISCA", "ISCI")),
    (
        rf"\bt[- ]waves?\b.*\b(?:inver\w+|negative)|{_TURNED_T}|\bt[- ]inver\w+|\btwi\b",
        ("INVT",),
    ),
    (r"\bq[- ]waves?", ("QWAVE",)),
    (r"\bdigitalis|\bdigoxin", ("DIG",)),
    (r"\bconduction (?:disturbance|problem|abnormalit|delay|defect)\w*", _CONDUCTION),
)

# Conditions that people ask about and that no statement or criterion of this program decides.
_UNASSESSED = (
    "pericarditis", "myocarditis", "brugada", "pulmonary embolism", "tamponade", "wellens", "de winter",
    "takotsubo", "early repolari[sz]ation", "ventricular tachycardia", "ventricular fibrillation",
    "high potassium", "low potassium", "stroke",
    "hyperkala?emia", "hypokala?emia", "hypercalca?emia", "hypocalca?emia", "hypothermia", r"amyloid\w*",
    "arvc", "cardiomyopathy", "dextrocardia", "heart failure",
)  # fmt: skip

_TERRITORY = re.compile(rf"\b({'|'.join(TERRITORIES)})\b", re.IGNORECASE)
_GROUPS = (
    (re.compile(r"\blimb leads?\b", re.IGNORECASE), LIMB_LEADS),
    (re.compile(r"\b(?:pre-?cordial|chest) leads?\b", re.IGNORECASE), PRECORDIAL_LEADS),
)
_RANGE = re.compile(r"\bV([1-6])\s*(?:-|–|to|through)\s*V?([1-6])\b", re.IGNORECASE)
_CHEST = re.compile(r"(?:\b|(?<=\b[RS]))V\s?([1-6])\b", re.IGNORECASE)
_AUGMENTED = re.compile(r"(?:\b|(?<=\b[RS]))aV([RLF])\b", re.IGNORECASE)
_LIMB = re.compile(r"(?<![Cc]lass )\b(III|II)\b|\bleads?\s+(III|II|I|iii|ii|i|1|2|3)\b|\bin (iii|ii)\b")
# "I" is a lead only next to another lead or at the end of "in I", never as the asker's own "I".
_LEAD_ONE = re.compile(r"\bI(?=\s*(?:,|and|or|/|-)\s*(?:II|aV[RLF]|V[1-6]))|\bin I(?=\s*(?:[?.,]|$))")
_ARABIC = {"1": "I", "2": "II", "3": "III"}


class Mentioned(NamedTuple):
    """What a question names."""

    measures: tuple[str, ...]
    codes: tuple[str, ...]
    leads: tuple[str, ...]


def mentioned(question: str, words: str | None = None) -> Mentioned:
    """Measurements, statement codes and leads that a question names, each in the tables' order.

    ``words`` is the question in lower case without typing errors; leads are told by their capitals.

    >>> mentioned("Is there ST elevation in V2 and V3?")
    Mentioned(measures=('st_j_mv',), codes=('STE',), leads=('V2', 'V3'))
    """
    text = question.casefold() if words is None else words
    return Mentioned(_matches(MEASURES, text), _matches(DIAGNOSES, text), _leads(question))


def without_diagnoses(words: str, stand_in: str) -> str:
    """A question in lower case with ``stand_in`` in the place of each diagnosis that it names."""
    for pattern, _ in DIAGNOSES:
        words = re.sub(pattern, stand_in, words)
    return words


def unassessed_condition(question: str) -> str | None:
    """The first condition named that this program does not look for, as it was written."""
    match = re.search(rf"\b(?:{'|'.join(_UNASSESSED)})\b", question, re.IGNORECASE)
    return match[0] if match else None


def _matches(table: tuple[tuple[str, tuple[str, ...]], ...], question: str) -> tuple[str, ...]:
    rest = question
    found: list[str] = []
    for pattern, names in table:
        rest, n_found = re.subn(pattern, " ; ", rest)
        found += names if n_found else ()
    return tuple(dict.fromkeys(found))


def _leads(question: str) -> tuple[str, ...]:
    named = set(_named_leads(question))
    return tuple(lead for lead in LEADS if lead in named)


def _named_leads(question: str) -> Iterator[str]:
    for match in _RANGE.finditer(question):
        first, last = sorted((int(match[1]), int(match[2])))
        yield from (f"V{number}" for number in range(first, last + 1))
    yield from (f"V{number}" for number in _CHEST.findall(question))
    yield from (f"aV{letter.upper()}" for letter in _AUGMENTED.findall(question))
    for pair in _LIMB.findall(question):
        name = next(filter(None, pair)).upper()
        yield _ARABIC.get(name, name)
    if _LEAD_ONE.search(question):
        yield "I"
    for territory in _TERRITORY.findall(question):
        yield from TERRITORIES[territory.casefold()]
    for pattern, leads in _GROUPS:
        if pattern.search(question):
            yield from leads

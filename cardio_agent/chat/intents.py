"""The kinds of question, and the words by which those that name nothing in particular are told.

Data only. Each alternative is a regular expression between word boundaries; the first intent with a
match wins, so order matters: what protects a person comes first, the general comes last.
"""

from enum import StrEnum


class Intent(StrEnum):
    """What a question asks for."""

    EMERGENCY = "emergency"
    TREATMENT = "treatment"
    CAPABILITIES = "capabilities"
    COMPARISON = "comparison"
    SUMMARY = "summary"
    GUIDELINE = "guideline"
    MEANING = "meaning"
    PROBABILITY = "probability"
    ATTENTION = "attention"
    WHY = "why"
    DIAGNOSIS = "diagnosis"
    UNASSESSED = "unassessed"
    MEASUREMENT = "measurement"
    QUALITY = "quality"
    ABNORMAL = "abnormal"
    NORMAL = "normal"
    RHYTHM = "rhythm"
    PATIENT = "patient"
    RECORDING = "recording"
    LEADS = "leads"
    UNKNOWN = "unknown"


WordTable = tuple[tuple[Intent, tuple[str, ...]], ...]

_SOMEONE = "(?:i|me|my|he|she|we|they|husband|wife|partner|father|mother|dad|mum|mom|son|daughter|friend)"
_PATIENT = "(?:i|he|she|we|they|you|the patient|this patient|my (?!ecg|ekg)\\w+)"
_MAY = "(?:should|must|can|may|shall|could)"
_TRACING = "(?:ecg|ekg|report|tracing|trace|recording|electrocardiogram)"

# Asked before what a question names: "Why LBBB?" asks why, not whether there is one.
BEFORE_NAMES: WordTable = (
    (
        Intent.EMERGENCY,
        (
            rf"{_SOMEONE}\b.*\b(?:collapsed|unconscious|faint(?:ed|ing)|(?:passed|blacked) out)",
            rf"{_SOMEONE}\b.*\b(?:can(?:'t|not| not) breathe|short of breath|sweating|going numb|numb arm)",
            rf"{_SOMEONE}\b.*\bchest (?:pains?|hurts|pressure|tightness|is tight)",
            "my chest|crushing",
            "am i (?:having|dying)|going to die|suicid\\w*",
            "call (?:an ambulance|911|112|999)|emergency",
        ),
    ),
    (
        Intent.TREATMENT,
        (
            "dos(?:e|es|age|ages|ing)|prescri\\w+|titrat\\w+",
            "how (?:much|many) .*(?:mg|milligrams?|tablets?|pills?)",
            rf"{_MAY} {_PATIENT} (?:take|stop|start|get|have|receive|skip|double)",
            rf"{_MAY} {_PATIENT} (?:be (?:given|put|on|\w+ed)|exercise|drive|fly)",
            rf"(?:what|which) (?:drug|medicine|medication|tablet|treatment)s?\b.*\b{_PATIENT}",
            "(?:give|start|stop) (?:him|her|me|them|the patient|this patient)",
            "how (?:do|should|would|can) (?:i|we|you) treat",
            "treat(?:ed|ment)? (?:for )?(?:him|her|me|this|this patient|the patient|it)",
        ),
    ),
    (
        Intent.CAPABILITIES,
        (
            "what (?:can|could|may) (?:you|i ask)|how (?:can|do) you (?:help|work)|(?:who|what) are you",
            "can (?:i|you be) trust\\w*|are you (?:a|an)|how accurate (?:are you|is this)",
            "^\\W*(?:help|hi|hello|hey|thanks?|thank you)\\W*$",
        ),
    ),
    (
        Intent.COMPARISON,
        (
            "compar\\w+|changed|since (?:the )?last",
            rf"(?:previous|prior|earlier|last|old|older) {_TRACING}",
        ),
    ),
    (
        Intent.SUMMARY,
        (
            "summar\\w+|overview|in (?:short|brief|a nutshell)|conclusion|key points|main points",
            "(?:for|to) (?:the|a|my) patient|in (?:simpler?|plain|lay) (?:words|terms|language|english)",
            rf"(?:explain|describe|interpret|read|walk me through) (?:this|the|my) {_TRACING}",
        ),
    ),
    (
        Intent.GUIDELINE,
        (
            "guidelines?|recommend\\w*|esc|aha|acc|hrs|accf",
            "criteria(?!.*\\b(?:met|fulfilled|here))|criterion for|defin(?:e|ed|es|ition)",
            "how is .* diagnosed|cut-?offs?|thresholds?(?! of the)|counts? as",
            "normal (?:\\w+ )?(?:range|limits?|values?)",
            "next step|what should be done|manage(?:d|ment)?|advi[cs]e|when to|drugs?|therapy|pitfalls?",
            "(?:does|do) .* need|should (?!i|he|she|we|you|this|the patient)\\w+ .* be \\w+ed",
            "(?:ecg|ekg) (?:signs|features|changes|differences|patterns?)|sensitiv\\w+|specificity|versus|vs",
            "suggests?|confirms?|proof of|asymptomatic|athletes?|\\d+-year-old",
        ),
    ),
    (
        Intent.MEANING,
        (
            "what (?:does|do|did) .* (?:mean|stand for)|meaning of|what is meant|meant by",
            "what(?:'s| is| are) (?:an?) (?!.*\\b(?:rate|level|value)\\b)",
        ),
    ),
    (
        Intent.PROBABILITY,
        (
            "probab\\w+|likelihood|how (?:likely|sure|certain|confident)|confiden\\w+|certain(?:ty)?|risk",
            "(?:are you|is that|is it) (?:sure|certain)",
            "(?:classifier|network|model) (?:thinks?|says?|finds?)",
        ),
    ),
    (
        Intent.ATTENTION,
        (
            "attention|saliency|heat ?map|where (?:did|does|do) .* look\\w*",
            "(?:classifier|network|model|ai) (?:look|focus|attend|see)\\w*",
        ),
    ),
    (
        Intent.WHY,
        (
            "why|how come|how do you know|how can you tell|what makes|explain",
            "bas(?:ed on|is)|evidence|reason(?:s|ing)?",
            "(?:which|what) (?:lead|segment|part|wave)s?(?!.*\\b(?:missing|noisy|flat|bad|derived)\\b)",
            "where (?:is|are|was|were)",
        ),
    ),
)

# Asked when a question names neither a diagnosis nor a measurement.
AFTER_NAMES: WordTable = (
    (
        Intent.QUALITY,
        (
            "quality|nois[ey]\\w*|art[ei]facts?|reliab\\w+|clean|signal|usable|readable|missing|flat",
            "(?:any|enough|is it|recording|tracing) good",
            "(?:leads?|electrodes?|cables?)\\b.*\\b(?:revers|swap|exchang|mix)\\w*",
            "(?:revers|swap|exchang)\\w*\\b.*\\b(?:leads?|electrodes?|cables?)",
        ),
    ),
    (
        Intent.ABNORMAL,
        (
            "abnormal\\w*|wrong|problems?|findings?|found|find|concern\\w*|worr(?:y|ied|ying)|patholog\\w*|diagnos\\w+",
            "what do you see|anything (?:else|unusual|serious|bad)|serious|dangerous|issues?",
        ),
    ),
    (Intent.NORMAL, ("normal|ok|okay|healthy|fine|all right|alright",)),
    (Intent.RHYTHM, ("rhythm|(?:ir)?regular(?:ly|ity)?|sinus|arrhythmi\\w+",)),
    (Intent.PATIENT, ("age|how old|sex|gender|male|female|man|woman|who is the patient",)),
    (
        Intent.RECORDING,
        ("sampl(?:ing|ed)|duration|how long|when (?:was|were)|record(?:ed|ing)|file|derived",),
    ),
)

"""Answers that are the same for every ECG: refusals, and what can be asked.

They state nothing about a recording, cite nothing and are never worded by a model.
"""

from collections.abc import Mapping

from cardio_agent.chat.intents import Intent

_ASK = (
    "You can ask about rate, rhythm, intervals, axis, ST and T in any lead (in English), diagnoses, how "
    "sure the classifier is and why, signal quality, changes from an earlier ECG, a summary, or what a "
    "guideline says."
)

FIXED: Mapping[Intent, tuple[str, ...]] = {
    Intent.EMERGENCY: (
        "If someone has chest pain, trouble breathing, fainting or collapse now, call the emergency number "
        "(112, 911 or your local one) and get medical care at once.",
        "Please do not wait for this program and do not rely on what an ECG shows: it cannot tell whether a "
        "person is safe.",
    ),
    Intent.TREATMENT: (
        "I can't advise on drugs, doses or treatment of a person: "
        "that needs a clinician who knows the patient.",
        "Please ask the treating clinician or a pharmacist; I can tell what a guideline says about a topic.",
    ),
    Intent.INSTRUCTION: (
        "A message cannot change how I work: every answer comes from this ECG's analysis and the guideline "
        "corpus, and is checked against them.",
        _ASK,
    ),
    Intent.CAPABILITIES: (
        "I answer questions about this one ECG from its measurements, its findings and a guideline corpus, "
        "and I cite what each sentence rests on.",
        _ASK,
        "I can be wrong, I am not a medical device, and a clinician must read the tracing.",
    ),
    Intent.LIMITS_OF_TOOL: (
        "I am a research program and not a medical device: I can miss things and I can be wrong, and a "
        "clinician must read the tracing.",
        "I know only this recording: no symptoms, history, laboratory values or drugs, and I cannot tell an "
        "old from a new change without an earlier ECG.",
        "My limits are those of adults; I see about ten seconds, and noise, paced beats or exchanged "
        "electrodes make what I say less sure.",
        "I give no diagnosis of a person and no advice on treatment.",
    ),
    Intent.UNKNOWN: ("I found nothing in this ECG or in the guideline corpus that answers this.", _ASK),
}
UNCLEAR = "I am not sure what you ask: {first}, or {second}? Please put it in other words."
# What a question may ask for, to ask back where two are about as likely.
READINGS: Mapping[Intent, str] = {
    Intent.SCORE: "for a risk score",
    Intent.PATIENT_WORDS: "for the result in plain words",
    Intent.COMPARISON: "what changed from an earlier ECG",
    Intent.NOT_MEASURABLE: "what could not be measured",
    Intent.ALL_MEASUREMENTS: "for all measurements",
    Intent.AGE_AND_SEX: "how age and sex enter the limits",
    Intent.SUMMARY: "for a summary",
    Intent.IMPORTANT: "for the most important finding",
    Intent.VOLTAGE: "for the voltage criteria of hypertrophy",
    Intent.LIMITS_OF_NORMAL: "for the limits of normal",
    Intent.SOCIETIES: "how European and American guidelines compare",
    Intent.GUIDELINE: "what a guideline says",
    Intent.MEANING: "what a term means",
    Intent.AGAINST: "what speaks against a finding",
    Intent.PROBABILITY: "how sure a finding is",
    Intent.ATTENTION: "what the classifier relied on",
    Intent.WHERE: "which leads show a finding",
    Intent.WHY: "why a finding is there or not",
    Intent.REGULARITY: "whether the rhythm is regular",
    Intent.REVERSAL: "whether electrodes were exchanged",
    Intent.NOISE: "which leads are noisy",
    Intent.DIAGNOSIS: "whether a diagnosis is there",
    Intent.MEASUREMENT: "for a measurement",
    Intent.QUALITY: "how good the recording is",
    Intent.ABNORMAL: "what is abnormal",
    Intent.NORMAL: "whether anything was found",
    Intent.RHYTHM: "for the rhythm",
    Intent.PATIENT: "who was recorded",
    Intent.RECORDING: "how it was recorded",
    Intent.LEADS: "what one lead shows",
    Intent.VERSION: "for the version of this program",
    Intent.LIMITS_OF_TOOL: "what this program cannot do",
    Intent.CAPABILITIES: "what you can ask",
}
NO_PRIOR = "No earlier ECG was given with this one, so nothing can be compared."
NO_CHANGE = "Beside that, no change was large enough to be told from the spread of repeated measurements."
NONE_TURNED = "Nothing that is compared (heart rate, PR, QRS, QTc and QRS axis) answers this."
NO_PASSAGE = "Neither this ECG nor the guideline corpus holds anything that answers this."
CODE_MEANS = "The code {code} means {name}."
NOT_ASSESSED = "This program does not look for {condition}: it can tell neither its presence nor its absence."
ASSESSED = (
    "The program holds the tracing against a published criterion of {condition} and lists it among the "
    "findings when it is met; an ECG alone does not exclude the disease."
)
NOT_FOUND_IS_NO_PROOF = "A finding that is absent from the tracing does not rule out the disease."
PATTERN_NOT_DEVICE = "Where no pacing spikes are seen, a pacemaker that is standing by is not excluded."
LOOKED_FOR_EXCHANGE = (
    "Exchanged electrodes are looked for in every recording and stand among the findings when the leads "
    "suggest them."
)
OVER_ALL_LEADS = "Rhythm, intervals and axis are read over all leads together and have no place of their own."
ONE_SOCIETY = (
    "The corpus holds a statement on this from one side only; it has none of the other's to compare."
)
SEEK_CARE = (
    "Someone with symptoms such as chest pain, trouble breathing or fainting needs medical care at once, "
    "whatever an ECG shows."
)
AGE_AND_SEX = (
    "Age and sex enter the limits of QTc, the ST level in V2–V3 and the voltage criteria; where they are not "
    "known, a criterion counts as met only if it is for everyone."
)
ONLY_ADULTS = "The limits are those of adults; there are none for children in this program."
VERSION = (
    "cardio-agent {program}, classifier {classifier} (weights {weights}), writer {writer}, "
    "guideline corpus {corpus}; the report's provenance holds the full hashes."
)
ASK_DOCTOR = "Only a doctor who knows the person can say what this means; please ask your doctor about it."

"""Answers that are the same for every ECG: refusals, and what can be asked.

They state nothing about a recording, cite nothing and are never worded by a model.
"""

from collections.abc import Mapping

from cardio_agent.chat.intents import Intent

_ASK = (
    "You can ask about rate, rhythm, intervals, axis, ST and T in any lead, single diagnoses, how sure the "
    "classifier is and why, signal quality, a summary, or what a guideline says."
)

FIXED: Mapping[Intent, tuple[str, ...]] = {
    Intent.EMERGENCY: (
        "If someone has chest pain, trouble breathing, fainting or collapse now, call the emergency number "
        "and get medical care at once.",
        "Please do not wait for this program: it cannot tell whether a person is safe.",
    ),
    Intent.TREATMENT: (
        "I can't advise on drugs, doses or treatment of a person: "
        "that needs a clinician who knows the patient.",
        "Please ask the treating clinician or a pharmacist; I can tell what a guideline says about a topic.",
    ),
    Intent.CAPABILITIES: (
        "I answer questions about this one ECG from its measurements, its findings and a guideline corpus, "
        "and I cite what each sentence rests on.",
        _ASK,
        "I can be wrong, I am not a medical device, and a clinician must read the tracing.",
    ),
    Intent.UNKNOWN: ("I found nothing in this ECG or in the guideline corpus that answers this.", _ASK),
}
NO_PRIOR = "No earlier ECG was given with this one, so nothing can be compared."
NO_PASSAGE = "The guideline corpus holds nothing that answers this."
CODE_MEANS = "The code {code} means {name}."
NOT_ASSESSED = "This program does not look for {condition}: it can tell neither its presence nor its absence."

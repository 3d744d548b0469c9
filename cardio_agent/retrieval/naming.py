"""Questions that are a statement's name and nothing else: "bigeminal pattern", "LAFB on the ECG".

Enters: a question. Leaves: the statement codes that it names, without group. Such a question is about
the passages that carry the statement's tag; any other is left to the search.
"""

from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.retrieval.corpus import bare_code
from cardio_agent.retrieval.vocabulary import Vocabulary

# Said of any statement without asking for anything particular.
_NEUTRAL = "ECG 12-lead criteria finding findings sign signs statement"


class StatementNames:
    """The names of the 59 statements as the vocabulary writes them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._neutral = frozenset(vocabulary.tokens(_NEUTRAL))
        self._codes: dict[frozenset[str], frozenset[str]] = {}
        for spec in STATEMENTS:
            for name in (spec.name, bare_code(spec.code)):
                words = self._telling(name)
                self._codes[words] = self._codes.get(words, frozenset()) | {bare_code(spec.code)}

    def named(self, question: str) -> frozenset[str]:
        """Codes of the statements whose name the question is; empty for any other question."""
        return self._codes.get(self._telling(question), frozenset())

    def _telling(self, text: str) -> frozenset[str]:
        return frozenset(self._vocabulary.tokens(text)) - self._neutral

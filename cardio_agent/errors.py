"""Every error this program raises on purpose.

::

    CardioAgentError
    ├── InputError                the caller's input is at fault: exit status 1
    │   ├── UnreadableFile        missing, empty, truncated, a folder, not allowed to be opened
    │   ├── UnsupportedFormat     readable, but not an ECG format that this program knows
    │   ├── UnknownUnits          a recording whose sampling rate or units cannot be known
    │   ├── BadRecording          an ECG that cannot be analysed: too short, too few leads, NaN, flat
    │   ├── BadRequest            a statement, method or option value that does not exist
    │   └── CorpusError           a guideline file that breaks the corpus's schema
    ├── ModelMissing              weights or tokenizer absent, incomplete or of another architecture
    ├── WriterUnavailable         the language model cannot be reached or gave nothing usable
    ├── MissingExtra              an optional package is needed for what was asked
    ├── PromptError               a prompt template whose variables do not match its declaration
    ├── IndexUnavailable          the guideline index cannot be built, opened or reached
    ├── TrainingError             training data or a checkpoint that cannot be used
    └── BatchError                a batch folder that cannot be started or continued

A message says what is wrong, where, and what to do next, in one line.
Foreign exceptions are mapped to these once, at the edge where they arise, with ``from``.
"""

_LONGEST_MESSAGE = 1000  # characters; what is quoted of a file may be of any length


class CardioAgentError(Exception):
    """Root of the tree; catch it to catch everything raised on purpose.

    Parameters
    ----------
    message : str
        May quote a file or a name from outside: line breaks, and characters that would move a terminal's
        cursor or turn its direction of writing, become spaces and "?"; what is very long is cut.
    """

    def __init__(self, message: str) -> None:
        shown = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in message)
        is_long = len(shown) > _LONGEST_MESSAGE
        super().__init__(shown[:_LONGEST_MESSAGE] + " …" if is_long else shown)


class InputError(CardioAgentError):
    """The caller's input is at fault."""


class UnreadableFile(InputError):
    """The file is missing, empty, truncated, a folder, or may not be opened."""


class UnsupportedFormat(InputError):
    """The file can be opened but is not an ECG format that this program knows."""


class UnknownUnits(InputError):
    """The file does not say its sampling rate or its units, and guessing could mislead."""


class BadRecording(InputError):
    """The file holds an ECG that cannot be analysed."""


class BadRequest(InputError):
    """A statement, method or option value that does not exist was asked for."""


class CorpusError(InputError):
    """A guideline file breaks the corpus's schema."""


class ModelMissing(CardioAgentError):
    """A model's files are absent, incomplete, altered or of another architecture."""


class WriterUnavailable(CardioAgentError):
    """The language model cannot be reached, ran out of time or memory, or gave nothing usable."""


class MissingExtra(CardioAgentError):
    """An optional package is needed for what was asked."""


class PromptError(CardioAgentError):
    """A prompt template is missing or its variables do not match its declaration."""


class IndexUnavailable(CardioAgentError):
    """The guideline index cannot be built, opened or reached."""


class TrainingError(CardioAgentError):
    """Training data or a checkpoint cannot be used."""


class BatchError(CardioAgentError):
    """A batch folder cannot be started or continued."""

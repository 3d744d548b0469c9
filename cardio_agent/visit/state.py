"""What one visitor has: messages and recordings. Each step makes a new state; none is changed."""

from dataclasses import dataclass, replace

from cardio_agent.chat import Chat
from cardio_agent.errors import BadRequest
from cardio_agent.rendering.messages import said_message
from cardio_agent.schema import Analysis, Ecg, Report, Sex
from cardio_agent.settings import OperatingPoint

MAX_HELD = 12
"""Recordings that a visit keeps; the oldest goes first."""

Message = dict[str, str]


@dataclass(frozen=True)
class Told:
    """What the visitor says of the person, beside or in place of what the file says."""

    age_years: float | None = None
    sex: Sex | None = None
    context: str = ""


@dataclass(frozen=True)
class Choices:
    """How reports are made; the writer is one that :func:`~cardio_agent.writing.get_writer` knows."""

    writer: str
    operating_point: OperatingPoint | None = None


@dataclass(frozen=True, eq=False)
class Opened:
    """One recording as it was read and all that was made of it; ``report`` and ``chat`` come last."""

    label: str
    as_read: Ecg
    analysis: Analysis
    report: Report | None = None
    chat: Chat | None = None


@dataclass(frozen=True, eq=False)
class Visit:
    """All that one visitor has on the page.

    ``messages`` are ``{"role": "user" | "assistant", "content": HTML}``. ``opened`` are the recordings with
    their reports and ``shown`` is the label of the one on the desk; ``priors`` were given to compare with.
    """

    messages: tuple[Message, ...] = ()
    opened: tuple[Opened, ...] = ()
    shown: str = ""
    priors: tuple[tuple[str, Ecg], ...] = ()

    @property
    def current(self) -> Opened | None:
        """The recording on the desk."""
        return next((one for one in self.opened if one.label == self.shown), None)

    def held(self) -> dict[str, Ecg]:
        """Every recording of this visit by its label."""
        return {one.label: one.analysis.ecg for one in self.opened} | dict(self.priors)

    def new_label(self, name: str) -> str:
        """A label for a file of that name that no other recording of this visit has."""
        names = [name, *(f"{name} ({n})" for n in range(2, 2 * MAX_HELD))]
        return next(label for label in names if label not in self.held())

    def showing(self, one: Opened) -> "Visit":
        """With that recording on the desk, in place of an older state of it."""
        if one.label in {other.label for other in self.opened}:
            opened = tuple(one if other.label == one.label else other for other in self.opened)
        else:
            opened = (*self.opened, one)[-MAX_HELD:]
        return replace(self, opened=opened, shown=one.label)

    def turned_to(self, label: str) -> "Visit":
        """With another of the opened recordings on the desk."""
        if label not in {one.label for one in self.opened}:
            raise BadRequest(f"no open ECG is called '{label}': choose one from the list")
        return replace(self, shown=label)

    def asked(self, text: str) -> "Visit":
        """With a message in the visitor's own words."""
        return self._with("user", said_message(text))

    def noted(self, html: str) -> "Visit":
        """With a message on the visitor's side."""
        return self._with("user", html)

    def told(self, html: str) -> "Visit":
        """With a message of the program's."""
        return self._with("assistant", html)

    def retold(self, html: str) -> "Visit":
        """With other words in the last message."""
        return replace(self, messages=self.messages[:-1]).told(html)

    def _with(self, role: str, html: str) -> "Visit":
        return replace(self, messages=(*self.messages, {"role": role, "content": html}))

"""What a clause may claim: one frozen record for each kind of claim.

Enters: nothing. Leaves: the types that go from reading sentences to checking them.
"""

from dataclasses import dataclass

from cardio_agent.verification.atoms import Atom


@dataclass(frozen=True)
class ValueClaim:
    """A number said of a measurement; without ``names`` it was said of nothing in particular."""

    number: Atom
    names: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    sign: int = 1
    subject: str = ""
    is_reference: bool = False
    is_of_all: bool = False


@dataclass(frozen=True)
class JudgementClaim:
    """A measurement is called normal, prolonged, wide …"""

    names: tuple[str, ...]
    word: str
    is_negated: bool
    leads: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class PresenceClaim:
    """A concept, or a whole finding in its own words, is said to be present or absent."""

    key: str
    text: str
    is_quote: bool = False
    is_negated: bool = False
    certainty: int | None = None
    leads: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    is_only: bool = False
    is_valued: bool = False
    by_classifier: bool = False


@dataclass(frozen=True)
class MissingClaim:
    """A measurement is said not to be measurable, or to be."""

    names: tuple[str, ...]
    leads: tuple[str, ...]
    is_measured: bool
    text: str


@dataclass(frozen=True)
class StateClaim:
    """The recording, or some leads of it, are said to be good, noisy, missing …"""

    state: str
    leads: tuple[str, ...]
    is_negated: bool
    text: str
    excepted: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExtremeClaim:
    """Leads are said to have the largest value of a measurement; ``sign`` -1 where it counts downwards."""

    names: tuple[str, ...]
    leads: tuple[str, ...]
    sign: int
    text: str


@dataclass(frozen=True)
class LeadsClaim:
    """Leads are named, and nothing else in the clause takes them up."""

    leads: tuple[str, ...]


@dataclass(frozen=True)
class TermClaim:
    """A sex, a date or a word that only a cited record can bear out."""

    kind: str
    key: str
    text: str
    is_denied: bool = False


Claim = (
    ValueClaim
    | JudgementClaim
    | PresenceClaim
    | MissingClaim
    | StateClaim
    | ExtremeClaim
    | LeadsClaim
    | TermClaim
)

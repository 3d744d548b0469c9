"""Which passages each statement of the classifier and each criterion of the findings stands on.

Enters: the corpus, the statements, the criteria. Leaves: one row each; a row without passages says that
the corpus has none. Does not search: a statement maps to the passages that carry its tag, a criterion to
those it names as its sources. A criterion that no passage gives points to those about its finding.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.findings.criteria import CRITERIA
from cardio_agent.findings.rules import RULES
from cardio_agent.retrieval.corpus import Passage, bare_code
from cardio_agent.retrieval.selection import Selection


@dataclass(frozen=True)
class MappingRow:
    """A statement or criterion and the ids of its passages, in the corpus's order.

    ``missing`` are sources that the corpus does not hold, or holds as superseded. ``bearing`` are, for a
    criterion without sources, the passages tagged with the statements of its findings.
    """

    kind: str
    key: str
    name: str
    checked: tuple[str, ...]
    unchecked: tuple[str, ...]
    missing: tuple[str, ...] = ()
    bearing: tuple[str, ...] = ()


def passage_mapping(passages: Sequence[Passage]) -> tuple[MappingRow, ...]:
    """The 59 statements, by group, then the criteria."""
    current = [passage for passage in passages if Selection().accepts(passage)]
    statements = (
        _row(spec.group, spec.code, spec.name, [p for p in current if bare_code(spec.code) in p.codes])
        for spec in STATEMENTS
    )
    by_id = {passage.id: passage for passage in current}
    criteria = (
        _row("criterion", c.key, c.name, [by_id[id_] for id_ in c.sources if id_ in by_id],
             missing=[id_ for id_ in c.sources if id_ not in by_id],
             bearing=[] if c.sources else _about_its_findings(c.key, current))
        for c in CRITERIA
    )  # fmt: skip
    return (*statements, *criteria)


def _row(
    kind: str,
    key: str,
    name: str,
    passages: Iterable[Passage],
    missing: Iterable[str] = (),
    bearing: Iterable[str] = (),
) -> MappingRow:
    held = tuple(passages)
    checked = tuple(passage.id for passage in held if passage.checked)
    unchecked = tuple(passage.id for passage in held if not passage.checked)
    return MappingRow(kind, key, name, checked, unchecked, tuple(missing), tuple(bearing))


def _about_its_findings(criterion: str, passages: Sequence[Passage]) -> list[str]:
    codes = {bare_code(code) for rule in RULES if criterion in rule.criteria for code in rule.codes}
    return [passage.id for passage in passages if not codes.isdisjoint(passage.codes)]

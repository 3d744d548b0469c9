"""Contiguous leads and the walls that they look at.

Enters: a question about single leads, or leads. Leaves: whether contiguous leads answer it together,
and the name of their territory. No thresholds of medicine stand here.
"""

from collections.abc import Callable, Iterable
from itertools import combinations, pairwise

from cardio_agent.findings.reading import Truth, all_of, any_of
from cardio_agent.leads import LEADS, TERRITORIES

# Contiguous groups, the inferior one in anatomical order. Source: STD-17.
GROUPS = (("I", "aVL"), ("II", "aVF", "III"), ("V1", "V2", "V3", "V4", "V5", "V6"))
NEIGHBOURS = tuple(pair for group in GROUPS for pair in pairwise(group))
SAME_GROUP = tuple(pair for group in GROUPS for pair in combinations(group, 2))
"""MI-11 asks for any two leads of one group, neighbours or not."""
GROUPED_LEADS = tuple(lead for group in GROUPS for lead in group)

Pairs = Iterable[tuple[str, str]]


def in_two_leads(test: Callable[[str], Truth], pairs: Pairs = NEIGHBOURS) -> tuple[Truth, tuple[str, ...]]:
    """Whether both leads of any pair pass, and all the leads of such pairs.

    Returns
    -------
    (bool or None, tuple of str)
        None when no pair passes and a lead that cannot be told might complete one.
    """
    pairs = tuple(pairs)
    truths = {lead: test(lead) for lead in {lead for pair in pairs for lead in pair}}
    verdicts = {pair: all_of(*(truths[lead] for lead in pair)) for pair in pairs}
    passed = {lead for pair, verdict in verdicts.items() if verdict for lead in pair}
    return any_of(*verdicts.values()), tuple(sorted(passed, key=LEADS.index))


def territory(leads: Iterable[str]) -> str | None:
    """Name of the territories that hold at least two of the leads. Source: STD-17.

    >>> territory(("V1", "V2", "V3", "V4"))
    'anteroseptal'
    >>> territory(("II", "III", "aVF", "V5", "V6"))
    'inferolateral'
    >>> territory(("II", "III", "V3", "V4", "V5", "V6"))
    'inferior, anterior and lateral'
    """
    have = set(leads)
    named = [name for name, members in TERRITORIES.items() if len(have & set(members)) >= 2]
    if not named:
        return None
    joined = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return {
        "septal-anterior": "anteroseptal",
        "anterior-lateral": "anterolateral",
        "septal-anterior-lateral": "extensive anterior",
        "inferior-lateral": "inferolateral",
    }.get("-".join(named), joined)

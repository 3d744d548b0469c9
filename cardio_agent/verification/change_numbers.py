"""Numbers told with a change: the amount, the value then, the value now, the way from one to the other.

Enters: a number, measured changes and measurements. Leaves: whether the number is theirs. Which number is
meant as what is read in :mod:`~cardio_agent.verification.told_changes`.
"""

from collections.abc import Sequence
from dataclasses import replace

from cardio_agent.schema import Measurement
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.context import Context
from cardio_agent.verification.told_changes import Change
from cardio_agent.verification.values import matches

SUFFIX = "_change"  # of the name of a measured change
_SIGNS = "+-−"


def is_former(number: Atom, known: Change, changes: Sequence[Measurement], context: Context) -> bool:
    """Whether a number is the value of the earlier tracing: told as such, or now less the change."""
    told = [other for other in known.numbers if other.high is not None]
    if any((other.value, other.unit) == (number.value, number.unit or other.unit) for other in told):
        return True
    return is_past(number, changes, context.measurements)


def is_past(number: Atom, changes: Sequence[Measurement], rows: Sequence[Measurement]) -> bool:
    """Whether a number is a value of now less its change."""
    for change in changes:
        for now in rows:
            is_own = (now.name, now.lead) == (change.name.removesuffix(SUFFIX), change.lead)
            if is_own and now.value is not None and change.value is not None:
                return matches(number, now.value - change.value, now.unit)
    return False


def is_course(number: Atom, changes: Sequence[Measurement], rows: Sequence[Measurement]) -> bool:
    """Whether "from 240 to 166 ms" gives the value then and the value now."""
    if number.high is None:
        return False
    then, now = (replace(number, value=v, high=None, comparison="") for v in (number.value, number.high))
    names = {(change.name.removesuffix(SUFFIX), change.lead) for change in changes}
    of_now = [m for m in rows if (m.name, m.lead) in names and m.value is not None]
    return is_past(then, changes, rows) and any(matches(now, m.value or 0.0, m.unit) for m in of_now)


def is_size(number: Atom, changes: Sequence[Measurement]) -> bool:
    """Whether a number is the size of a change; its sign counts where it is written."""
    if number.high is not None:
        return False
    is_signed = number.text[0] in _SIGNS
    values = [(m.value if is_signed else abs(m.value), m.unit) for m in changes if m.value is not None]
    return any(matches(number, value, unit) for value, unit in values)


def is_same(written: Atom, known: Atom) -> bool:
    """Whether two numbers are written alike."""
    return (written.value, written.high, written.unit) == (known.value, known.high, known.unit)


def is_current(number: Atom, said: Change, context: Context) -> bool:
    """Whether a number is the present value of what changed."""
    rows = context.measured(tuple(said.names)) if number.high is None else []
    is_rate = {m.unit for m in rows} == {"bpm"}  # the one quantity that is spoken of without its unit
    return bool(number.unit or is_rate) and any(
        m.value is not None and matches(number, m.value, m.unit) for m in rows
    )

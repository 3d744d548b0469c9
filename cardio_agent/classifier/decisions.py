"""From calibrated probabilities to decided statements.

Enters: a :class:`~cardio_agent.schema.Classification`. Leaves: one
:class:`~cardio_agent.schema.Statement` a code, in the order of the statement table.
"""

from cardio_agent.classifier.model import load_model
from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.schema import Classification, RiskTier, Statement
from cardio_agent.settings import OperatingPoint, get_settings

# Tiers of calibrated probability. Convention of this program, not of a guideline: their observed
# event rates are in the model card.
MODERATE_FROM = 0.2
HIGH_FROM = 0.6


def risk_tier(probability: float) -> RiskTier:
    """Tier of a calibrated probability.

    >>> [risk_tier(p) for p in (0.05, 0.2, 0.61)]
    ['low', 'moderate', 'high']
    """
    if probability >= HIGH_FROM:
        return "high"
    return "moderate" if probability >= MODERATE_FROM else "low"


def decide(classification: Classification, point: OperatingPoint | None = None) -> tuple[Statement, ...]:
    """All statements with probability, threshold and decision.

    Parameters
    ----------
    classification : Classification
    point : {"balanced", "screening"}, optional
        Operating point; default: that of the settings.

    Raises
    ------
    ModelMissing
        When the classifier was calibrated without that operating point.
    """
    calibration = load_model().calibration
    statements = []
    for spec in STATEMENTS:
        p = classification.probabilities[spec.code]
        own = calibration[spec.code]
        threshold = own.threshold_at(point or get_settings().operating_point)
        statements.append(
            Statement(
                id=f"s-{spec.code}",
                code=spec.code,
                name=spec.name,
                group=spec.group,
                probability=round(p, 4),
                threshold=round(threshold, 4),
                present=p >= threshold,
                risk=risk_tier(p),
                is_uncertain=own.is_uncertain(p),
            )
        )
    return tuple(statements)

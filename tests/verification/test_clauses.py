"""Scope of negation and certainty, by the rules that the module states."""

import pytest

from cardio_agent.verification.clauses import clauses_of


def _denied(text: str) -> dict[str, bool]:
    return {
        atom.text: atom.is_negated
        for clause in clauses_of(text)
        for atom in clause
        if atom.kind in ("concept", "qualifier")
    }


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("No LBBB", {"LBBB": True}),
        ("LBBB is not present", {"LBBB": True}),
        ("LBBB is not absent", {"LBBB": False}),
        ("LBBB is absent", {"LBBB": True}),
        ("There is no evidence of LBBB", {"LBBB": True}),
        ("AF rather than sinus rhythm", {"AF": False, "sinus rhythm": True}),
        ("Sinus rhythm without LBBB", {"Sinus rhythm": False, "LBBB": True}),
        ("Neither LBBB nor RBBB is seen", {"LBBB": True, "RBBB": True}),
        ("No LBBB, RBBB or AF", {"LBBB": True, "RBBB": True, "AF": True}),
        ("No LBBB, left axis deviation", {"LBBB": True, "left axis deviation": False}),
        ("No LBBB but RBBB", {"LBBB": True, "RBBB": False}),
        ("There is no LBBB and RBBB is present", {"LBBB": True, "RBBB": False}),
        ("LBBB is present and RBBB is absent", {"LBBB": False, "RBBB": True}),
        ("LBBB is present and RBBB and AF are absent", {"LBBB": False, "RBBB": True, "AF": True}),
        ("Absent P waves and AF", {"P waves": True, "AF": False}),
        ("The QTc is not prolonged", {"prolonged": True}),
        ("The QTc is neither prolonged nor short", {"prolonged": True, "short": True}),
        ("LVH is unlikely", {"LVH": True}),
        ("No LBBB (sinus rhythm)", {"LBBB": True, "sinus rhythm": False}),
    ],
)
def test_denial_reaches_what_it_governs(text: str, denied: dict[str, bool]) -> None:
    assert _denied(text) == denied


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("LBBB", [None]),
        ("Possible LBBB", [1]),
        ("LBBB cannot be excluded", [1]),
        ("Probable LBBB and possible LVH", [2, 1]),
        ("LBBB is confirmed", [4]),
        ("Sinus rhythm, possible LVH", [None, 1]),
        ("Sinus rhythm; probable LBBB and LVH; possible AF", [None, 2, 2, 1]),
    ],
)
def test_certainty_reaches_what_it_governs(text: str, certainty: list[int | None]) -> None:
    found = [atom.certainty for clause in clauses_of(text) for atom in clause if atom.kind == "concept"]
    assert found == certainty

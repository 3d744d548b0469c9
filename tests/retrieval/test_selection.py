"""Filters by society, year, topic and class; ESC and ACC/AHA on one question both come back."""

import re

import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.retrieval import Selection, load_corpus, retrieve
from cardio_agent.retrieval.retriever import with_counterparts
from cardio_agent.retrieval.search import Hit


@pytest.mark.parametrize(
    ("selection", "holds"),
    [
        (Selection(society="ESC"), lambda p: "ESC" in p.society),
        (Selection(society="acc/aha"), lambda p: {"ACC", "AHA"} <= set(re.split(r"\W+", p.society))),
        (Selection(topic="af"), lambda p: p.topic == "af"),
        (Selection(class_of_recommendation="2a"), lambda p: p.class_of_recommendation in ("IIa", "2a")),
        (Selection(year_from=2022, year_to=2023), lambda p: p.year in (None, 2022, 2023)),
        (Selection(unchecked=False), lambda p: p.checked),
    ],
)
def test_a_selection_accepts_just_what_it_names(selection: Selection, holds: object) -> None:
    chosen = [p for p in load_corpus() if selection.accepts(p)]
    expected = [p for p in load_corpus() if holds(p) and not p.superseded_by]  # type: ignore[operator]
    assert chosen == expected
    assert chosen


def test_superseded_statements_are_kept_but_must_be_asked_for() -> None:
    both = [p.id for p in load_corpus() if Selection(superseded=True, topic="pericarditis").accepts(p)]
    current = [p.id for p in load_corpus() if Selection(topic="pericarditis").accepts(p)]
    assert set(both) - set(current) == {"PER-03"}


def test_the_search_obeys_a_selection() -> None:
    found = retrieve("anticoagulation in atrial fibrillation", 10, selection=Selection(society="ACC/AHA"))
    assert found
    assert all({"ACC", "AHA"} <= set(e.society.split("/")) for e in found)


@pytest.mark.parametrize(
    ("selection", "listed"),
    [
        (Selection(topic="nothing"), "mi_stemi"),
        (Selection(society="ABC"), "ESC"),
        (Selection(class_of_recommendation="V"), "IIa"),
    ],
)
def test_an_unknown_name_is_refused_with_the_known_ones(selection: Selection, listed: str) -> None:
    with pytest.raises(BadRequest, match=listed):
        retrieve("LBBB", selection=selection)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("CHA2DS2-VA of 2 or more: anticoagulate?", {"AF-06", "AF-23"}),
        ("CRT indication with LBBB and QRS 150 ms", {"HF-03", "HF-14"}),
        ("pacemaker in acquired Mobitz II", {"BRD-01", "BRD-19"}),
        ("beta-blocker in long QT syndrome", {"QT-05", "QT-10"}),
        ("loss of the delta wave on exercise", {"SVT-14", "SVT-15"}),
    ],
)
def test_both_societies_come_back_named(query: str, ids: set[str]) -> None:
    found = {e.id: e for e in retrieve(query)}
    assert ids <= found.keys()
    assert len({found[id_].society for id_ in ids}) == 2


def test_a_counterpart_below_the_last_place_takes_it() -> None:
    passages = {p.id: p for p in load_corpus()}
    ids = ("AF-06", "AF-05", "AF-07", "AF-13", "AF-23")
    hits = [Hit(passages[id_], 1 - k / 10) for k, id_ in enumerate(ids)]
    assert [hit.passage.id for hit in with_counterparts(hits, 3)] == ["AF-06", "AF-05", "AF-23"]
    assert [hit.passage.id for hit in with_counterparts(hits, 1)] == ["AF-06"]
    assert with_counterparts([], 3) == []

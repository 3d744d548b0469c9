"""Findings and guideline passages as HTML, each a card for a page to arrange.

Enters: a :class:`Report`. Leaves: HTML without scripts, styles or links; how it looks is the page's
business, by the class names.
"""

from cardio_agent.rendering.labels import describe
from cardio_agent.rendering.markup import article, chip, escaped
from cardio_agent.schema import Evidence, Finding, Record, Report
from cardio_agent.writing.phrases import lead_list


def findings_html(report: Report) -> str:
    """Each finding with its certainty, leads, and the records that it rests on."""
    records = report.records()
    return article([_finding_html(f, records) for f in report.findings], empty="No finding was made.")


def _finding_html(finding: Finding, records: dict[str, Record]) -> str:
    leads = lead_list(finding.leads)
    named = finding.text if leads in finding.text else f"{finding.text} in {leads}"
    items = "".join(
        f"<li>{escaped(describe(records[key]) if key in records else key)} <code>{escaped(key)}</code></li>"
        for key in finding.basis
    )
    sources = (
        f'<p class="ca-quiet">Criterion: {escaped(", ".join(finding.sources))}</p>' if finding.sources else ""
    )
    return (
        f'<section class="ca-card"><h3>{escaped(named)} '
        f"{chip(finding.certainty, f'ca-{finding.certainty}')}</h3><ul>{items}</ul>{sources}</section>"
    )


def evidence_html(report: Report) -> str:
    """The guideline passages, each with where it stands and what it was sought for."""
    texts = {finding.id: finding.text for finding in report.findings}
    empty = "No guideline passage was found for these findings."
    return article([_passage_html(passage, texts) for passage in report.evidence], empty=empty)


def _passage_html(passage: Evidence, texts: dict[str, str]) -> str:
    sought = [texts[key] for key in passage.finding_ids if key in texts]
    bearing = f'<p class="ca-quiet">Bears on: {escaped("; ".join(sought))}</p>' if sought else ""
    where = " · ".join(
        filter(None, (passage.section, passage.citation, passage.doi and f"doi {passage.doi}"))
    )
    return (
        f'<section class="ca-card"><h3>{escaped(passage.short or passage.guideline)} '
        f"{chip(passage.id)}{''.join(_passage_chips(passage))}</h3>"
        f'<p>{escaped(passage.text)}</p><p class="ca-quiet">{escaped(where)}</p>{bearing}</section>'
    )


def _passage_chips(passage: Evidence) -> list[str]:
    """Society, year, class and level, then what a reader must know of the passage before trusting it."""
    memory = "" if passage.class_checked else " (from memory)"
    society = passage.society.strip("-– ")
    says = [
        society,
        str(passage.year or ""),
        passage.class_of_recommendation and f"class {passage.class_of_recommendation}{memory}",
        passage.level_of_evidence and f"level {passage.level_of_evidence}{memory}",
    ]
    chips = [chip(text, "ca-fact") for text in says if text]
    if passage.is_own:
        chips.append(chip("your own document", "ca-warn"))
    if not passage.checked:
        chips.append(chip("unchecked", "ca-warn"))
    return chips

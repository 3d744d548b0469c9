"""Commands about guidelines: search, list, show, check, add, remove."""

import argparse
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cardio_agent.cli.arguments import Commands
from cardio_agent.errors import BadRequest, CardioAgentError

if TYPE_CHECKING:
    from cardio_agent.retrieval import Passage, Selection
    from cardio_agent.retrieval.mapping import MappingRow
    from cardio_agent.retrieval.own import Document, Library

_WIDTH = 100


def add_guidelines(commands: Commands) -> None:
    command = commands.add_parser("guidelines", help="search and list guideline statements; add your own")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    search = actions.add_parser("search", help="passages that answer a question")
    search.add_argument("query", nargs="+")
    search.add_argument("-k", type=int, default=5, help="how many at most")
    _add_selection(search)
    search.set_defaults(run=_run_search)
    listing = actions.add_parser("list", help="all statements, then your own documents")
    listing.add_argument("--own", action="store_true", help="your own documents only")
    listing.add_argument("--superseded", action="store_true", help="also what a newer statement replaces")
    _add_selection(listing)
    listing.set_defaults(run=_run_list)
    show = actions.add_parser("show", help="everything that is known of a statement")
    show.add_argument("ids", nargs="+", metavar="ID")
    show.set_defaults(run=_run_show)
    check = actions.add_parser("check", help="check the statements' format; every mistake with its line")
    check.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="default: the bundled statements")
    check.add_argument(
        "--mapping", action="store_true", help="also the passages of each statement and criterion"
    )
    check.set_defaults(run=_run_check)
    add = actions.add_parser("add", help="add your own PDF, Markdown, HTML or text files")
    add.add_argument("files", nargs="+", type=Path, metavar="FILE")
    add.set_defaults(run=_run_add)
    remove = actions.add_parser("remove", help="remove your own documents")
    remove.add_argument("names", nargs="+", metavar="DOCUMENT", help="an id of 'list --own', or a file name")
    remove.set_defaults(run=_run_remove)


# ── search, list, show ───────────────────────────────────────────────────────────────────────


def _add_selection(command: argparse.ArgumentParser) -> None:
    command.add_argument("--society", default="", help="ESC, AHA, ACC/AHA, …")
    command.add_argument("--topic", default="", help="mi_stemi, af, … (a wrong name lists all)")
    command.add_argument("--class", dest="recommended", default="", metavar="CLASS", help="I, IIa, 2a, …")
    command.add_argument("--year-from", type=int, metavar="YEAR")
    command.add_argument("--year-to", type=int, metavar="YEAR")
    command.add_argument("--checked", action="store_true", help="leave out what nobody read in its source")


def _selection(args: argparse.Namespace) -> "Selection":
    from cardio_agent.retrieval import Selection

    return Selection(
        society=args.society,
        topic=args.topic,
        class_of_recommendation=args.recommended,
        year_from=args.year_from,
        year_to=args.year_to,
        unchecked=not args.checked,
        superseded=getattr(args, "superseded", False),
    )


def _run_search(args: argparse.Namespace) -> int:
    from cardio_agent.rendering import evidence_lines
    from cardio_agent.retrieval import retrieve

    found = retrieve(" ".join(args.query), k=args.k, selection=_selection(args))
    if not found:
        print("No guideline statement bears on this question.")
    for evidence in found:
        print("\n".join(evidence_lines(evidence)), end="\n\n")
    return 0


def _run_list(args: argparse.Namespace) -> int:
    from cardio_agent.retrieval import load_corpus
    from cardio_agent.retrieval.selection import check_selection

    if not args.own:
        selection = check_selection(_selection(args), load_corpus())
        chosen = [passage for passage in load_corpus() if selection.accepts(passage)]
        for passage in chosen:
            print(f"{passage.id:<7} {passage.title}\n        {_source(passage)}")
        print(f"{len(chosen)} of {len(load_corpus())} statements")
    _list_own(_library())
    return 0


def _list_own(library: "Library") -> None:
    for document in library.documents():
        print(_document_line(document))
    for document in library.unfinished():
        print(f"{_document_line(document)} · UNFINISHED: add the file again to go on")


def _document_line(document: "Document") -> str:
    pages = f"{document.n_pages} pages · " if document.n_pages else ""
    parts = f"{pages}{document.n_passages} passages · added {document.added[:10]}"
    return f"{document.id} {document.file} · {document.title} · {parts} · your own, unchecked"


def _source(passage: "Passage") -> str:
    graded = f"class {passage.class_of_recommendation}, level {passage.level_of_evidence}"
    parts = (
        passage.short,
        graded if passage.class_of_recommendation else "",
        "" if passage.checked else "unchecked",
        f"SUPERSEDED by {passage.superseded_by}" if passage.superseded_by else "",
    )
    return " · ".join(part for part in parts if part)


def _run_show(args: argparse.Namespace) -> int:
    from cardio_agent.retrieval import load_corpus

    held = {passage.id: passage for passage in load_corpus()}
    held |= {p.id: p for d in _library().documents() for p in _library().passages(d)}
    for id_ in args.ids:
        if id_ not in held:
            raise BadRequest(f"there is no statement {id_}: 'cardio-agent guidelines list' shows all")
        print("\n".join(_described(held[id_])), end="\n\n")
    return 0


def _described(passage: "Passage") -> list[str]:
    graded = f"{passage.class_of_recommendation}, level {passage.level_of_evidence or 'not given'}"
    fields = {
        "Thresholds": passage.thresholds,
        "Class": graded if passage.class_of_recommendation else "",
        "Class checked": "" if not passage.class_of_recommendation or passage.class_checked else "no",
        "Guideline": passage.guideline,
        "Short": passage.short,
        "Society": passage.society,
        "Year": str(passage.year or ""),
        "Section": passage.section,
        "Citation": passage.citation,
        "DOI": passage.doi,
        "Statements": ", ".join(passage.codes),
        "Setting": passage.setting,
        "Terms": "; ".join(passage.terms),
        "Checked": passage.checked_how,
        "Superseded by": passage.superseded_by,
        "Other society": ", ".join(passage.counterparts),
        "Note": passage.note,
    }
    shown = [f"  {name + ':':<15}{value}" for name, value in fields.items() if value]
    return [f"{passage.id}  {passage.title}", *textwrap.wrap(passage.text, _WIDTH), *shown]


# ── check ────────────────────────────────────────────────────────────────────────────────────


def _run_check(args: argparse.Namespace) -> int:
    from cardio_agent.errors import CorpusError
    from cardio_agent.retrieval.corpus import corpus_mistakes, load_corpus
    from cardio_agent.retrieval.mapping import passage_mapping

    mistakes = corpus_mistakes(args.folder)
    for mistake in mistakes:
        print(mistake)
    if mistakes:
        raise CorpusError(f"{len(mistakes)} mistakes in the guideline files: correct the lines named above")
    passages = load_corpus(args.folder)
    print(_summary(passages))
    if args.mapping:
        for row in passage_mapping(passages):
            print(_mapping_line(row))
    return 0


def _summary(passages: Sequence["Passage"]) -> str:
    n_unchecked = sum(not passage.checked for passage in passages)
    n_superseded = sum(bool(passage.superseded_by) for passage in passages)
    n_guidelines = len({passage.short for passage in passages})
    return (
        f"{len(passages)} statements of {n_guidelines} sources, no mistake; "
        f"{n_unchecked} unchecked, {n_superseded} superseded"
    )


def _mapping_line(row: "MappingRow") -> str:
    held = [", ".join(row.checked)]
    held += [f"unchecked {', '.join(row.unchecked)}"] if row.unchecked else []
    held += [f"NOT IN THE CORPUS: {', '.join(row.missing)}"] if row.missing else []
    held += [f"no passage gives it; about its finding {', '.join(row.bearing)}"] if row.bearing else []
    named = "; ".join(part for part in held if part) or "no passage"
    return f"{row.kind:<10} {row.key:<28} {row.name}: {named}"


# ── add, remove ──────────────────────────────────────────────────────────────────────────────


def _library() -> "Library":
    from cardio_agent.retrieval.opening import own_library
    from cardio_agent.settings import get_settings

    return own_library(get_settings())


def _run_add(args: argparse.Namespace) -> int:
    """Add each file; one that cannot be read does not keep the others out."""
    import sys

    from cardio_agent.retrieval.opening import add_own

    status = 0
    for path in args.files:
        try:
            document, is_new = add_own(path)
        except CardioAgentError as exc:
            print(f"cardio-agent: {exc}", file=sys.stderr)
            status = 1
        else:
            print(_document_line(document) if is_new else f"{document.id} {document.file} is there already")
            if is_new and document.n_repeated:
                print(f"  {document.n_repeated} passages stood in it twice and are kept once")
    return status


def _run_remove(args: argparse.Namespace) -> int:
    from cardio_agent.retrieval.opening import remove_own

    for name in args.names:
        document = remove_own(name)
        print(f"removed {document.id} {document.file}: {document.n_passages} passages")
    return 0

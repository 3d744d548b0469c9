"""The smallest pieces of HTML: escaped text, chips, tables, articles.

Enters: plain text. Leaves: HTML without scripts, styles or links; how it looks is the page's business, by
the class names. Text reaches a page only through :func:`escaped`.
"""

import html
from collections.abc import Iterable, Sequence

from cardio_agent.rendering.labels import printable


def escaped(text: str) -> str:
    """Text as HTML that shows exactly that text, on one line, in elements and in attributes."""
    return html.escape(printable(text), quote=True)


def chip(text: str, kind: str = "") -> str:
    """A word in a frame; ``kind`` is a class name."""
    return (
        f'<span class="ca-chip {kind}">{escaped(text)}</span>'
        if kind
        else f'<span class="ca-chip">{escaped(text)}</span>'
    )


def table(caption: str, heads: Iterable[str], rows: Iterable[str], kind: str = "") -> str:
    """Rows of HTML below their heads; the caption is for those who hear the page."""
    head = "".join(f'<th scope="col">{escaped(text)}</th>' for text in heads)
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    name = f"ca-table {kind}".rstrip()
    return f'<table class="{name}"><caption class="ca-hidden">{escaped(caption)}</caption>{body}</table>'


def row(head: str, cells: Sequence[str], kind: str = "") -> str:
    """One row: its head and its cells are HTML already."""
    shown = "".join(cells)
    name = f' class="{kind}"' if kind else ""
    return f'<tr{name}><th scope="row">{head}</th>{shown}</tr>'


def cell(text: str, kind: str = "") -> str:
    """One cell of a table."""
    name = f' class="{kind}"' if kind else ""
    return f"<td{name}>{escaped(text)}</td>"


def article(parts: Sequence[str], empty: str = "", kind: str = "") -> str:
    """Parts one after the other, or a note that there is nothing."""
    inner = "".join(parts) or f'<p class="ca-note">{escaped(empty)}</p>'
    name = f"ca-doc {kind}".rstrip()
    return f'<article class="{name}">{inner}</article>'

"""HTML files into blocks, by the standard library's parser.

Enters: decoded HTML. Leaves: headings, paragraphs, list items and table rows that a reader of the page
would see. Scripts, comments, navigation and what the page or its style sheet hides are dropped; nothing is
loaded or followed.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from cardio_agent.retrieval.own.blocks import CELL, Block

_UNSEEN = frozenset({"script", "style", "template", "noscript", "nav", "head", "svg", "iframe", "object"})
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "col", "source", "area", "base"})
_BREAKING = frozenset(
    {"p", "div", "li", "ul", "ol", "section", "article", "blockquote", "pre", "table", "dd", "dt", "body"}
)
_HEADING = re.compile(r"h([1-6])")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?:\.0*)?(?![.\d])",
    re.IGNORECASE,
)
_STYLE = re.compile(r"<style[^<>]*>(.*?)(?:</style|\Z)", re.IGNORECASE | re.DOTALL)
_LONGEST_REST = 10_000  # characters
# One class or id, the last of a selector: what else a style sheet can say is not followed.
_SELECTOR = re.compile(r"[.#][\w-]+$")


def read_html(text: str) -> Iterator[Block]:
    """Blocks of an HTML page."""
    parser = _Reader(_hidden_selectors(text))
    parser.feed(text)
    # What is left was opened and never closed. The parser would now look for its end from each character
    # of it; a reader of the page sees nothing of it.
    if len(parser.rawdata) <= _LONGEST_REST:
        parser.close()
    parser.end_block()
    yield from parser.blocks


class _Reader(HTMLParser):
    """Collects text until an element ends the block."""

    def __init__(self, hidden_selectors: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._hidden_selectors = hidden_selectors
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._cells: list[str] | None = None
        self._hidden: list[str] = []  # open elements from the outermost hidden one on

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._hidden.clear()  # the end of the head may be left out
        if tag in _VOID:
            self._text.append(" ")
        elif self._hidden or tag in _UNSEEN or self._is_hidden(dict(attrs)):
            self._hidden.append(tag)
        elif tag == "tr":
            self.end_block()
            self._cells = []
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in _BREAKING or _HEADING.fullmatch(tag):
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                del self._hidden[self._hidden.index(tag) :]
        elif heading := _HEADING.fullmatch(tag):
            self.end_block(int(heading[1]))
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr" and self._cells is not None:
            self._end_cell()
            row = CELL.join(self._cells)
            self._cells = None
            if row.strip(" |"):
                self.blocks.append(Block("row", row))
        elif tag in _BREAKING:
            self.end_block()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._text.append(data)

    def end_block(self, heading_level: int = 0) -> None:
        """What was collected becomes a block, unless a table row is being read."""
        if self._cells is not None:
            self._text.append(" ")
            return
        text = "".join(self._text).strip()
        self._text = []
        if text:
            self.blocks.append(Block("heading" if heading_level else "text", text, level=heading_level or 1))

    def _end_cell(self) -> None:
        text = " ".join("".join(self._text).split())
        self._text = []
        if self._cells is not None and text:
            self._cells.append(text)

    def _is_hidden(self, attributes: dict[str, str | None]) -> bool:
        named = {f".{name}" for name in (attributes.get("class") or "").split()}
        named.add(f"#{attributes.get('id') or ''}")
        return (
            "hidden" in attributes
            or attributes.get("aria-hidden") == "true"
            or bool(_HIDING.search(attributes.get("style") or ""))
            or not named.isdisjoint(self._hidden_selectors)
        )


def _hidden_selectors(page: str) -> frozenset[str]:
    """Classes and ids that the page's own style sheets hide."""
    rules = (rule.rpartition("{") for sheet in _STYLE.findall(page) for rule in sheet.split("}"))
    hiding = (selectors for selectors, _, declarations in rules if _HIDING.search(declarations))
    found = (_SELECTOR.search(part.strip()) for selectors in hiding for part in selectors.split(","))
    return frozenset(match[0] for match in found if match)

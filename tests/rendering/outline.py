"""The outline of a page, for tests of what is in it, and text that would like to be markup."""

from html.parser import HTMLParser

_VOID = {"br", "img", "meta"}
EVIL = "<img src=x onerror=alert(1)>\"'</p><script>alert(2)</script>"


class Outline(HTMLParser):
    """The tags and the text of a fragment; fails where tags do not close in order."""

    def __init__(self, fragment: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(fragment)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any(name.startswith("on") for name, _ in attrs)
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_decl(self, decl: str) -> None:
        assert decl == "DOCTYPE html"

    def handle_data(self, data: str) -> None:
        self.text += data

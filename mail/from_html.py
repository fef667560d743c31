"""Makes plain text of HTML that strangers send. Does no I/O, and loads nothing that it names.

HTML of a letter is never shown as HTML. nh3 (the ammonia library) reads it as a browser would and
leaves a few kinds of marks, without any attribute but the address of a link; from those comes text.
Where a link says one thing and leads elsewhere, the address stands beside it.
"""

from html.parser import HTMLParser
from typing import Final

import nh3

_BLOCKS: Final = frozenset(
    {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr"}
)
_KEPT: Final = _BLOCKS | {"a", "td", "th"}
_DROPPED_WHOLE: Final = frozenset(
    {"script", "style", "title", "template", "noscript", "svg", "math"}
)
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})


def text_of_html(html: str) -> str:
    """Return what a reader would see of HTML, in lines."""
    safe = nh3.clean(
        html,
        tags=set(_KEPT),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes={"a": {"href"}},
        url_schemes=set(_SCHEMES),
        link_rel=None,
        strip_comments=True,
    )
    reader = _Lines()
    reader.feed(safe)
    reader.close()
    return reader.text()


class _Lines(HTMLParser):
    """Turns the few marks that are left into lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[list[str]] = [[]]
        self._leads_to = ""
        self._link_from = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._lines.append([])
        if tag == "li":
            self._lines[-1].append("- ")
        if tag in {"td", "th"} and self._lines[-1]:
            self._lines[-1].append("\t")
        if tag == "a":
            self._leads_to = dict(attrs).get("href") or ""
            self._link_from = len(self._lines[-1])

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._leads_to:
            shown = "".join(self._lines[-1][self._link_from :]).strip()
            if shown.rstrip("/") != self._leads_to.rstrip("/"):
                self._lines[-1].append(f" <{self._leads_to}>")
            self._leads_to = ""
        if tag in _BLOCKS:
            self._lines.append([])

    def handle_data(self, data: str) -> None:
        before = " " if data[:1].isspace() else ""
        after = " " if data[-1:].isspace() and data.strip() else ""
        self._lines[-1].append(f"{before}{' '.join(data.split())}{after}")

    def text(self) -> str:
        """Return the lines, with one empty one between two at most."""
        found: list[str] = []
        for pieces in self._lines:
            line = "".join(pieces).strip()
            if line or (found and found[-1]):
                found.append(line)
        return "\n".join(found).strip()

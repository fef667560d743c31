"""Words of the pages: every visible text by its key, in each language.

A key is `section.name`, a section is a table of `zh.toml` and of `en.toml` in the folder `words`
of a feature, or in this one. Both files hold the same keys with the same gaps (`{count}`); a key
that is missing is a fault of ours and raises, and so does a section that two features claim. To two
sections each feature adds keys of its own: its pages in the navigation, and its audited actions.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from callflow.call import Language

Words = Mapping[str, str]
Translate = Callable[..., str]
"""Takes a key, and by name what fills its gaps."""

SHARED = frozenset({"about", "audited", "nav"})
"""The sections that every feature adds to (navigation, audited actions)."""

_HERE = Path(__file__).parent
_FEATURES = _HERE.parent.parent / "features"


class UnknownWordsError(KeyError):
    """A page says something that no language has words for."""


@cache
def words(language: Language) -> Words:
    """Return every text of a language by `section.name`."""
    name = f"{language.value}.toml"
    known: dict[str, str] = {}
    claimed: set[str] = set()
    for file in (_HERE / name, *sorted(_FEATURES.glob(f"*/words/{name}"))):
        sections = tomllib.loads(file.read_text(encoding="utf-8"))
        own = {
            f"{section}.{key}": text
            for section, texts in sections.items()
            for key, text in texts.items()
        }
        if twice := (claimed & sections.keys()) | (known.keys() & own.keys()):
            raise ValueError(f"{file}: {', '.join(sorted(twice))} is another feature's")
        claimed |= sections.keys() - SHARED
        known |= own
    return known


def section(language: Language, *names: str) -> dict[str, str]:
    """Return the texts of some sections, for a page's own scripts."""
    wanted = tuple(f"{name}." for name in names)
    return {key: text for key, text in words(language).items() if key.startswith(wanted)}


def said(language: Language) -> Translate:
    """Return `t` of the templates. It raises UnknownWordsError."""
    known = words(language)

    def t(key: str, /, **gaps: object) -> str:
        try:
            text = known[key]
        except KeyError:
            raise UnknownWordsError(key) from None
        return text.format(**gaps) if gaps else text

    return t


def named(t: Translate, section: str, word: str) -> str:
    """Return the words for what programs call something; itself where nobody has words."""
    try:
        return t(f"{section}.{word}")
    except UnknownWordsError:
        return word

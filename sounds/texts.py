"""Words of every prompt: reads `prompts.toml`, checks it, and fills the settings in.

Does no audio. A sentence that cannot be spoken (a language missing, a placeholder that no setting
fills) is refused here, before any file is made.
"""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

PROMPTS = Path(__file__).parent / "prompts.toml"
PLACEHOLDERS = frozenset({"company", "hotline", "staff"})
DEFAULTS: Mapping[str, str] = {"company": "三环通信", "hotline": "10050", "staff": "客服"}
"""What the placeholders say where the caller of `build` gives no value."""

_FIELDS = frozenset({"clause", "zh", "en", "otherwise"})


class BadPrompt(ValueError):
    """A prompt that cannot be spoken; the message names it and says what to change."""


@dataclass(frozen=True)
class Prompt:
    """One sentence in every language, with the clause of the rules that asks for it."""

    name: str
    clause: str
    words: Mapping[Language, str]
    otherwise: str | None = None

    def spoken(self, language: Language, values: Mapping[str, str]) -> str:
        """Return the sentence with the settings' values in their places.

        Raises `BadPrompt` when a placeholder has no value.
        """
        words = self.words[language]
        if missing := sorted(placeholders(words) - values.keys()):
            raise BadPrompt(f"prompt {self.name} ({language}) needs a value for {{{missing[0]}}}")
        return words.format_map(values)


def placeholders(words: str) -> frozenset[str]:
    """Return the names in braces; raises `ValueError` for braces that do not match."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(words) if name is not None)


def load(path: Path = PROMPTS) -> dict[str, Prompt]:
    """Return every prompt of the file by name. Raises `BadPrompt` for the first that is wrong."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadPrompt(f"{path} cannot be read: {error}") from error
    prompts = {name: _prompt(name, table) for name, table in tables.items()}
    for prompt in prompts.values():
        _check_otherwise(prompt, prompts)
    return prompts


def _prompt(name: str, table: object) -> Prompt:
    if not name.isidentifier() or not name.isascii() or not name.islower():
        raise BadPrompt(f"prompt {name!r}: a name is small letters, digits and _")
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise BadPrompt(f"prompt {name} must be a table of sentences")
    if unknown := sorted(table.keys() - _FIELDS):
        raise BadPrompt(f"prompt {name} has an unknown field {unknown[0]!r}")
    if not table.get("clause"):
        raise BadPrompt(f"prompt {name} does not name the clause that asks for it")
    words = {language: _words(name, language, table.get(language, "")) for language in LANGUAGES}
    return Prompt(name, table["clause"], words, table.get("otherwise"))


def _words(name: str, language: Language, words: str) -> str:
    if not words.strip():
        raise BadPrompt(f"prompt {name} has no words in {language!r}")
    try:
        unknown = sorted(placeholders(words) - PLACEHOLDERS)
    except ValueError as error:
        raise BadPrompt(f"prompt {name} ({language}): {error}") from error
    if unknown:
        known = ", ".join(f"{{{known}}}" for known in sorted(PLACEHOLDERS))
        raise BadPrompt(
            f"prompt {name} ({language}) has the placeholder {{{unknown[0]}}}; known are {known}"
        )
    return words


def _check_otherwise(prompt: Prompt, prompts: Mapping[str, Prompt]) -> None:
    speaks_a_setting = any(placeholders(words) for words in prompt.words.values())
    if prompt.otherwise is None:
        if speaks_a_setting:
            raise BadPrompt(f"prompt {prompt.name} speaks a setting and needs `otherwise`")
        return
    other = prompts.get(prompt.otherwise)
    if other is None or any(placeholders(words) for words in other.words.values()):
        raise BadPrompt(
            f"prompt {prompt.name}: otherwise = {prompt.otherwise!r} is no prompt without settings"
        )

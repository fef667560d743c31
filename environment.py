"""Reads the environment for a person: the settings, or a sentence for each thing that is wrong.

All faults are told at once: wrong values, values that do not go together, and misspelt names.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin

import annotated_types
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings import Settings
from tools.errors import SetupError

PREFIX: Final = "THIRDRING_"
SECRET: Final = frozenset(
    {"database_url", "oidc_client_secret", "mail_imap_password", "mail_smtp_password"}
)
NO_SETTINGS: Final = frozenset(
    {
        "THIRDRING_CHILD",  # the supervisor's mark
        "THIRDRING_DATABASE_PASSWORD",  # of docker-compose.yml
        "THIRDRING_DATABASE_PORT",
        "THIRDRING_IMAGE",
        "THIRDRING_PYTHON",  # of scripts/bootstrap
        "THIRDRING_EAR_CACHE",  # of bench/voice_activity
    }
)
"""Variables that begin like ours and are read by others."""
ALIKE: Final = 0.9
"""From here on a name that does not begin like ours is taken for a slip of the keyboard."""
LONGEST_SHOWN: Final = 60


class WrongSettingsError(SetupError):
    """Settings are wrong; the text has a line for each fault."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an environment (ours). Raises WrongSettingsError."""
    given = os.environ if environ is None else environ
    lines = list(_misspelt(given))
    values = {
        name: given[key]
        for name in Settings.model_fields
        for key in given
        if key.upper() == variable(name)
    }
    try:
        found = Settings(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        raise WrongSettingsError([*lines, *_faults(error, values)]) from None
    if lines:
        raise WrongSettingsError(lines)
    return found


def ours(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings' variables of an environment."""
    known = {variable(name) for name in Settings.model_fields}
    return {key.upper(): value for key, value in environ.items() if key.upper() in known}


def _faults(error: ValidationError, values: Mapping[str, str]) -> list[str]:
    """Return a line for each fault; what is right alone is looked at together all the same."""
    errors = error.errors(include_url=False)
    wrong = {str(one["loc"][0]) for one in errors}
    lines = [_line(one) for one in errors]
    if all(one["type"] == "contradiction" for one in errors):
        return lines
    right = {name: value for name, value in values.items() if name not in wrong}
    try:
        Settings(**{**{name: Settings.model_fields[name].default for name in wrong}, **right})
    except ValidationError as more:
        lines += [
            _line(one)
            for one in more.errors(include_url=False)
            if not wrong & {*one.get("ctx", {}).get("names", ())}
        ]
    return lines


def _misspelt(given: Mapping[str, str]) -> Iterator[str]:
    known = [variable(name) for name in Settings.model_fields]
    for key in sorted(given):
        name = key.upper()
        if name in known or name in NO_SETTINGS:
            continue
        if name.startswith("THIRDRING"):
            rest = name.removeprefix("THIRDRING").lstrip("_-. ")
            near = difflib.get_close_matches(rest, [one.removeprefix(PREFIX) for one in known], 1)
            near = [f"{PREFIX}{one}" for one in near]
        elif not (near := difflib.get_close_matches(name, known, 1, ALIKE)):
            continue
        meant = f"is it {near[0]}?" if near else "`thirdring settings` lists all."
        yield f"{_shown(key)[1:-1]} is no setting; {meant}"


def _line(error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    said, given = _sentence(name, error), _shown(error["input"])
    told = "" if name in SECRET or given in said else f" (it is {given})"
    return f"{variable(name)}: {said}{told}"


def _shown(value: object) -> str:
    text = repr(str(value).encode(errors="backslashreplace").decode())
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…'"


def _sentence(name: str, error: ErrorDetails) -> str:
    """Return what is wrong with one value, in words of ours and not of a library."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in {"value_error", "contradiction"}:
        return str(context.get("says") or context["error"])
    if error["input"] == "":
        return f"it is empty; without this line it is {_default(name)}"
    match kind.split("_")[0]:
        case "int" | "float" | "finite" | "greater" | "less":
            said = f"{_number(name)} is needed"
        case "bool":
            said = "true or false is needed"
        case "literal" | "enum":
            said = f"one of {', '.join(_choices(name))} is needed"
        case "string" if kind == "string_pattern_mismatch":
            said = f"it is not written as it must be{_example(name)}. {_says(name)}"
        case "string" if kind == "string_too_long":
            said = f"at most {context['max_length']} letters are taken"
        case _:
            said = "these are no letters that can be read"
    return said


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    return str(default.value if isinstance(default, Enum) else default) or "not set"


def _number(name: str) -> str:
    """Return which numbers a setting takes."""
    field = Settings.model_fields[name]
    what = "a whole number" if field.annotation is int else "a number"
    low = next((one.ge for one in field.metadata if isinstance(one, annotated_types.Ge)), None)
    high = next((one.le for one in field.metadata if isinstance(one, annotated_types.Le)), None)
    return f"{what} from {low} to {high}"


def _choices(name: str) -> list[str]:
    kind: Any = Settings.model_fields[name].annotation
    if get_origin(kind) is Literal:
        return [str(one) for one in get_args(kind)]
    return [str(one.value) for one in kind]


def _example(name: str) -> str:
    default = _default(name)
    return f", like {default}" if default != "not set" else ""


def _says(name: str) -> str:
    return Settings.model_fields[name].description or ""

"""`thirdring settings`: every setting with its value, its default and its sentence."""

import json
import textwrap
from dataclasses import asdict, dataclass
from typing import Any

import click
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from commands import context, printing
from environment import variable
from settings import Settings

MASK = "***"


@dataclass(frozen=True)
class Line:
    """One setting as it is shown; values are text, secrets are masked."""

    name: str
    variable: str
    value: str
    default: str
    says: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--markdown", "as_markdown", is_flag=True, help="The text of docs/settings.md.")
@click.option("--env", "as_env", is_flag=True, help="A file of all settings, to be filled in.")
def settings(as_json: bool, as_markdown: bool, as_env: bool) -> None:
    """Show every setting: its variable, value, default and what it does."""
    if as_env:
        click.echo(env_file(), nl=False)
        return
    if as_markdown:
        click.echo(markdown(), nl=False)
        return
    lines = described(context.settings())
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1))
        return
    printing.table(
        ["Variable", "Value", "Default", "What it does"],
        [[line.variable, line.value, line.default, line.says] for line in lines],
    )


def described(current: Settings) -> list[Line]:
    """Return a line for every setting of `current`."""
    return [
        Line(
            name=name,
            variable=variable(name),
            value=shown(name, getattr(current, name)),
            default=shown(name, field.default),
            says=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def shown(name: str, value: Any) -> str:
    """Return a value as text; a secret, or a password in a database's address, is masked."""
    text = str(value)
    if name.endswith("_secret"):
        return MASK if text else text
    if name != "database_url" or not text:
        return text
    try:
        return make_url(text).render_as_string(hide_password=True)
    except ArgumentError:
        return MASK  # what is no address may still hold a password


def markdown() -> str:
    """Return docs/settings.md: a table of all settings, free of this machine's paths."""
    head = [
        "# Settings",
        "",
        "Every setting is an environment variable. `thirdring settings` shows the values in force;",
        "this page is written by `thirdring settings --markdown > docs/settings.md`.",
        "",
        "| variable | default | what it does |",
        "|---|---|---|",
    ]
    rows = [
        f"| `{variable(name)}` | {_documented_default(name)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join([*head, *rows, ""])


def env_file() -> str:
    """Return deploy/thirdring.env: every setting as a line to be uncommented."""
    head = [
        "# All settings of ThirdRing, for docker compose (.env) and systemd (EnvironmentFile).",
        "# Take the # away in front of a line to change it. Values are written without blanks",
        "# around the =. `thirdring settings --env` writes this file.",
    ]
    for name, field in Settings.model_fields.items():
        default = _documented_default(name).strip("`").replace("(empty)", "")
        head += ["", *textwrap.wrap(f"# {field.description}", 96, subsequent_indent="# ")]
        head.append(f"#{variable(name)}={default}")
    return "\n".join([*head, ""])


def _documented_default(name: str) -> str:
    if name in {"home", "cache"}:
        # These defaults are folders of the checkout, whose place differs from machine to machine.
        return {"home": "`var`", "cache": "`.cache`"}[name]
    text = shown(name, Settings.model_fields[name].default)
    return f"`{text}`" if text else "(empty)"

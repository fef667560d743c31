"""Homes of tests' own, like one that was filled once: filling takes longer than most tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def copied(
    request: pytest.FixtureRequest, template: tuple[Path, str], home: Path
) -> Iterator[tuple[Path, str]]:
    """Give a home of one's own like a template, and the address of its database."""
    shutil.copytree(template[0], home, dirs_exist_ok=True)
    if not template[1]:
        yield home, ""
    else:
        with request.getfixturevalue("lending")(template[1]).lent() as url:
            yield home, url

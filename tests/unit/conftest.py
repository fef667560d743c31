"""What unit tests share."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Return a folder whose path is as short as that of a home: a long one is treated otherwise."""
    with tempfile.TemporaryDirectory(prefix="home-") as folder:
        yield Path(folder)

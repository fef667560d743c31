"""docs/proofs.md names tests that are there."""

import re

from settings import PROJECT

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_is_named_as_a_proof_is_there() -> None:
    lines = (PROJECT / "docs" / "proofs.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| what was")]
    assert len(rows) > 40
    missing = []
    for row in rows:
        found = NAMED.search(row)
        assert found, f"names no test: {row}"
        file, name = found.groups()
        path = PROJECT / file
        if not path.is_file() or f"def {name}(" not in path.read_text(encoding="utf-8"):
            missing.append(f"{file}::{name}")
    assert missing == []

"""The fault of Debian's Asterisk is taken out of the program once, and of nothing else."""

from pathlib import Path

import pytest

from settings import Settings
from supervisor import asterisk
from supervisor import asterisk_patch as mending
from supervisor.asterisk_patch import State

ASKS = bytes.fromhex("8b9788000000 81faffff0000")
FAULTY = b"before" + ASKS + b"\x77\x68" + b"after"
MENDED = b"before" + ASKS + b"\xeb\x68" + b"after"


def program(folder: Path, code: bytes) -> Path:
    path = folder / "asterisk"
    path.write_bytes(code)
    path.chmod(0o755)
    return path


def test_the_branch_is_always_taken_afterwards_and_mending_twice_changes_nothing(
    tmp_path: Path,
) -> None:
    path = program(tmp_path, FAULTY)
    assert mending.state(path) is State.FAULTY
    assert mending.mend(path) is State.MENDED
    assert path.read_bytes() == MENDED
    assert path.stat().st_mode & 0o777 == 0o755
    assert mending.mend(path) is State.MENDED
    assert path.read_bytes() == MENDED
    assert [file.name for file in tmp_path.iterdir()] == ["asterisk"], "nothing is left beside it"


@pytest.mark.parametrize("code", [b"", b"upstream's", ASKS, FAULTY + FAULTY])
def test_a_program_without_exactly_that_is_not_touched(tmp_path: Path, code: bytes) -> None:
    path = program(tmp_path, code)
    assert mending.mend(path) is State.SOUND
    assert path.read_bytes() == code


def test_the_asterisk_of_these_tests_does_not_lose_voices() -> None:
    found = asterisk.find(Settings())
    assert found is not None
    assert not found.loses_voices

"""A sealed recording is opened part by part, and refused when anything of it is not as it was."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from recordings import sealed
from recordings.sealed import PIECE, Keys, Opened, SealBroken
from recordings.sources import FileBytes

ABOUT = "5b2f4dd6-90f4-4c2a-8f0e-0a4f0c9d3b55"
PLAIN = bytes(range(256)) * 700
"""Two pieces and a part of a third."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys") / "recordings.key")


def closed(keys: Keys, path: Path, plain: bytes = PLAIN) -> Path:
    made = sealed.sealed(io.BytesIO(plain), len(plain), keys, keys.newest(), about=ABOUT)
    path.write_bytes(b"".join(made))
    return path


def opened(keys: Keys, path: Path, about: str = ABOUT) -> Opened:
    return Opened(FileBytes.of(path), keys, about=about)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_was_sealed_is_opened(keys: Keys, tmp_path: Path, size: int) -> None:
    plain = (PLAIN * 2)[:size]
    found = opened(keys, closed(keys, tmp_path / "a", plain))
    assert (found.size, found.read(0, size + 10)) == (size, plain)


def test_any_part_can_be_read_alone(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> None:
    found = opened(keys, closed(keys, tmp_path_factory.mktemp("a") / "a"))

    @settings(deadline=None)
    @given(some.integers(0, len(PLAIN) + 5), some.integers(0, 2 * PIECE))
    def read(first: int, length: int) -> None:
        assert found.read(first, length) == PLAIN[first : first + length]

    read()


def test_a_changed_byte_anywhere_is_found(keys: Keys, tmp_path: Path) -> None:
    path = closed(keys, tmp_path / "a")
    content = path.read_bytes()
    for at in (0, 5, 22, 30, 40, 70, 5000, 64 + PIECE, 64 + PIECE + 16, len(content) - 1):
        changed = bytearray(content)
        changed[at] ^= 1
        path.write_bytes(changed)
        with pytest.raises(SealBroken):
            opened(keys, path).read(0, len(PLAIN))


def test_pieces_cannot_be_left_out_or_change_places(keys: Keys, tmp_path: Path) -> None:
    path = closed(keys, tmp_path / "a")
    content, stride = path.read_bytes(), PIECE + 16
    head, rest = content[:64], content[64 + 2 * stride :]
    first, second = content[64 : 64 + stride], content[64 + stride : 64 + 2 * stride]
    for changed in (head + second + first + rest, content[:-200], head + first + second):
        path.write_bytes(changed)
        with pytest.raises(SealBroken):
            opened(keys, path).read(0, len(PLAIN))


def test_it_opens_under_its_own_name_and_with_its_key_only(keys: Keys, tmp_path: Path) -> None:
    path = closed(keys, tmp_path / "a")
    with pytest.raises(SealBroken, match="not as it was sealed"):
        opened(keys, path, about=ABOUT.replace("5", "6")).read(0, 10)
    others = Keys(tmp_path / "others.key")
    others.add()
    with pytest.raises(SealBroken, match=r"is not in others\.key"):
        opened(others, path)


def test_a_new_key_is_used_from_now_on_and_old_ones_still_open(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "recordings.key")
    first = keys.newest()
    old = closed(keys, tmp_path / "old")
    second = keys.add()
    assert (keys.newest(), first != second) == (second, True)
    assert opened(keys, old).read(0, 5) == PLAIN[:5]
    assert opened(keys, closed(keys, tmp_path / "new")).key == second
    assert (tmp_path / "recordings.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "one\n", "k1 zz\n", "k1 00ff\n"])
def test_a_file_that_holds_no_keys_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recordings.key"
    path.write_text(text)
    with pytest.raises(OSError, match="is no file of keys"):
        Keys(path).newest()

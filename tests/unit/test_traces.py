"""A person is found in every spelling, and a file that is gone through keeps every position."""

import base64
import gzip
import json
import os
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.integration.masking_house import spellings
from traces import files
from traces.spellings import MARK, Spellings

NUMBER, NAME = "13812345678", "张三丰"
WHO = Spellings("+8613812345678", "CN", names=(NAME,))
OTHERS = ("13812345679", "13812345687", "2026-11-30 13:81:23", "张三", "1381234567", "0451234567")


@pytest.mark.parametrize(
    "written", [*spellings(NUMBER), f"+86{NUMBER}", f"0086 {NUMBER}", f"0{NUMBER}"]
)
def test_a_number_is_taken_out_however_it_is_written(written: str) -> None:
    text = WHO.without(f"call {written} back")
    assert re.fullmatch(rf"call [(（\[]?{re.escape(MARK)} back", text)


@pytest.mark.parametrize("other", OTHERS)
def test_another_number_or_name_stays(other: str) -> None:
    assert WHO.without(f"call {other} back") == f"call {other} back"


def test_a_landline_with_its_area_is_found_and_part_of_a_longer_number_is_not() -> None:
    here = Spellings("+861062345678", "CN")
    assert here.without("010-6234 5678, 62345678") == f"{MARK}, 62345678"
    short = Spellings("62345678", "CN")
    assert short.without("6234-5678 / 162345678") == f"{MARK} / 162345678"
    assert Spellings("8215", "CN").pattern is None, "a room's telephone is nobody's alone"


@pytest.mark.parametrize(
    "line",
    [
        f'"USER_DEFINED","num={base64.b64encode(NUMBER.encode()).decode()}&name="'.encode(),
        f'"name={base64.b64encode(NAME.encode()).decode()}"'.encode(),
        json.dumps({"what": NAME}).encode(),
        f"GET /customers/{quote(NAME)}".encode(),
        f"GET /calls?number=%2B86{NUMBER}".encode(),
        NAME.encode("gb18030"),
        b"1795296635|trk-1795296635.17|hotline|8001|CONNECT|3",
        b'{"call": "0b0f8f3e-6a5c-4c1d-9b6e-2f1f0f6f7a10", "what": "chose"}',
    ],
)
def test_a_line_is_known_through_what_programs_do_to_text(line: bytes) -> None:
    keys = {"trk-1795296635.17", "0b0f8f3e-6a5c-4c1d-9b6e-2f1f0f6f7a10"}
    who = Spellings("+8613812345678", "CN", names=(NAME,), keys=keys)
    assert who.in_line(line)
    assert not who.in_line(line.replace(b"17", b"18")[:5])
    assert not who.in_line(b"1795296635|trk-1795296635.171|hotline|8001|CONNECT|3")


def test_lines_are_overwritten_in_place_and_nothing_else_moves(tmp_path: Path) -> None:
    path = tmp_path / "log"
    lines = [b"first\n", f"call {NUMBER} back\r\n".encode(), b"x\n", NAME[:2].encode() + b"\n"]
    path.write_bytes(b"".join(lines) + f"torn {NUMBER}".encode())
    os.utime(path, (1e9, 1e9))
    with path.open("ab") as writer:
        assert files.overwrite(path, WHO, now=1e9 + 1) == 1
        writer.write(b"\nlast\n")
    found = path.read_bytes().split(b"\n")
    assert found[0] == b"first"
    assert found[1] == MARK.encode().ljust(len(lines[1]) - 2) + b"\r"
    assert found[2:4] == [b"x", NAME[:2].encode()]
    assert found[4] == f"torn {NUMBER}".encode(), "somebody was writing it"
    assert files.overwrite(path, WHO, now=1e9 + 1) == 1
    assert not files.holds(path, WHO)


def test_what_was_not_read_yet_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cel.csv"
    line = f"{NUMBER}\n".encode()
    path.write_bytes(line * 3)
    assert files.overwrite(path, WHO, now=0.0, end=len(line)) == 1
    assert path.read_bytes().endswith(line * 2)


def test_a_packed_log_is_written_anew_without_the_person(tmp_path: Path) -> None:
    path = tmp_path / "desk.log.2.gz"
    path.write_bytes(gzip.compress(f"a\n{NUMBER}\nb\n".encode()))
    assert files.overwrite(path, WHO, now=0.0) == 1
    assert gzip.decompress(path.read_bytes()) == b"a\nb\n"
    assert not files.holds(path, WHO)


def test_a_voice_is_overwritten_before_it_goes(tmp_path: Path) -> None:
    path, beside = tmp_path / "a.wav", tmp_path / "b"
    path.write_bytes(b"voice" * 1000)
    os.link(path, beside)
    assert files.shred(path)
    assert not path.exists()
    assert set(beside.read_bytes()) == {0}
    assert not files.shred(path)

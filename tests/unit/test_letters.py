"""Letters of strangers are read right, or said to be unreadable, and never do anything (TKT-10)."""

import base64
import email
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.charsets import Read, header_text, text_of
from mail.composing import Draft, composed, new_message_id
from mail.files import is_program, letter_key
from mail.from_html import text_of_html
from mail.letters import address_in, file_name, from_json, ids_in, to_json
from mail.reading import read


def word(text: str, charset: str, said: str = "") -> str:
    """Return an encoded word of RFC 2047, written in one encoding and said to be in another."""
    return f"=?{said or charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def raw(text: str, charset: str) -> str:
    """Return bytes that nobody encoded, as the parser leaves them in a header."""
    return text.encode(charset).decode("ascii", "surrogateescape")


@pytest.mark.parametrize(
    ("header", "text", "how"),
    [
        (word("关于账单的投诉", "gbk"), "关于账单的投诉", Read.SURE),
        (word("朱镕基路断线", "gbk", "gb2312"), "朱镕基路断线", Read.SURE),
        (word("請求書について", "iso2022_jp", "ISO-2022-JP"), "請求書について", Read.SURE),
        (word("宽带故障", "gbk", "utf-8"), "宽带故障", Read.GUESSED),
        (word("宽带故障", "utf-8", "gbk"), "宽带故障", Read.GUESSED),
        (word("宽带故障", "gbk", "iso-8859-1"), "宽带故障", Read.GUESSED),
        (word("宽带故障", "gbk", "x-unknown"), "宽带故障", Read.GUESSED),
        (word("香港電訊帳單", "big5"), "香港電訊帳單", Read.SURE),
        (word("Müller für Größe", "latin-1"), "Müller für Größe", Read.SURE),
        (raw("宽带故障报修", "gbk"), "宽带故障报修", Read.GUESSED),
        (raw("宽带故障报修", "utf-8"), "宽带故障报修", Read.SURE),
        (raw("請求書について", "iso2022_jp"), "請求書について", Read.SURE),
        ("=?utf-8?Q?=E4=BD=A0?= =?utf-8?Q?=E5=A5=BD?=", "你好", Read.SURE),
        ("=?utf-8?B?5L2g5Q==?=\r\n =?utf-8?B?pb0=?=", "你好", Read.SURE),  # a character cut in two
        ("plain =?utf-8?Q?=E4=BD=A0?= words", "plain 你 words", Read.SURE),
    ],
)
def test_a_subject_is_read_as_it_was_meant(header: str, text: str, how: Read) -> None:
    assert header_text(header) == (text, how)


@pytest.mark.parametrize("header", ["=?utf-8?B?/////w==?=", "=?utf-16?B?/w==?=", "=?gbk?B?gQ==?="])
def test_what_nobody_can_read_is_said_to_be_so(header: str) -> None:
    text, how = header_text(header)
    assert how is Read.UNREADABLE
    assert "�" in text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_utf8_is_always_itself(text: str) -> None:
    if "\x1b" not in text:
        assert text_of(text.encode(), "utf-8") == (text, Read.SURE)


@given(st.binary(max_size=400), st.sampled_from(["", "gbk", "utf-8", "utf-7", "base64", "x", "hz"]))
def test_bytes_of_any_kind_become_text(content: bytes, declared: str) -> None:
    text, _ = text_of(content, declared)
    assert isinstance(text, str)


@given(st.binary(max_size=2000))
def test_no_bytes_break_the_reader_and_no_control_character_leaves_it(content: bytes) -> None:
    letter, contents = read(b"From: a@b.cn\r\nSubject: " + content)
    assert from_json(to_json(letter)) == letter
    assert len(contents) == len(letter.pieces)
    line = letter.subject + letter.sender_name + "".join(piece.name for piece in letter.pieces)
    assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in line)
    assert not any(ord(each) < 32 and each != "\n" for each in letter.body)


HTML = """<html><head><title>t</title><style>p{}</style></head><body>
<script>alert(1)</script><p onclick="x()">您好 <b>世界</b></p><img src="http://evil.test/pixel.png">
<a href="http://evil.test/">http://bank.test/</a> <a href="javascript:alert(1)">here</a>
<svg onload="alert(1)"><text>no</text></svg>&lt;script&gt;</body></html>"""


def test_html_becomes_text_and_nothing_of_it_lives() -> None:
    text = text_of_html(HTML)
    assert "您好 世界" in text
    assert "alert" not in text
    assert "http://bank.test/ <http://evil.test/>" in text  # where it really leads
    assert "pixel" not in text
    assert "<script>" in text  # as the words that they are: pages escape them


def html_letter(html: str) -> bytes:
    message = EmailMessage()
    message["From"] = "a@b.cn"
    message.set_content(html, subtype="html")
    return message.as_bytes()


def test_a_letter_of_html_says_so_and_that_nothing_was_loaded() -> None:
    letter, _ = read(html_letter(HTML))
    assert letter.hints == ("remote_not_loaded", "from_html")
    assert "世界" in letter.body


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("Auto-Submitted: auto-replied", "auto_submitted"),
        ("Auto-Submitted: Auto-Generated; x=y", "auto_submitted"),
        ("Precedence: bulk", "precedence"),
        ("Precedence: auto_reply", "precedence"),
        ("X-Auto-Response-Suppress: DR, AutoReply", "suppressed"),
        ("Return-Path: <>", "null_sender"),
        ("X-Autoreply: yes", "auto_submitted"),
        ("List-Id: <news.example.com>", "list"),
        ("Auto-Submitted: no", ""),
        ("Precedence: normal", ""),
    ],
)
def test_a_program_is_known_by_what_it_says(head: str, why: str) -> None:
    letter, _ = read(f"From: li@b.cn\r\n{head}\r\nSubject: x\r\n\r\ny".encode())
    assert letter.automatic == why


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@b.cn", "no-reply@b.cn", "", "not an address"])
def test_who_cannot_be_answered_counts_as_a_program(sender: str) -> None:
    letter, _ = read(f"From: {sender}\r\nSubject: x\r\n\r\ny".encode())
    assert letter.automatic == "robot"


def test_a_zip_that_would_fill_the_disk_is_kept_closed() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", bytes(20 * 2**20))
    message = EmailMessage()
    message["From"] = "a@b.cn"
    message.set_content("see")
    message.add_attachment(
        packed.getvalue(), maintype="application", subtype="zip", filename="a.zip"
    )
    letter, [content] = read(message.as_bytes())
    assert content == packed.getvalue()
    assert letter.pieces[0].size == len(packed.getvalue()) < 2**20


def test_a_letter_in_a_letter_stays_closed() -> None:
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("secret words")
    outer = EmailMessage()
    outer["From"] = "a@b.cn"
    outer.set_content("see below")
    outer.add_attachment(inner)
    letter, [content] = read(outer.as_bytes())
    assert letter.body == "see below"
    assert b"secret words" in content
    assert letter.pieces[0].name.endswith(".eml")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("账单.pdf", "账单.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\win.exe", "win.exe"),
        (".htaccess", "htaccess"),
        ("a\r\nX-Evil: 1.pdf", "a X-Evil_ 1.pdf"),
        ("", "3.bin"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
    ],
)
def test_an_attachment_has_a_name_that_harms_nobody(given: str, name: str) -> None:
    assert file_name(given, "application/pdf", 3) == name


@pytest.mark.parametrize("content", [b"MZ\x90", b"\x7fELF\x02", b"#!/bin/sh", b"\xca\xfe\xba\xbe"])
def test_a_program_is_one_whatever_it_is_called(content: bytes) -> None:
    assert is_program(content)
    assert not is_program(b"%PDF-1.7")


def test_addresses_that_could_begin_a_line_or_name_two_are_none() -> None:
    assert address_in("Li@B.cn") == "li@b.cn"
    for wrong in (
        "a@b.cn\r\nBcc: x@y.z",
        "a@b.cn,c@d.e",
        "a b@c.d",
        "<a@b.cn>",
        "a@",
        "a@b..c",
        "",
    ):
        assert address_in(wrong) == ""


def test_a_letter_is_known_by_itself_not_by_its_way() -> None:
    letter = b"Message-ID: <1@a>\r\nFrom: a@b.cn\r\nSubject: x\r\n\r\nhello\r\n"
    other_way = b"Received: from x\r\n\tby y\r\nDelivered-To: z@b.cn\r\n" + letter
    assert letter_key(letter) == letter_key(other_way) == letter_key(other_way + b"\r\n")
    assert letter_key(letter) != letter_key(letter.replace(b"hello", b"other"))


DRAFT = Draft(
    message_id="abc@hotline.test",
    from_name="三环通信",
    from_address="hotline@hotline.test",
    to="li@customer.test",
    subject="关于\r\nBcc: everybody@evil.test\r\n\r\n您的来信",
    body="您好\x00\x1b[31m\n再见",
    at=datetime(2026, 11, 30, tzinfo=UTC),
    answers=("1@a.test", "2@a.test"),
)


def test_nothing_that_is_typed_begins_a_line_of_the_head() -> None:
    made = email.message_from_bytes(composed(DRAFT), policy=default)
    assert made["Bcc"] is None
    assert "Bcc: everybody" in made["Subject"]  # as words
    assert made.get_content().replace("\r\n", "\n") == "您好[31m\n再见\n"
    assert (made["In-Reply-To"], made["References"]) == ("<2@a.test>", "<1@a.test> <2@a.test>")
    assert composed(DRAFT).isascii()


@pytest.mark.parametrize("to", ["", "a@b.cn\r\nBcc: x@y.z", "a@b.cn, c@d.e"])
def test_a_letter_to_no_address_is_not_made(to: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        composed(replace(DRAFT, to=to))


def test_a_message_id_is_drawn_by_lot() -> None:
    drawn = {new_message_id("h.test") for _ in range(100)}
    assert len(drawn) == 100
    assert all(ids_in(f"<{each}>") == (each,) for each in drawn)

"""What strangers put into letters: attachments, ten megabytes, bombs, encodings (TKT-10)."""

import asyncio
import base64
import email
import json
from email.message import EmailMessage
from email.policy import default

import pytest

from ledger.service import Ledger
from tests.integration.ledger_room import many_calls
from tests.integration.mail_house import House, until

pytestmark = pytest.mark.sqlite_first


@pytest.fixture
def house(mail_house: House) -> House:
    return mail_house


def _list(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


def attached(house: House, *papers: tuple[str, bytes]) -> bytes:
    message = email.message_from_bytes(house.write(), policy=default)
    assert isinstance(message, EmailMessage)
    for name, content in papers:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


async def test_attachments_lie_in_the_store_and_programs_stay_closed(house: House) -> None:
    house.arrive(
        attached(
            house,
            ("账单.pdf", b"%PDF-1.7 bill"),
            ("../../../etc/cron.d/x.sh", b"#!/bin/sh\nreboot\n"),
            ("photo.jpg", b"MZ\x90 not a photo"),
            ("page.html", b"<script>alert(1)</script>"),
        )
    )
    await house.look()
    papers = await house.rows("SELECT * FROM mail_attachments ORDER BY position")
    assert [row["name"] for row in papers] == ["账单.pdf", "x.sh", "photo.jpg", "page.html"]
    assert [row["why"] for row in papers] == ["", "program", "program", "kind"]
    stored = house.settings.paths.store / papers[0]["path"]
    assert stored.read_bytes() == b"%PDF-1.7 bill"
    assert stored.suffix == ".dat"
    assert stored.stat().st_mode & 0o177 == 0
    names = {file.name for file in house.settings.paths.store.rglob("*") if file.is_file()}
    assert not any("pdf" in name or "sh" in name.rpartition(".")[2] for name in names)


async def test_ten_megabytes_come_whole_and_larger_ones_by_their_head(house: House) -> None:
    content = bytes(range(256)) * 4 * 10 * 1024
    house.arrive(attached(house, ("map.pdf", content)))
    await house.look()
    [paper] = await house.rows("SELECT * FROM mail_attachments")
    assert paper["bytes"] == len(content)
    house.settings = house.settings.model_copy(update={"mail_most_mb": 1})
    house.restart()
    house.arrive(attached(house, ("two.pdf", content)))
    await house.look()
    last = (await house.mails("direction = 'in'"))[-1]
    assert _list(last["hints"]) == ["too_large"]
    assert last["subject"] == "宽带断了"
    assert len(await house.tickets()) == 2


async def test_a_letter_that_cannot_be_read_is_still_a_ticket(house: House) -> None:
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(3000)
    )
    house.arrive(b"From: Li <li@customer.test>\r\nSubject: help\r\n" + deep)
    house.arrive(house.write(subject="after it"))
    await house.look()
    first, second = await house.mails("direction = 'in'")
    assert (first["subject"], second["subject"]) == ("help", "after it")
    assert set(_list(first["hints"])) & {"unreadable", "too_many_parts"}  # type: ignore[call-overload]
    assert len(await house.tickets()) == 2


def encoded(text: str, charset: str, said: str) -> bytes:
    word = f"=?{said}?B?{base64.b64encode(text.encode(charset)).decode()}?="
    return f"Subject: {word}\r\n".encode()


SUBJECTS: tuple[tuple[bytes, str, list[str]], ...] = (
    (encoded("关于账单的投诉", "gbk", "gb2312"), "关于账单的投诉", []),
    (encoded("請求書について", "iso2022_jp", "ISO-2022-JP"), "請求書について", []),
    (encoded("宽带故障报修", "gbk", "utf-8"), "宽带故障报修", ["subject_guessed"]),
    ("Subject: 宽带故障\r\n".encode("gbk"), "宽带故障", ["subject_guessed"]),
    (b"Subject: =?utf-8?B?//8=?=\r\n", "\ufffd\ufffd", ["subject_unreadable"]),
    (b"Subject: a\x1b[31mb\x07c\r\n", "a[31mbc", []),
)


async def test_subjects_in_every_encoding_come_right_or_are_said_to_be_unreadable(
    house: House,
) -> None:
    for which, (head, _, _) in enumerate(SUBJECTS):
        house.arrive(f"From: li{which}@customer.test\r\n".encode() + head + b"\r\nhello\r\n")
    await house.look()
    came = await house.mails("direction = 'in'")
    assert [row["subject"] for row in came] == [text for _, text, _ in SUBJECTS]
    assert [_list(row["hints"]) for row in came] == [hints for _, _, hints in SUBJECTS]


async def test_html_with_a_script_is_a_ticket_of_plain_words(house: House) -> None:
    message = EmailMessage()
    message["From"] = house.from_customer
    message.set_content(
        "<p>请<b>修</b></p><script>steal()</script><img src='http://evil.test/x.png'>",
        subtype="html",
    )
    house.arrive(message.as_bytes())
    await house.look()
    [ticket] = await house.tickets()
    assert ticket["body"] == "请修"
    [came] = await house.mails("direction = 'in'")
    assert _list(came["hints"]) == ["remote_not_loaded", "from_html"]


async def test_a_mail_server_that_hangs_delays_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Journals become rows while both servers hang, for far longer than that takes."""
    house.arrive(house.write())
    await house.look()
    for name, content in many_calls(2).files.items():
        (house.settings.paths.journal / name).write_bytes(content)
    ledger = Ledger(house.settings, house.engine)
    house.server.freeze()
    running = asyncio.create_task(ledger.run())
    try:
        await until(lambda: house.rows("SELECT id FROM calls"))
        monkeypatch.setattr("ledger.mail_room.ASK_S", 0.5)
        await house.room.look(house.key)
        assert "does not answer" in str(house.room.figures()["mail_in"])
        assert len(await house.tickets()) == 1
    finally:
        house.server.go_on()
        ledger.stop()
        await running

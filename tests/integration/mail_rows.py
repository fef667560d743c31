"""Letters of a ticket for tests of the pages: one that came with attachments, one of ours."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from features.ticket_intake.tables import TicketIntakeRow
from features.ticket_mail.lifecycle import MailState
from features.ticket_mail.tables import MailAttachmentRow, TicketMailRow

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
BILL = b"%PDF-1.7 a bill"
BILL_ID = "0b0f8f3e-6a5c-5c1d-9b6e-2f1f0f6f7a11"
PROGRAM_ID = "0b0f8f3e-6a5c-5c1d-9b6e-2f1f0f6f7a12"
BILL_PATH = f"mail/2026/11/21/{BILL_ID}.dat"
CUSTOMER = "li.si@customer.test"
CAME, OURS = 1, 2
"""The rows of the two letters."""


async def letters(
    connection: AsyncConnection, *, ticket_id: int = 1, state: MailState = MailState.UNCLEAR
) -> None:
    """Put a letter that came, and one of ours whose state is `state`, to a ticket."""
    common: dict[str, object] = {
        "ticket_id": ticket_id,
        "at": NOW,
        "node": "node1",
        "path": "",
        "sha256": "",
        "bytes": 0,
        "attempts": 1,
        "said": "",
        "refers_to": [],
        "name": "李四",
        "address": CUSTOMER,
    }
    came: dict[str, object] = {
        "direction": "in",
        "kind": "letter",
        "state": "kept",
        "key": "a" * 64,
        "message_id": "came@customer.test",
        "subject": "宽带断了 <script>alert(1)</script>",
        "body": "请尽快修\n电话 13812345678",
        "hints": ["subject_guessed", "from_html"],
    }
    ours: dict[str, object] = {
        "direction": "out",
        "kind": "answer",
        "state": state.value,
        "key": "b" * 64,
        "message_id": f"{'c' * 32}@hotline.test",
        "subject": "关于宽带",
        "body": "已修好",
        "hints": [],
    }
    await connection.execute(insert(TicketMailRow), [common | came, common | ours])
    papers = (
        (BILL_ID, "账单.pdf", BILL, BILL_PATH, ""),
        (PROGRAM_ID, "update.exe", b"MZ", "", "program"),
    )
    await connection.execute(
        insert(MailAttachmentRow),
        [
            {
                "id": key,
                "mail_id": CAME,
                "position": place,
                "name": name,
                "media_type": "application/pdf",
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "path": path,
                "why": why,
            }
            for place, (key, name, content, path, why) in enumerate(papers, 1)
        ],
    )
    await connection.execute(
        insert(TicketIntakeRow).values(
            ticket_id=ticket_id,
            channel="email",
            received_at=NOW,
            entered_at=NOW,
            answer_by="email",
            answer_to=CUSTOMER,
            reference="",
        )
    )


def put_into_the_store(store: Path) -> None:
    """Put the attachment where its row says."""
    (store / BILL_PATH).parent.mkdir(parents=True, exist_ok=True)
    (store / BILL_PATH).write_bytes(BILL)

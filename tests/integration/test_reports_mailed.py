"""Reports reach the mailboxes of their readers over a real mail server, each once (RPT-1)."""

import asyncio
import random
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from features.reports.worker import ReportWorker
from tests.integration.mail_house import House, until
from tests.integration.test_reports_figures import chance_call, keep
from tests.integration.test_reports_made import MONDAY
from tests.mail_server import HOST, Mailbox
from tests.ports import free_port


def _worker(mail_house: House, **more: str) -> ReportWorker:
    readers = f"{mail_house.from_customer},head-{mail_house.customer}@{HOST}"
    made = ReportWorker(
        mail_house.engine, mail_house.settings.model_copy(update={"report_mail": readers, **more})
    )
    made._rollup.rests_s = 0.0
    return made


async def _all_done(worker: ReportWorker, *, later: float = 0.0) -> None:
    now = MONDAY + timedelta(hours=later)
    while await worker.turn(now) == 0.0:
        pass
    while await worker.send(now) == 0.0:
        pass


async def _letters(mail_house: House, name: str, *, many: int) -> list[EmailMessage]:
    """Return what lies in a mailbox as soon as there is that much, and a moment later."""
    box = Mailbox(name, mail_house.server.imap)

    async def there() -> bool:
        return len(box.letters()) >= many

    await until(there)
    await asyncio.sleep(0.5)  # one too many would come by now
    found = box.letters()
    return [message_from_bytes(each, policy=policy.default) for each in found]


async def test_each_report_lies_once_in_each_mailbox_with_its_pdf(mail_house: House) -> None:
    chance = random.Random(9)
    await keep(mail_house.engine, *(chance_call(each, chance) for each in range(40)))
    await _all_done(_worker(mail_house))
    await _all_done(_worker(mail_house))
    made = await mail_house.rows("SELECT id FROM reports")
    assert len(made) >= 2
    states = await mail_house.rows("SELECT DISTINCT state FROM report_letters")
    assert [row["state"] for row in states] == ["sent"]
    for name in (mail_house.customer, f"head-{mail_house.customer}"):
        letters = await _letters(mail_house, name, many=len(made))
        assert len(letters) == len(made)
        assert len({one["Message-ID"] for one in letters}) == len(made)
        for one in letters:
            assert one["Auto-Submitted"], "no robot answers it"
            [attached] = one.iter_attachments()
            assert attached.get_content_type() == "application/pdf"
            assert str(attached.get_filename()).endswith(".pdf")
            assert attached.get_content().startswith(b"%PDF")


async def test_a_mail_server_that_is_away_gets_them_later(mail_house: House) -> None:
    chance = random.Random(9)
    await keep(mail_house.engine, *(chance_call(each, chance) for each in range(10)))
    await _all_done(_worker(mail_house, mail_smtp=f"127.0.0.1:{free_port()}"))
    states = await mail_house.rows("SELECT DISTINCT state FROM report_letters")
    assert [row["state"] for row in states] == ["queued"]
    await _all_done(_worker(mail_house), later=12)
    made = await mail_house.rows("SELECT id FROM reports")
    letters = await _letters(mail_house, mail_house.customer, many=len(made))
    assert len(letters) == len(made)

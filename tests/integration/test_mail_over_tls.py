"""Letters over TLS, at a real mail server; nobody else gets our password."""

from pathlib import Path
from typing import Any

import pytest

from mail.accounts import MailServerError
from mail.outlet import reach
from tests.certificates import certificate
from tests.integration.mail_house import House
from tests.mail_server import HOST


def over(house: House, how: str, *, authority: Path | None) -> None:
    """Have a house speak so with its mail server, and trust an authority."""
    ports = {"tls": ("imaps", "smtps"), "starttls": ("imap", "smtp")}[how]
    into, out = (getattr(house.server, name) for name in ports)
    said: dict[str, Any] = {
        "mail_imap": f"127.0.0.1:{into}",
        "mail_imap_security": how,
        "mail_smtp": f"127.0.0.1:{out}",
        "mail_smtp_security": how,
        "mail_authority": str(authority or ""),
    }
    house.settings = type(house.settings).model_validate({**house.settings.model_dump(), **said})
    house.restart()


@pytest.mark.parametrize("how", ["tls", "starttls"])
async def test_a_letter_comes_and_is_answered(mail_house: House, how: str) -> None:
    over(mail_house, how, authority=mail_house.server.certificate)
    mail_house.arrive(mail_house.write())
    await mail_house.look()
    await mail_house.send()
    assert [(row["kind"], row["state"]) for row in await mail_house.mails()] == [
        ("letter", "kept"),
        ("acknowledgement", "sent"),
    ]
    log = mail_house.server.log().splitlines()
    looks = [line for line in log if f"Login: user=<{mail_house.box}>" in line]
    assert ", TLS" in looks[-1]
    assert any(" X=TLS" in line for line in log)


@pytest.mark.parametrize("how", ["tls", "starttls"])
@pytest.mark.parametrize("whom", ["nobody", "somebody else"])
async def test_who_cannot_prove_who_it_is_gets_no_password(
    mail_house: House, tmp_path: Path, how: str, whom: str
) -> None:
    other = certificate(tmp_path / "other.pem") if whom == "somebody else" else None
    over(mail_house, how, authority=other)
    mail_house.arrive(mail_house.write())
    await mail_house.room.look(mail_house.key)
    assert "is not who it should be" in str(mail_house.room.figures()["mail_in"])
    assert mail_house.settings.mail_out
    with pytest.raises(MailServerError, match="is not who it should be"):
        await reach(mail_house.settings.mail_out, host=HOST)
    assert await mail_house.mails() == []

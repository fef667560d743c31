"""Looks whether the mail servers of the settings let us in, for the doctor."""

from mail import outlet
from mail.accounts import MailServerError
from mail.inbox import Inbox
from settings import Settings

WITHIN_S = 20.0


async def faults(settings: Settings) -> list[str]:
    """Return a sentence for each server that cannot be used now."""
    found = []
    if settings.mail_in is not None:
        inbox = Inbox(settings.mail_in, settings.mail_folder)
        try:
            await inbox.open(within=WITHIN_S)
        except MailServerError as error:
            found.append(str(error))
        finally:
            await inbox.close()
    if settings.mail_out is not None:
        try:
            await outlet.reach(settings.mail_out, host=settings.mail_host)
        except MailServerError as error:
            found.append(str(error))
    return found

"""Brings the tables up to date beside the start: no caller waits for a database.

A thread of the supervisor tries until it has done it, and says once for each reason why not. The
ledger and the dispatcher wait for the tables by themselves; the call service needs none.
"""

import threading
import time
from dataclasses import dataclass, field

from backup.placing import RESTORED
from commands import context
from settings import Settings
from supervisor.asterisk import Say

PATIENCE_S = 5.0
"""For so long the line `ready` waits for the tables; callers are answered meanwhile."""
AGAIN_S = 2.0


@dataclass
class Tables:
    """The work on the tables of one start."""

    settings: Settings
    _over: threading.Event = field(default_factory=threading.Event)
    _since: float = field(default_factory=time.monotonic)

    def bring_up(self, say: Say) -> None:
        """Begin; returns at once."""
        self._since = time.monotonic()
        threading.Thread(target=self._until_done, args=(say,), daemon=True).start()

    async def ready(self) -> bool:
        """Tell whether the tables are there, or have been waited for long enough."""
        return self._over.is_set() or time.monotonic() - self._since > PATIENCE_S

    def _until_done(self, say: Say) -> None:
        told = ""
        while why := self._why_not():
            if why != told:
                say(why)
            told = why
            time.sleep(AGAIN_S)
        if told:
            say("the database is ready now")
        self._over.set()
        while not record_restore(self.settings):
            time.sleep(AGAIN_S)

    def _why_not(self) -> str:
        """Try once; return why it cannot be done now, nothing when it is done."""
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 (it takes its time to load)

        from db.migrate import NotOursError, upgrade  # noqa: PLC0415

        answered = "calls are answered, rows will arrive later"
        try:
            upgrade(self.settings.database)
        except NotOursError as error:
            return f"the database cannot be used: {error}; {answered}"
        except (OSError, SQLAlchemyError) as error:
            return f"the database does not answer ({str(error).splitlines()[0]}); {answered}"
        except Exception as error:  # noqa: BLE001 (a migration that fails must not stop the hotline)
            return f"the tables cannot be brought up to date ({error!r}); {answered}"
        return ""


def record_restore(current: Settings) -> bool:
    """Put a restore on record that was made while the hotline stood still; False: try again."""
    note = current.paths.run / RESTORED
    if not note.exists():
        return True
    from commands import queries  # noqa: PLC0415 (only after a restore)
    from commands.console import console  # noqa: PLC0415
    from features.backups import on_record  # noqa: PLC0415

    try:
        made_at = note.read_text()
        queries.answer(
            current,
            lambda connection: on_record.restored(connection, console(), made_at),
            writing=True,
        )
        note.unlink()
    except (OSError, context.NotReady):
        return False  # the database is busy
    return True

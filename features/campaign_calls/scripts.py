"""What the call service reads of a campaign: its questions, one file each, whole or not at
all.

The dispatcher has it written before anybody is called; the call service asks the database nothing.
What a campaign says in words of its own is spoken ahead, by a program of its own: it takes seconds
a sentence, and nobody is called before.
"""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import structlog

from callflow.rules.questions import Question
from features.campaigns.queries import Campaign

SPEAK_AGAIN_AFTER: Final = 60.0
"""Seconds after which words are tried again that no voice could speak."""
SPEAKING_LIMIT: Final = 900.0

_log = structlog.get_logger(__name__)


@dataclass
class ScriptFiles:
    """`{folder}/{campaign}.json`, and `{spoken}/{zh,en}/own_….wav`."""

    folder: Path
    spoken: Path
    cache: Path
    _written: dict[int, str] = field(default_factory=dict)
    _speaking: dict[int, "asyncio.Task[None]"] = field(default_factory=dict)

    def ready(self, campaign_id: int, campaign: Campaign) -> bool:
        """Tell whether a campaign can be spoken; begin to make it ready when it cannot yet."""
        if missing := [one for one in campaign.questions if self._is_missing(one)]:
            if campaign_id not in self._speaking:
                work = asyncio.create_task(self._speak(campaign_id, missing))
                self._speaking[campaign_id] = work
            return False
        asked = {
            "kind": campaign.kind.value,
            "questions": [asdict(one) for one in campaign.questions],
        }
        content = json.dumps(asked, ensure_ascii=False)
        if self._written.get(campaign_id) == content:
            return True
        return self._write(campaign_id, content)

    def _write(self, campaign_id: int, content: str) -> bool:
        path = self.folder / f"{campaign_id}.json"
        fresh = path.with_suffix(".new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh.write_text(content, encoding="utf-8")
            fresh.replace(path)
        except OSError as error:
            _log.error("questions not written", campaign=campaign_id, error=str(error))
            return False
        self._written[campaign_id] = content
        return True

    def _is_missing(self, one: Question) -> bool:
        if one.prompt:
            return False
        wanted = {"zh": one.zh, "en": one.en}
        return any(
            words and not (self.spoken / language / f"{one.spoken}.wav").exists()
            for language, words in wanted.items()
        )

    async def _speak(self, campaign_id: int, missing: list[Question]) -> None:
        """Have words spoken; a try that fails is made again later."""
        words = {one.spoken: {"zh": one.zh, "en": one.en} for one in missing}
        try:
            _log.info("speaks the words of a campaign", campaign=campaign_id, prompts=len(words))
            async with asyncio.timeout(SPEAKING_LIMIT):
                await self._spoken_by_a_program(json.dumps(words).encode())
        except (OSError, TimeoutError) as error:
            _log.error("words not spoken", campaign=campaign_id, error=repr(error))
        if any(self._is_missing(one) for one in missing):
            await asyncio.sleep(SPEAK_AGAIN_AFTER)
        self._speaking.pop(campaign_id, None)

    async def _spoken_by_a_program(self, words: bytes) -> None:
        own = ("--words", "--out", str(self.spoken), "--cache", str(self.cache))
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sounds", *own, stdin=asyncio.subprocess.PIPE
        )
        try:
            await program.communicate(words)
        finally:
            if program.returncode is None:
                program.kill()

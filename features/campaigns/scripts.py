"""Owns what the call service reads of a batch: its questions, one file each, whole or not at all.

The dispatcher has it written before anybody is called; the call service asks the database nothing.
What a batch says in words of its own is spoken ahead, by a program of its own: it takes seconds a
sentence, and nobody is called before.
"""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import structlog

from callflow.rules.questions import Question
from features.campaigns.queries import Batch

SPEAK_AGAIN_AFTER: Final = 60.0
"""Seconds after which words are tried again that no voice could speak."""
SPEAKING_LIMIT: Final = 900.0

_log = structlog.get_logger(__name__)


@dataclass
class ScriptFiles:
    """`{folder}/{batch}.json`, and `{spoken}/{zh,en}/own_….wav`."""

    folder: Path
    spoken: Path
    cache: Path
    _written: dict[int, str] = field(default_factory=dict)
    _speaking: dict[int, "asyncio.Task[None]"] = field(default_factory=dict)

    def ready(self, batch_id: int, batch: Batch) -> bool:
        """Tell whether a batch can be spoken; begin to make it ready when it cannot yet."""
        if missing := [one for one in batch.questions if self._is_missing(one)]:
            if batch_id not in self._speaking:
                work = asyncio.create_task(self._speak(batch_id, missing))
                self._speaking[batch_id] = work
            return False
        asked = {"kind": batch.kind.value, "questions": [asdict(one) for one in batch.questions]}
        content = json.dumps(asked, ensure_ascii=False)
        if self._written.get(batch_id) == content:
            return True
        return self._write(batch_id, content)

    def _write(self, batch_id: int, content: str) -> bool:
        path = self.folder / f"{batch_id}.json"
        fresh = path.with_suffix(".new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh.write_text(content, encoding="utf-8")
            fresh.replace(path)
        except OSError as error:
            _log.error("questions not written", batch=batch_id, error=str(error))
            return False
        self._written[batch_id] = content
        return True

    def _is_missing(self, one: Question) -> bool:
        if one.prompt:
            return False
        wanted = {"zh": one.zh, "en": one.en}
        return any(
            words and not (self.spoken / language / f"{one.spoken}.wav").exists()
            for language, words in wanted.items()
        )

    async def _speak(self, batch_id: int, missing: list[Question]) -> None:
        """Have words spoken; a try that fails is made again later."""
        words = {one.spoken: {"zh": one.zh, "en": one.en} for one in missing}
        try:
            _log.info("speaks the words of a batch", batch=batch_id, prompts=len(words))
            async with asyncio.timeout(SPEAKING_LIMIT):
                await self._spoken_by_a_program(json.dumps(words).encode())
        except (OSError, TimeoutError) as error:
            _log.error("words not spoken", batch=batch_id, error=repr(error))
        if any(self._is_missing(one) for one in missing):
            await asyncio.sleep(SPEAK_AGAIN_AFTER)
        self._speaking.pop(batch_id, None)

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

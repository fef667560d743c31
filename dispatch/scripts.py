"""Owns what the call service reads of a batch: its questions, one file a batch, whole or not at all.

The dispatcher writes it before anybody is called; the call service asks the database nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog

from callflow.lifecycles.batch import Question

_log = structlog.get_logger(__name__)


@dataclass
class ScriptFiles:
    """`{folder}/{batch}.json`."""

    folder: Path
    _written: dict[int, str] = field(default_factory=dict)

    def ready(self, batch: int, questions: Sequence[Question]) -> bool:
        """Have the file of a batch say what the batch asks; False: it could not be written."""
        content = json.dumps([asdict(one) for one in questions], ensure_ascii=False)
        if self._written.get(batch) == content:
            return True
        path = self.folder / f"{batch}.json"
        fresh = path.with_suffix(".new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh.write_text(content, encoding="utf-8")
            fresh.replace(path)
        except OSError as error:
            _log.error("the questions of a batch are not written", batch=batch, error=str(error))
            return False
        self._written[batch] = content
        return True

"""How soon a recording is heard in the browser, and a jump in a call of three hours.

python -m bench.player [--rows 1000000] [--hours 3] [--jumps 20]      (issue 14, bar c)

A desk on a real port over SQLite, with so many calls and recordings; one of them has audio of some
hours. Chromium opens its page, says why, plays, and jumps. The browser's own clock is read: from
the press of the button until it says that it plays (a jump: that it plays on).
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
import wave
from pathlib import Path
from typing import Any, Final

import numpy as np
from playwright.async_api import Page, async_playwright
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from permissions.roles import Role
from settings import Settings
from tests.integration.browser_room import Shown, served, started
from tests.integration.desk_room import Room, call_id, fill, opened, recording_id
from tests.integration.page_room import Pages
from tools import chromium

RATE: Final = 8000
BLOCK_S: Final = 60

# Copies of the first call and its recording, each with an id of its own.
_COPIES: Final = """
INSERT INTO {table} ({columns})
WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1000 + {rows})
SELECT {values} FROM n, {table} AS one WHERE one.id = '{like}'
"""
_NUMBERED: Final = {
    "id": "printf('%08x', i) || substr(one.id, 9)",
    "call_id": "printf('%08x', i) || substr(one.call_id, 9)",
    "linkedid": "'trk-' || i || '.0'",
}

_PLAYS: Final = """async (second) => {
  const voice = document.querySelector("audio[data-voice]");
  const began = performance.now();
  const plays = new Promise((done) => {
    const told = () => {
      if (voice.seeking || voice.paused || voice.readyState < 3) return;
      if (second !== null && Math.abs(voice.currentTime - second) > 2) return;
      ["playing", "seeked", "timeupdate"].forEach((name) => voice.removeEventListener(name, told));
      done(performance.now() - began);
    };
    ["playing", "seeked", "timeupdate"].forEach((name) => voice.addEventListener(name, told));
  });
  if (second === null) document.querySelector("[data-why-form] button.main").click();
  else voice.currentTime = second;
  return plays;
}"""


def _audio(path: Path, hours: float) -> int:
    """Write a recording of some hours, a minute of noise over and over; return its seconds."""
    noise = (np.random.default_rng(1).normal(0, 3000, RATE * BLOCK_S * 2)).astype("<i2").tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for _ in range(round(hours * 60)):
            file.writeframes(noise)
    return round(hours * 60) * BLOCK_S


async def _filled(connection: AsyncConnection, rows: int, seconds: int) -> None:
    for table, like in (("calls", call_id(1)), ("recordings", recording_id(1))):
        info = await connection.execute(text(f"PRAGMA table_info({table})"))
        columns = [row[1] for row in info]
        values = ", ".join(_NUMBERED.get(name, f"one.{name}") for name in columns)
        names = ", ".join(columns)
        asked = _COPIES.format(table=table, columns=names, values=values, rows=rows, like=like)
        await connection.execute(text(asked))
    long = {"seconds": float(seconds), "id": recording_id(1)}
    await connection.execute(text("UPDATE recordings SET seconds = :seconds WHERE id = :id"), long)
    await connection.execute(text("ANALYZE"))


async def _measured(page: Page, seconds: int, jumps: int) -> dict[str, Any]:
    """Return milliseconds: the page with its picture, the first sound, each jump."""
    began = time.perf_counter()
    await page.goto(f"/calls/{call_id(1)}")
    await page.locator("[data-wave][data-drawn]").wait_for()
    drawn = (time.perf_counter() - began) * 1000
    await page.keyboard.press("Space")
    await page.get_by_label("Checking a complaint").check()
    first = await page.evaluate(_PLAYS, None)
    by = np.random.default_rng(2)
    took = [
        await page.evaluate(_PLAYS, float(second))
        for second in by.uniform(0, seconds - 5, jumps).round(1)
    ]
    return {"page and picture": drawn, "first sound": first, "jumps": took}


async def _run(rows: int, hours: float, jumps: int) -> None:
    found = chromium.find(Settings())
    if found is None:
        raise SystemExit("no Chromium on this machine")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        await fill(home)
        async with opened(home) as room, served(room) as address, async_playwright() as playwright:
            seconds = await _prepared(room, rows, hours)
            browser = await started(playwright, found)
            shown = Shown(room, address, browser, {})
            for name in ("nobody has opened it", "it was opened before"):
                window = await shown.window(Role.INSPECTOR, width=1280, language="en")
                told = await _measured(await window.new_page(), seconds, jumps)
                took = told.pop("jumps")
                told["jump, median"] = statistics.median(took)
                told["jump, longest"] = max(took)
                print(name, json.dumps({key: round(value) for key, value in told.items()}))
            await browser.close()


async def _prepared(room: Room, rows: int, hours: float) -> int:
    began = time.perf_counter()
    [path] = room.settings.paths.store.glob(f"**/{recording_id(1)}.wav")
    seconds = _audio(path, hours)
    await Pages(room).write(lambda one: _filled(one, rows, seconds))
    print(f"{rows} rows, {seconds} s of audio, put in within {time.perf_counter() - began:.0f} s")
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--jumps", type=int, default=20)
    asked = parser.parse_args()
    asyncio.run(_run(asked.rows, asked.hours, asked.jumps))


if __name__ == "__main__":
    main()

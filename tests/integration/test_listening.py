"""The process that listens to recordings: what it dies of, and that it dies with the ledger."""

import asyncio
import os
import signal
import subprocess
import sys
import wave
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from features.call_judgements.listening import Listener
from recordings.wav import NotAWavError
from settings import PROJECT
from tests.waiting import until

PARENT = """
import asyncio, sys
from pathlib import Path
from features.call_judgements.listening import Listener

async def main():
    listener = Listener()
    await listener.heard(Path(sys.argv[1]))
    [process] = listener._pool._processes.values()
    print(process.pid, flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "call.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(4 * 8000))
    return path


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def test_it_dies_with_a_ledger_that_is_killed(recording: Path, tmp_path: Path) -> None:
    script = tmp_path / "ledger_like.py"
    script.write_text(PARENT)
    there = {**os.environ, "PYTHONPATH": str(PROJECT)}
    words = (sys.executable, str(script), str(recording))
    parent = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE, env=there)
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert _is_there(pid)
    parent.kill()
    await parent.wait()
    await until(lambda: not _is_there(pid), within=5, what="the listener is gone too")


async def test_one_that_dies_is_replaced_and_the_next_recording_is_heard(recording: Path) -> None:
    listener = Listener()
    assert (await listener.heard(recording)).seconds == pytest.approx(1.0)
    assert listener._pool is not None
    [process] = listener._pool._processes.values()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(5)
    with pytest.raises(BrokenProcessPool):
        await listener.heard(recording)
    assert (await listener.heard(recording)).seconds == pytest.approx(1.0)
    listener.close()


async def test_a_file_that_is_no_sound_is_said_and_the_next_one_is_heard(
    recording: Path, tmp_path: Path
) -> None:
    listener = Listener()
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no sound")
    with pytest.raises(NotAWavError):
        await listener.heard(broken)
    assert len((await listener.heard(recording)).sides) == 2
    listener.close()

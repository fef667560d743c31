"""Speaks with the eSpeak NG library of the voice packages, as the program espeak-ng would.

A process of its own (`python -m sounds.espeak_library -v VOICE -s PACE -w FILE -- WORDS`): what
goes wrong in a foreign library ends it and nothing else.
"""

import argparse
import ctypes
import sys
import wave
from importlib import import_module
from pathlib import Path
from typing import Any

_RETRIEVAL = 1  # hand the samples to us, play nothing
_RATE = 1  # the parameter “words a minute”
_UTF8 = 1
_OK = 0
_GO_ON = 0


class _EspeakFailed(Exception):
    """The library refused; the message says at which step."""


def speak(voice: str, pace: int, words: str) -> tuple[bytes, int]:
    """Return 16-bit samples and their rate in Hz."""
    loader = import_module("espeakng_loader")
    library = ctypes.CDLL(loader.get_library_path())
    data = str(Path(loader.get_data_path()).parent).encode()
    rate = library.espeak_Initialize(_RETRIEVAL, 0, data, 0)
    if rate <= 0:
        raise _EspeakFailed("its data cannot be read")
    heard = bytearray()
    signature = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
    )

    def keep(samples: Any, count: int, _events: int | None) -> int:
        if samples and count > 0:
            heard.extend(ctypes.string_at(samples, 2 * count))
        return _GO_ON

    callback = signature(keep)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice.encode()) != _OK:
        raise _EspeakFailed(f"it has no voice {voice}")
    library.espeak_SetParameter(_RATE, pace, 0)
    text = words.encode() + b"\0"
    if library.espeak_Synth(text, len(text), 0, 1, 0, _UTF8, None, None) != _OK:
        raise _EspeakFailed("it does not speak")
    library.espeak_Synchronize()
    return bytes(heard), rate


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("-v", dest="voice", required=True)
    arguments.add_argument("-s", dest="pace", type=int, required=True)
    arguments.add_argument("-w", dest="path", required=True)
    arguments.add_argument("words")
    asked = arguments.parse_args()
    try:
        samples, rate = speak(asked.voice, asked.pace, asked.words)
    except (_EspeakFailed, OSError, AttributeError) as error:
        sys.exit(f"espeak-ng library: {error}")
    with wave.open(asked.path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples)


if __name__ == "__main__":
    main()

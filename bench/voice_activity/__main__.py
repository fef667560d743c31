"""`python -m bench.voice_activity`: fetch, train and sweep on the tuning half, evaluate on the test
half.
"""

import argparse
import sys
from pathlib import Path

from bench.voice_activity.evaluate import cost_us, groups, heard
from bench.voice_activity.gather import CHECK, gathered, tuning_set
from bench.voice_activity.report import Figure, bars_table, figures, kinds_table
from bench.voice_activity.second import cost_ms, heard_so_often, judged, note_hearing
from bench.voice_activity.second import figures as figures_of_second
from bench.voice_activity.second import table as second_table
from bench.voice_activity.sweep import scored, smoothed, table
from bench.voice_activity.windows import Room
from line.vad_decision import ACROSS
from line.vad_network import WEIGHTS

QUICK_SHARE = 0.05
COST_BAR_US = 60.0


def main(arguments: list[str]) -> int:
    """The exit code says whether all bars are held."""
    parser = argparse.ArgumentParser(prog="python -m bench.voice_activity", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    evaluate = what.add_parser("evaluate", help="print the tables for the test half")
    evaluate.add_argument("--quick", action="store_true", help="a twentieth of the windows")
    what.add_parser("fetch", help="fetch and decode all sounds")
    train = what.add_parser("train", help="train the network (needs torch)")
    train.add_argument("weights", type=Path)
    train.add_argument("--epochs", type=int, default=16)
    sweep = what.add_parser("sweep", help="try thresholds on the tuning half")
    sweep.add_argument("weights", type=Path, nargs="?", default=WEIGHTS)
    second = what.add_parser("second", help="whole SIL-1 sequences, on the set kept apart")
    second.add_argument("--tuning", action="store_true", help="on the tuning half; not counted")
    second.add_argument("--share", type=float, default=1.0, help="a part of the sequences")
    asked = parser.parse_args(arguments)
    match asked.what:
        case "fetch":
            return _fetch()
        case "train":
            return _train(asked.weights, asked.epochs)
        case "sweep":
            return _sweep(asked.weights)
        case "second":
            return _second(asked.share, tuning=asked.tuning)
        case _:
            return _evaluate(QUICK_SHARE if asked.quick else 1.0)


def _fetch() -> int:
    for half in ("tune", "test"):
        room = Room("tune" if half == "tune" else "test")
        print(f"{half}: {len(room.voices())} speakers, {len(room.noises())} kinds of real sounds")
    return 0


def _train(weights: Path, epochs: int) -> int:
    from bench.voice_activity.train import train  # noqa: PLC0415 - torch is needed here only

    train(tuning_set(), weights, epochs=epochs)
    return 0


def _sweep(weights: Path) -> int:
    check = gathered(CHECK)
    scores = smoothed(scored(check, weights), ACROSS)
    print(table(check, scores, (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0)))
    return 0


def _second(share: float, *, tuning: bool) -> int:
    room = Room("tune" if tuning else "apart")
    found = list(judged(room, share))
    if not tuning:
        note_hearing(found, room)
        print(f"heard {heard_so_often()} times")
    print(f"{len(found)} sequences, {len(room.voices())} speakers\n")
    print(second_table(found, room))
    print(f"\na second opinion costs {cost_ms(room):.0f} ms of processor time")
    return 0 if all(figure.held for figure in figures_of_second(found, room)) else 1


def _evaluate(share: float) -> int:
    room = Room("test")
    outcomes = list(heard(room, share))
    cost = Figure("cost, µs a frame in a batch of 50", cost_us(room), COST_BAR_US, 12500)
    found = [*figures(outcomes, groups(room)), cost]
    print(f"{len(outcomes)} windows, {len(room.voices())} speakers\n")
    print(bars_table(found), kinds_table(outcomes), sep="\n\n")
    return 0 if all(figure.held for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

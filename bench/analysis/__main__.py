"""Measures the analysis of recordings on calls of speakers that it never learned from.

python -m bench.analysis                 print the tables
python -m bench.analysis --keep          and write them into docs/analysis.md
python -m bench.analysis --half tune     the same with the speakers that it learned from
python -m bench.analysis --train FILE    train the network anew
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

from bench.analysis.calls import calls
from bench.analysis.cost import costs
from bench.analysis.measure import compared
from bench.analysis.report import (
    bars_table,
    cost_figures,
    costs_table,
    figures,
    kinds_table,
    rates_table,
)
from bench.voice_activity.packages import PROJECT

CALLS = 320
FIRST = {"test": 0, "tune": 10_000}
"""The tuning half is judged by calls that nothing was learned from."""
PAGE = PROJECT / "docs" / "analysis.md"


def main(arguments: list[str]) -> int:
    """The exit code says whether all bars are held."""
    parser = argparse.ArgumentParser(prog="python -m bench.analysis", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write docs/analysis.md")
    parser.add_argument("--half", choices=("test", "tune"), default="test")
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--train", type=Path, metavar="FILE")
    parser.add_argument("--no-cost", action="store_true", help="leave out the three hours")
    asked = parser.parse_args(arguments)
    if asked.train:
        from bench.analysis.train import train  # noqa: PLC0415 (takes long, is seldom wanted)

        train(asked.train)
        return 0
    first = FIRST[asked.half]
    found, count = compared(calls(asked.half, range(first, first + asked.calls)))
    bars = figures(found)
    tables = [kinds_table(found), rates_table(found)]
    if not asked.no_cost:
        with tempfile.TemporaryDirectory() as folder:
            spent = costs(Path(folder))
        bars += cost_figures(spent)
        tables.append(costs_table(spent))
    page = "\n\n".join([f"{count} calls of the {asked.half} half.", bars_table(bars), *tables])
    print(page)
    if asked.keep:
        _keep(page)
    return 0 if all(figure.held for figure in bars) else 1


def _keep(page: str) -> None:
    """Put the tables between the headings of the page."""
    text = PAGE.read_text()
    kept = re.sub(
        r"(?s)(## Figures\n.*?\n\n).*?(?=\n##)", lambda found: found[1] + page + "\n", text
    )
    PAGE.write_text(kept)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

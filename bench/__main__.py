"""``python -m bench [--only NAME] [--keep]``: measures, tells, and exits 1 where a figure misses its bar."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from datetime import UTC, datetime
from functools import partial

from bench.ground import ROOT, open_ground
from bench.groups import GROUPS
from bench.report import keep_table, write_json
from bench.run import FigureUnknown, choose, run_groups


def main() -> int:
    """Run the bench and return its exit code: 0 all bars kept, 1 one missed, 2 no such figure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", metavar="NAME", help="measure one figure")
    parser.add_argument("--keep", action="store_true", help="write the table into docs/bench.md too")
    asked = parser.parse_args()
    try:
        chosen = choose(GROUPS, asked.only)
    except FigureUnknown as unknown:
        print(unknown, file=sys.stderr)
        return 2
    # Ended from outside, it still stops its servers and deletes its folder.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    at, began = datetime.now(UTC), time.monotonic()
    with open_ground() as ground:
        say = partial(print, flush=True)
        results = list(run_groups(chosen, ground, say, ground.clear))
    seconds = time.monotonic() - began
    write_json(results, at, seconds, ROOT / "var" / "bench.json")
    if asked.keep:
        keep_table(results, at, ROOT / "docs" / "bench.md")
    print(f"{len(results)} figures in {seconds:.0f} s; written to var/bench.json")
    return 0 if all(one.holds for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())

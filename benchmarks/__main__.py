"""`make bench` (all) or `make bench BENCH="ingest questions"`; `EVENTS=1000000` for less data."""

from __future__ import annotations

import sys

from benchmarks import feed, ingest, pages, process, questions, small

SETS = {
    "ingest": ingest.rows,
    "process": process.rows,
    "feed": feed.rows,
    "small": small.rows,
    "questions": questions.rows,
    "pages": pages.rows,
    "growth": questions.growth,
}


def main(wanted: list[str]) -> int:
    """Print every row of the sets wanted; the exit code tells whether all targets were reached."""
    missed = 0
    for name in wanted or list(SETS):
        print(f"\n{name}", flush=True)
        for row in SETS[name]():
            print(row.line(), flush=True)
            missed += not row.reached
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

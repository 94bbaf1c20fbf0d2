"""Fuzzes everything, or the targets that are named: python -m tests.fuzz [--runs N] [--plain] [TARGET...].

With atheris (`pip install --group fuzz`) what is tried next follows which code was reached; without it, or with
`--plain`, inputs are made by chance. What broke is written to a file, and `--again FILE TARGET` tries it once more.
"""

import argparse
import logging
import multiprocessing
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.running import by_chance, guided
from tests.fuzz.targets import TARGETS
from tests.fuzz.watch import watched


def main() -> int:
    asked = _arguments()
    logging.disable(logging.CRITICAL)
    chosen = asked.targets or list(TARGETS)
    if asked.again:
        watched(TARGETS[chosen[0]], asked.again.read_bytes())
        return 0
    run = by_chance if asked.plain or find_spec("atheris") is None else guided
    shares = sum(TARGETS[name].share for name in chosen)
    plan = [(name, max(1, asked.runs * TARGETS[name].share // shares)) for name in chosen]
    with multiprocessing.get_context("spawn").Pool(asked.processes, maxtasksperchild=1) as pool:
        failed = total = 0
        for name, runs, seconds, trouble in pool.imap_unordered(run, plan):
            total += runs
            failed += bool(trouble)
            rate = runs / max(seconds, 1e-3)
            print(f"{name:12} {runs:8} inputs  {seconds:7.1f} s  {rate:7.0f}/s  {trouble or 'fine'}", flush=True)
    print(f"{total} inputs, {failed} targets broke")
    return min(failed, 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--runs", type=int, default=1_000_000, help="inputs in all")
    parser.add_argument("--plain", action="store_true", help="by chance, without atheris")
    parser.add_argument("--again", type=Path, metavar="FILE", help="one input, once")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    if unknown := set(asked.targets) - TARGETS.keys():
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    sys.exit(main())

"""One target and many inputs, in a process of its own."""

import logging
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzz.mutation import inputs
from tests.fuzz.seeds import write_corpus
from tests.fuzz.targets import TARGETS
from tests.fuzz.watch import watched


def by_chance(planned: tuple[str, int]) -> tuple[str, int, float, str]:
    """One target, its inputs made by chance."""
    logging.disable(logging.CRITICAL)
    name, runs = planned
    target, started = TARGETS[name], time.monotonic()
    seed = int(os.environ.get("QAWL_FUZZ_SEED", "8"))
    for done, data in zip(range(runs), inputs(target.seeds, seed), strict=False):
        try:
            watched(target, data)
        except Exception:
            return name, done + 1, time.monotonic() - started, kept(name, data, traceback.format_exc())
    return name, runs, time.monotonic() - started, ""


def kept(name: str, data: bytes, trouble: str) -> str:
    """What broke, in two lines; its input is in a file."""
    file = Path(tempfile.gettempdir()) / f"qawl-fuzz-{name}-{os.getpid()}"
    file.write_bytes(data)
    return f"BROKE: {trouble.strip().splitlines()[-1]}\n  python -m tests.fuzz --again {file} {name}"


def guided(planned: tuple[str, int]) -> tuple[str, int, float, str]:
    """One target under atheris, which ends its process: in one of its own."""
    name, runs = planned
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(Path(folder), list(TARGETS[name].seeds))
        command = [sys.executable, "-m", "tests.fuzz.guided", name, str(runs), folder]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        return name, runs, time.monotonic() - started, ""
    lines = [line for line in (done.stdout + done.stderr).splitlines() if "Error" in line or "BROKE" in line]
    ran = [line.split()[0][1:] for line in done.stderr.splitlines() if line.startswith("#")]
    count = int(next((one for one in reversed(ran) if one.isdigit()), "0"))
    return name, count, time.monotonic() - started, "\n  ".join(lines[-3:] or [done.stderr[-300:]])

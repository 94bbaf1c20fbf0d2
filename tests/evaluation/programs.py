"""The command line as a program outside runs it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.shared_data import REPOSITORY

QAWL = Path(sys.executable).with_name("qawl")


def qawl(data_dir: Path, *arguments: str, **environment: str) -> str:
    """What `qawl` prints."""
    return run([QAWL, *arguments, "--data-dir", data_dir], **environment)


def run(command: list[Any], **environment: str) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(command, cwd=REPOSITORY, env=os.environ | environment, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode("utf-8")

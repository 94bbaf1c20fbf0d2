"""One target under atheris, which follows the code that is reached: python -m tests.fuzz.guided TARGET RUNS CORPUS."""

import logging
import sys
import tempfile
import traceback

import atheris

with atheris.instrument_imports(include=["bot", "config", "ingest", "retrieval"]):
    from tests.fuzz.running import kept
    from tests.fuzz.targets import TARGETS
    from tests.fuzz.watch import watched

_LONGEST_INPUT = 2000  # bytes


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    name, runs, corpus = sys.argv[1:]
    logging.disable(logging.CRITICAL)

    def once(data: bytes) -> None:
        try:
            watched(TARGETS[name], data)
        except Exception:
            print(kept(name, data, traceback.format_exc()), flush=True)
            raise

    options = [f"-runs={runs}", f"-max_len={_LONGEST_INPUT}", "-timeout=60", "-rss_limit_mb=4000"]
    artifacts = f"-artifact_prefix={tempfile.gettempdir()}/qawl-"
    atheris.Setup([sys.argv[0], *options, artifacts, corpus], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

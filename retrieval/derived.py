"""What every index that is derived from the archive has in common."""

import numpy as np
import numpy.typing as npt

from retrieval.archive import Archive


def disagreement(name: str, here: npt.NDArray[np.int64], archive: Archive) -> list[str]:
    """How an index that holds the passages `here`, int64 of shape (n,), differs from the archive; a line each."""
    there = archive.passage_ids()
    missing = len(np.setdiff1d(there, here))
    extra = len(here) - (len(there) - missing)
    found = [(missing, "passages are missing from"), (extra, "passages too many are in")]
    return [f"{count} {text} the {name}" for count, text in found if count]

"""On which kind of file system a folder lies."""

import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")  # Linux; proc(5): spaces and the like are written as \040


def file_system(folder: Path, mounts: Path = _MOUNTS) -> str:
    """Its name as the kernel has it, such as "ext4" or "nfs4"; empty where that cannot be told."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    where = folder.resolve()
    found, kind = -1, ""
    for line in lines:
        _, point, one, *_ = line.split(" ")
        place = Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), point))
        if (where == place or place in where.parents) and len(place.parts) >= found:
            found, kind = len(place.parts), one
    return kind

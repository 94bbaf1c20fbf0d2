"""Memory that is no longer used goes back to the system, where libraries would keep it."""

import ctypes
import os

_MMAP_THRESHOLD = -3  # glibc's M_MMAP_THRESHOLD (mallopt(3))

# What is larger is a batch's activations or vectors, which come in ever other sizes. Left alone glibc raises its
# threshold to 32 MB and keeps them on heaps that fragment: 600 articles took 4.8 GB so (once, during development).
# With batches an eighth as large it was 2.2 GB, and 1.8 as here, which took 15 % longer (tests/benchmarks/bulk.py).
_LARGE = 1 << 20

# Compiled operations that oneDNN keeps, of each shape some: a pass over a batch needs about ten, and no other batch has
# its shape. Of the 1024 that it keeps by itself 1000 articles made 800 MB.
_OPERATIONS = 64


def keep_little() -> None:
    """From now on large blocks of memory are given back as they are freed; call it before torch is loaded.

    Without glibc it only does its other half.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_OPERATIONS))
    if change := getattr(ctypes.CDLL(None), "mallopt", None):
        change(_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Gives back what lies free between blocks in use; milliseconds. Does nothing without glibc."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)

"""What a server process tells the allocator and the collector, so that what is free is the system's again, and what
stays is not searched for garbage.
"""

import ctypes
import gc
import sys

# Of glibc's malloc.h. Other C libraries have no such options, and no such habits.
MMAP_THRESHOLD, ARENA_MAX = -3, -8
LARGE_BYTES = 1024 * 1024


def return_free_memory() -> None:
    """Let what is as large as a list of thousands of rows have pages of its own, and all threads share one heap.

    glibc would keep a hole of that size in a heap of each thread. The interpreter's lock lets one thread allocate at a
    time, so that none waits for another here.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(ARENA_MAX, 1)


def keep_out_of_collections() -> None:
    """Spare searches for garbage what is there now: of 10,000 assemblies it takes a tenth of a second to go through.

    What is replaced later is freed all the same, by its count of references.
    """
    gc.collect()
    gc.freeze()

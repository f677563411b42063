"""What a server process tells the C library's allocator, so that memory that is free is the system's again."""

import ctypes
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

"""How fast the library is, told as ratios: against a plain Django REST framework server and against the bare floors.

`make bench`, or `python -m benchmarks [FIGURE …] [--rows N] [--rounds N]`. Both servers run at once, one process of
four threads each, and are asked in turns, so that whatever else the machine does falls on both. It is no part of the
gate, for a busy machine says nothing, and nothing in the library knows of it.
"""

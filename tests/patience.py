"""How long "within a second" is here: what coverage traces runs several times slower than what people run, and a
machine that runs the whole suite at once is not theirs either. Alone, the slowest takes 0.14 s."""

import sys

A_SECOND = 3.0 if sys.gettrace() is None else 5.0

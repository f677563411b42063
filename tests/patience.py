"""How long "within a second" is here: what coverage traces runs several times slower than what people run."""

import sys

A_SECOND = 1.0 if sys.gettrace() is None else 5.0

"""How long "within a second" is here: what coverage traces runs several times slower than what people run."""

import sys

A_SECOND = 1.0 if sys.gettrace() is None else 5.0
# Until a server of its own that a test starts answers: its processes are traced as the test is.
TO_START_SECONDS = 5.0 * (1.0 if A_SECOND == 1.0 else 4.0)

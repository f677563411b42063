"""`python -m assemblies.agent`, and what the one file runs."""

import sys

from assemblies.agent.commands import main

sys.exit(main())

"""Loaded before Django's settings are: gives every test process a runtime root of its own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

runtime_root = Path(tempfile.mkdtemp(prefix="borealis-tests-"))
atexit.register(shutil.rmtree, runtime_root, ignore_errors=True)
for name in [name for name in os.environ if name.startswith("BOREALIS_")]:
    if name not in {
        "BOREALIS_TEST_DATABASE_URL",
        "BOREALIS_TEST_REDIS_URL",
        "BOREALIS_TEST_TARGETS",
        "BOREALIS_TEST_CORPUS",
        "BOREALIS_REQUIRE_ENGINES",
    }:
        del os.environ[name]
os.environ["BOREALIS_RUNTIME_ROOT"] = str(runtime_root)
# No test contacts a server of others; those about the upstream head bring one of their own.
os.environ["BOREALIS_REPO"], os.environ["BOREALIS_GITHUB_API"] = "acme/scripts", "http://127.0.0.1:9"
(runtime_root / "Assemblies").mkdir()

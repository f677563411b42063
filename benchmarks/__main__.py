"""`python -m benchmarks [FIGURE …]`: measure, print a line for each ratio, and keep the numbers where `--json` says."""

import json
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from benchmarks.documents import write_documents
from benchmarks.figures import SERVED, UNSERVED, Bench
from benchmarks.ratio import Ratio
from benchmarks.servers import Library, Plain, Server

# After its first answer a server loads the pages, and its companions start: both are over then.
SECONDS_TO_SETTLE = 10
NOT_SERVED = Server("not served", 0, "", "")


def main() -> None:
    options = parsed()
    with tempfile.TemporaryDirectory(prefix="borealis-bench-") as folder:
        heading = f"of {options.rows} assemblies"
        print(f"{heading:<44}{'median':>8}     {'rounds':>14}   {'ours':>12} {'theirs':>12}")
        found = []
        for ratio in measured(Path(folder), options):
            print(ratio, flush=True)
            found.append(ratio.json())
    if options.json:
        options.json.write_text(json.dumps({"rows": options.rows, "figures": found}, indent=2))


def parsed() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = [*SERVED, *UNSERVED]
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"of {', '.join(known)} (default: all)")
    parser.add_argument("--rows", type=int, default=1000, metavar="N", help="assemblies in the library (default 1000)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often both take turns (default 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to keep the numbers")
    options = parser.parse_args()
    if unknown := set(options.figures) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    options.figures = options.figures or known
    return options


def measured(folder: Path, options: Namespace) -> Iterator[Ratio]:
    library = Library(folder, write_documents(folder / "catalogue", options.rows))
    library.run("prepare")
    library.run("sync_official")
    plain = Plain(folder / "plain", options.rows)
    idle = Bench(folder, library, plain, options.rows, options.rounds, NOT_SERVED, NOT_SERVED)
    for name in UNSERVED:
        if name in options.figures:
            yield from UNSERVED[name](idle)
    wanted = [name for name in SERVED if name in options.figures]
    if wanted:
        with library.served() as ours:
            sent = ours.connect().read(f"/api/assemblies?limit={min(options.rows, 10_000)}")
            with plain.served(sent) as theirs:
                time.sleep(SECONDS_TO_SETTLE)
                bench = Bench(folder, library, plain, options.rows, options.rounds, ours, theirs)
                for name in wanted:
                    yield from SERVED[name](bench)


if __name__ == "__main__":
    main()

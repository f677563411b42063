"""The companions of `serve`. Each may run any number of times on any number of machines: it is idempotent, or claims
its work in the database."""

from assemblies.execution.local import is_local_worker_on
from assemblies.management.companions.companion import Companion, Kind
from assemblies.management.companions.realtime import is_realtime_on

BACKGROUND = "assemblies.management.companions.background"

# Gets its listening socket from `serve`, which shares one among all server processes.
WEB = Companion(
    name="web",
    kind=Kind.PROCESS,
    run="assemblies.management.server.http_server.serve_http",
    command="serve",
    is_essential=True,
)
FLUSHER = Companion(name="flusher", kind=Kind.THREAD, run=f"{BACKGROUND}.flush_due", command="flush_worker")
SWEEPER = Companion(name="sweeper", kind=Kind.THREAD, run=f"{BACKGROUND}.sweep_hourly", command="run_sweeper")
CHECKER = Companion(name="checker", kind=Kind.THREAD, run=f"{BACKGROUND}.keep_checked", command="run_checker")
WORKER = Companion(
    name="worker",
    kind=Kind.PROCESS,
    run="assemblies.execution.worker.worker.run_worker",
    command="run_worker",
    wanted=is_local_worker_on,
)
REALTIME = Companion(
    name="realtime",
    kind=Kind.PROCESS,
    run="assemblies.management.companions.realtime.run_realtime",
    command="run_realtime",
    wanted=is_realtime_on,
)
EVIDENCE = Companion(
    name="evidence", kind=Kind.THREAD, run="assemblies.execution.evidence.keep_evidence", command="run_sealer"
)
SCHEDULER = Companion(name="scheduler", kind=Kind.THREAD, run=f"{BACKGROUND}.keep_time", command="run_scheduler")
REPLICATOR = Companion(
    name="replicator", kind=Kind.THREAD, run="assemblies.targets.companion.replicate", command="run_replicator"
)

# Those that `serve` starts once the first request is answered.
COMPANIONS = (FLUSHER, SWEEPER, CHECKER, EVIDENCE, SCHEDULER, REPLICATOR, WORKER, REALTIME)

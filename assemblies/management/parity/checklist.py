"""The staging checklist: what a server is asked, what older servers answered, and what is meant to be different here.

Nothing is changed by it: what would change something is sent so that it is refused.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assemblies.execution.reading import BUCKETS
from assemblies.management.parity.client import Answer, Client
from assemblies.targets.models import State

LIST = frozenset({"results", "count", "next"})
HEAD = frozenset({"repo", "branch", "sha", "cached", "age_seconds", "source", "error"})
TOKEN = frozenset({"has_token", "valid", "status", "message", "rate_limit", "checked_at", "token"})
HEAD_SOURCES = frozenset({"github", "cache", "cache-stale", "unavailable"})
NOBODY = "00000000-0000-4000-8000-000000000000"
NO_JOB = "/api/scheduled_jobs/999999999"
SHOWN_OF_TOKEN = 4


class Verdict(StrEnum):
    """How an answer stands to that of an older server."""

    SAME = "same"
    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question. `older` is what older servers answered, `expected` what is answered here if not that, and `why`."""

    area: str
    call: str
    ask: Callable[[Client], str]
    older: str
    expected: str = ""
    why: str = ""


@dataclass(frozen=True)
class Outcome:
    """A check with what the server answered."""

    check: Check
    observed: str

    @property
    def verdict(self) -> Verdict:
        if self.observed == self.check.older:
            return Verdict.SAME
        return Verdict.EXPLAINED if self.observed == self.check.expected else Verdict.UNEXPLAINED

    def json(self) -> dict[str, Any]:
        names = ("area", "call", "older", "why")
        facts = {name: getattr(self.check, name) for name in names}
        return facts | {"observed": self.observed, "verdict": self.verdict.value}


def go_through(client: Client) -> Iterator[Outcome]:
    """Raises OSError where the server does not answer."""
    for check in CHECKLIST:
        yield Outcome(check, check.ask(client))


def _refused(area: str, call: str, older: str, body: Any = None, *, anonymous: bool = False, **more: str) -> Check:
    """Return the check of a call by the status and the code of its answer."""
    method, path = call.split()
    return Check(
        area=area,
        call=call + (" (anonymous)" if anonymous else "") + (f" {_names(body)}" if body else ""),
        ask=lambda client: client.ask(method, path, body, anonymous=anonymous).words,
        older=older,
        **more,
    )


def _read(area: str, path: str, older: str, read: Callable[[Answer], str], **more: str) -> Check:
    return Check(area=area, call=f"GET {path}", ask=lambda client: read(client.ask("GET", path)), older=older, **more)


def _says(names: frozenset[str], *statuses: int) -> Callable[[Answer], str]:
    """Return a reading by which an answer that has these names, among others, says no more than that."""

    def read(answer: Answer) -> str:
        missing = names - answer.facts.keys()
        is_whole = answer.status in (statuses or (200,)) and not missing
        return "as described" if is_whole else f"{answer.words}, without {', '.join(sorted(missing)) or 'nothing'}"

    return read


def _message(method: str, path: str, body: Any, words: str) -> Callable[[Client], str]:
    def ask(client: Client) -> str:
        answer = client.ask(method, path, body)
        is_named = words in str(answer.facts.get("message", "")).lower()
        return f"{answer.status} naming the {words}" if is_named else answer.words

    return ask


def _masked(answer: Answer) -> str:
    token = answer.facts.get("token")
    if not isinstance(token, str) or TOKEN - answer.facts.keys():
        return answer.words
    return "masked" if len(token.strip("*•…")) <= SHOWN_OF_TOKEN else "the token itself"


def _head(answer: Answer) -> str:
    """A head is known with a SHA, or answered as unavailable with 503."""
    facts = answer.facts
    is_one = facts.get("source") in HEAD_SOURCES and answer.status == (200 if facts.get("sha") else 503)
    return _says(HEAD, 200, 503)(answer) if is_one else answer.words


def _states(answer: Answer) -> str:
    found = {answer.facts.get("state"), *(_of(answer, one).get("state") for one in ("queue", "manifest"))}
    return "as described" if found <= {state.value for state in State} else f"{answer.words}, states {found}"


def _of(answer: Answer, name: str) -> Mapping[str, Any]:
    found = answer.facts.get(name)
    return found if isinstance(found, Mapping) else {}


def _other_letter_case(client: Client) -> str:
    found = client.ask("GET", "/api/assemblies?limit=1").facts.get("results") or []
    if not found:
        return "found"
    guid = str(found[0]["assembly_guid"])
    answer = client.ask("GET", f"/api/assemblies/{guid.upper()}")
    return "found" if answer.facts.get("assembly_guid") == guid else answer.words


def _names(body: Mapping[str, Any]) -> str:
    return f"{{{', '.join(body)}}}"


CHECKLIST = (
    _refused("tokens", "GET /api/scheduled_jobs", "401 not_authenticated", anonymous=True),
    _refused("tokens", "POST /api/agent/token/refresh", "400 invalid_request", {}, anonymous=True),
    _refused(
        "tokens",
        "POST /api/agent/token/refresh",
        "200",
        {"guid": NOBODY, "refresh_token": "x"},
        anonymous=True,
        expected="401 dpop_required",
        why="A refresh without a proof of the device's key took the binding off a token; now it is refused.",
    ),
    _refused("enrolment", "POST /api/agent/enroll/request", "400 hostname_required", {}, anonymous=True),
    _refused(
        "enrolment",
        "POST /api/agent/enroll/request",
        "400 enrollment_code_required",
        {"hostname": "parity"},
        anonymous=True,
    ),
    _refused(
        "enrolment",
        "POST /api/agent/enroll/request",
        "400 agent_pubkey_required",
        {"hostname": "parity", "enrollment_code": "0"},
        anonymous=True,
    ),
    _refused(
        "enrolment",
        "POST /api/agent/enroll/request",
        "400 client_nonce_required",
        {"hostname": "parity", "enrollment_code": "0", "agent_pubkey": "eA=="},
        anonymous=True,
    ),
    _refused(
        "enrolment",
        "POST /api/agent/enroll/poll",
        "404 unknown",
        {"approval_reference": NOBODY, "client_nonce": "eA==", "proof_sig": "eA=="},
        anonymous=True,
    ),
    _refused("enrolment", "POST /api/admin/enrollment-codes", "400 invalid_ttl", {"ttl_hours": 2}),
    _read("enrolment", "/api/admin/device-approvals", "as described", _says(frozenset({"approvals"}))),
    _read("jobs", "/api/scheduled_jobs", "as described", _says(frozenset({"jobs"}))),
    Check(
        area="jobs",
        call="POST /api/scheduled_jobs without a name",
        ask=_message("POST", "/api/scheduled_jobs", {}, "job name is required"),
        older="400 naming the job name is required",
    ),
    Check(
        area="jobs",
        call="POST /api/scheduled_jobs without a component",
        ask=_message("POST", "/api/scheduled_jobs", {"name": "parity"}, "component"),
        older="400 naming the component",
    ),
    Check(
        area="jobs",
        call="POST /api/scheduled_jobs without a target",
        ask=_message("POST", "/api/scheduled_jobs", {"name": "parity", "components": [{"path": "x"}]}, "target"),
        older="400 naming the target",
    ),
    _refused(
        "jobs",
        f"PUT {NO_JOB}",
        "500",
        {"name": "parity"},
        expected="404 job_not_found",
        why="Every PUT failed; now it replaces the job, and answers 404 where there is none.",
    ),
    _refused("jobs", f"GET {NO_JOB}/runs", "404 job_not_found"),
    _refused("agents", "POST /api/agent/heartbeat", "401 missing_authorization", {}, anonymous=True),
    _refused("agents", "POST /api/agent/script/request", "401 missing_authorization", {}, anonymous=True),
    _read("agents", "/api/agents", "as described", _says(LIST)),
    _read("upstream head", "/api/repo/current_hash", "as described", _head),
    _read("upstream head", "/api/repo/current_hash?ttl=1", "as described", _head),
    _read(
        "upstream head",
        "/api/github/token",
        "the token itself",
        _masked,
        expected="masked",
        why="The token was told to anybody; now administrators are told its last four characters.",
    ),
    _refused(
        "upstream head",
        "GET /api/github/token",
        "200",
        anonymous=True,
        expected="401 not_authenticated",
        why="What the token can reach was open to anyone who could reach the server.",
    ),
    _read("queue", "/api/work-items", "as described", _says(LIST)),
    _read("queue", "/api/work-items/summary", "as described", _says(frozenset(BUCKETS))),
    _read("queue", "/api/runs", "as described", _says(LIST)),
    _read("queue", "/api/events", "as described", _says(frozenset({"events"}))),
    _read("queue", "/api/manifests", "as described", _says(LIST)),
    _read("persistence", "/api/persistence/status", "as described", _states),
    _read("persistence", "/api/persistence/targets", "as described", _says(frozenset({"targets"}))),
    _refused("persistence", "POST /api/persistence/assign", "403 dev_mode_required", {"connection_id": 1}),
    Check(
        area="aliases",
        call="GET /api/assemblies/<GUID in capitals>",
        ask=_other_letter_case,
        older="found",
    ),
    _refused("aliases", f"GET /api/assemblies/{NOBODY}", "404 assembly_not_found"),
)

"""Every route of the URL resolver, and what there is to ask of it: methods, targets, paths and bodies."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from assemblies.models import Assembly
from devmode.models import DevModeGrant
from tests.matrix.identities import PASSWORD
from tests.matrix.stocked import MISSING, Stocked

# Where Django's own addresses name an assembly.
PAGE_OF_ASSEMBLY = "admin/assemblies/assembly/<path:object_id>/"
LABELS = re.compile(r"(\(\?P<app_label>)([^)]*)\)")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
DOMAINS = ("official", "community", "user")
ANY = "-"
# Where a copy comes from and where it is to land: both decide.
COPIES = ("official>official", "official>community", "official>user", "user>official", "user>community", "user>user")
# What is run on a device takes other rights than what is run on this server, which the other targets are about.
ON_DEVICE = "device"
FOR_DEVICES = {
    ("api-run-list", "POST"),
    ("api-scheduled-job-list", "POST"),
    ("api-scheduled-job-detail", "PUT"),
}
SCRIPT = {"display_name": "New", "assembly_type": "bash", "payload": "true\n"}
DOCUMENT = {"name": "New", "type": "bash", "script": "true\n", "script_encoding": "plain"}
JOB = {"name": "Nightly", "components": "{components}", "targets": ["server"], "enabled": False}


class Cell(NamedTuple):
    """One question, for every identity."""

    route: str
    method: str
    target: str


@dataclass(frozen=True)
class Route:
    """One pattern of the resolver, all parts joined."""

    pattern: str
    name: str
    view: Any

    @property
    def is_page(self) -> bool:
        """Whether it is for people: these do not tell methods and domains apart by themselves."""
        return not self.pattern.startswith(("api", "health"))

    def cells(self) -> Iterator[Cell]:
        for method in METHODS:
            for target in self._targets(method):
                yield Cell(self.pattern, method, target)

    def answers(self, method: str) -> bool:
        """Say whether the method does more here than to be refused, or to say what GET says without its body."""
        if self.is_page:
            return method in {"GET", "POST"}
        answered = getattr(self.view, "actions", None) or dir(getattr(self.view, "view_class", None))
        return method.lower() in answered and method not in {"HEAD", "OPTIONS"}

    def _targets(self, method: str) -> tuple[str, ...]:
        if self.name in {"api-assembly-clone", "assembly_copy"} and method == "POST":
            return (*COPIES, "missing>user")
        if "<str:guid>" in self.pattern or self.pattern.startswith(PAGE_OF_ASSEMBLY):
            return (*DOMAINS, "missing") if self.answers(method) else ("user",)
        body = str(BODIES.get((self.name, method), ""))
        found = DOMAINS if "{domain}" in body or "{guid}" in body else (ANY,)
        return (*found, ON_DEVICE) if (self.name, method) in FOR_DEVICES else found


BODIES: dict[tuple[str, str], Any] = {
    ("api-access-login", "POST"): {"username": "bystander", "password": PASSWORD},
    ("api-dev-mode-switch", "POST"): {"enabled": True, "password": PASSWORD},
    ("api-assembly-flush", "POST"): {"domain": "{domain}"},
    ("api-assembly-list", "POST"): SCRIPT | {"domain": "{domain}"},
    ("api-assembly-import", "POST"): {"document": DOCUMENT, "domain": "{domain}"},
    ("api-assembly-detail", "PUT"): SCRIPT,
    ("api-assembly-detail", "PATCH"): {"summary": "Other words"},
    ("api-assembly-clone", "POST"): {"target_domain": "{domain}"},
    ("api-setting-entry", "PUT"): {"value": {"by": "me"}},
    ("api-note-list", "POST"): {"content": "Mind the gap."},
    ("api-official-sync", "POST"): {"dry_run": True},
    ("api-run-list", "POST"): {"assembly_guid": "{guid}"},
    ("api-scheduled-job-list", "POST"): JOB,
    ("api-scheduled-job-detail", "PUT"): JOB,
    ("api-scheduled-job-toggle", "POST"): {"enabled": True},
    ("api-target-list", "POST"): {"name": "archive", "engine": "sqlite"},
    ("api-target-connection-list", "POST"): {"database": "other"},
    ("api-persistence-assign", "POST"): {"connection_id": "{connection}"},
    ("api-persistence-ensure-schema", "POST"): {"connection_id": "{connection}", "dry_run": True},
    ("persistence_assign", "POST"): {"connection": "{connection}"},
    ("persistence_add", "POST"): {"name": "archive", "engine": "sqlite", "database": "other"},
    ("persistence_ensure", "POST"): {"connection": "{connection}"},
    ("api-github-token", "POST"): {"token": ""},
    ("api-manifest-batch", "POST"): {"hashes": []},
    ("api-work-item-reorder", "POST"): {"direction": "last"},
    ("api-device-detail", "PATCH"): {"groups": ["web"]},
    ("api-install-code-list", "POST"): {"ttl_hours": 1},
    ("install_codes", "POST"): {"ttl_hours": "1", "max_uses": "2"},
    ("device_approve", "POST"): {"hostname": "waiting"},
    ("device_change", "POST"): {"groups": "web", "max_concurrent": "2"},
    ("own-access", "POST"): {"end": "others"},
    ("set_language", "POST"): {"language": "de"},
    ("dev_mode", "POST"): {"reason": "repairing", "password": PASSWORD},
    ("api-assembly-revert", "POST"): {"sequence": "{first}"},
    ("assemblies_assembly_add", "POST"): {"display_name": "New", "domain": "{domain}"},
    ("assemblies_assemblynote_add", "POST"): {"assembly": "{guid}", "content": "Mind the gap."},
    ("assemblies_assemblysetting_add", "POST"): {"assembly": "{guid}", "category": "deprecated"},
    ("assemblies_assemblyalias_add", "POST"): {"assembly": "{guid}", "alias": "another name"},
    ("setting_remove", "POST"): {"category": "approved", "key": "production"},
    ("assemblies_assembly_change", "POST"): {"summary": "Other words", "revision": "{revision}"},
    ("assemblies_assembly_delete", "POST"): {"revision": "{revision}"},
    ("assembly_bulk", "POST"): {"verb": "tag", "tag": "night", "guid": "{guid}"},
    ("assembly_copy", "POST"): {"display_name": "A copy", "domain": "{domain}"},
    ("assembly_export_selection", "POST"): {"guid": "{guid}", "style": "tree"},
    ("assembly_favourite", "POST"): {"add": "{guid}"},
    ("assembly_check", "POST"): {"payload": "true", "assembly_type": "bash"},
    ("assembly_suppress", "POST"): {"rule": "hosts", "reason": "known"},
    ("assembly_restore", "POST"): {"sequence": "{first}", "revision": "{revision}"},
    ("assembly_view_save", "POST"): {"name": "Mine", "query": "domain=user"},
    ("assembly_view_remove", "POST"): {"name": "Mine"},
    ("import_assemblies", "POST"): {
        "step": "preview", "pasted": '{"name": "New", "type": "bash", "script": "true"}', "domain": "{domain}"
    },
    ("run_defaults", "POST"): {"Bash": "60"},
    ("run_queue_move", "POST"): {"direction": "last"},
    ("schedule_add", "POST"): {
        "step": "save", "name": "Nightly", "component": "{official}", "target": "server", "schedule_type": "daily",
        "misfire": "once", "overlap": "skip",
    },
    ("schedule_edit", "POST"): {
        "step": "save", "name": "Nightly", "component": "{official}", "target": "server", "schedule_type": "daily",
        "misfire": "once", "overlap": "skip",
    },
    ("schedule_toggle", "POST"): {"enabled": "true"},
    ("queue_discard", "POST"): {"revision": "{revision}"},
    ("queue_flush", "POST"): {"domain": "{domain}"},
    ("workflow_preview", "POST"): {"payload": '{"nodes": [], "edges": []}'},
}  # fmt: skip


def routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, ""))


def all_cells() -> list[Cell]:
    return [cell for route in routes() for cell in route.cells()]


def path_of(route: Route, target: str, stocked: Stocked) -> str:
    """Return a path of the route that leads to something, unless the target is missing."""
    guid = stocked.guids.get(target.partition(">")[0], MISSING)
    values = {
        "guid": guid,
        "name": stocked.file_name,
        "category": "approved",
        "key": stocked.setting_key,
        "sequence": stocked.first_revisions.get(guid, 1),
        "style": "csv",
        "rest": "nowhere",
        "run_id": stocked.run_id,
        "manifest_hash": stocked.manifest_hash,
        "device": stocked.device,
        "code_id": stocked.code_id,
        "approval_id": stocked.approval_id,
        "work_item_hash": stocked.work_item_hash,
        "sha256": "0" * 64,
        "job_id": stocked.job_id,
        "target_id": stocked.target_id,
        "url": "nowhere/",
        "app_label": "assemblies",
        "number": DevModeGrant.objects.filter(user__username="bystander").values_list("pk", flat=True).first(),
        "object_id": guid if route.pattern.startswith(PAGE_OF_ASSEMBLY) else _some_pk(route),
        "id": _some_pk(route),
        "operation_id": MISSING,
    }
    pattern = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route.pattern).replace("^", "").replace("$", "")
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), pattern)
    return f"{path}?kind=script" if route.name == "assemblies_assembly_add" else path


def body_of(route: Route, method: str, target: str, stocked: Stocked) -> Any:
    """Return a body that the route accepts from those who may send it."""
    body = BODIES.get((route.name, method), {})
    if not body:
        return {}
    if target == ON_DEVICE:
        body, target = body | {"targets": [stocked.device]}, "official"
    origin, _arrow, domain = target.rpartition(">")
    guid = stocked.guids.get(origin or domain, MISSING)
    row = Assembly.objects.filter(guid=guid).first()
    values = {
        "{domain}": domain,
        "{connection}": stocked.connection_id,
        "{guid}": guid,
        "{components}": [{"assembly_guid": stocked.guids["official"]}],
        "{official}": stocked.guids["official"],
        "{first}": stocked.first_revisions.get(guid, 1),
        "{revision}": row.sequence if row else 1,
    }
    return {key: values.get(value, value) if isinstance(value, str) else value for key, value in body.items()}


def _walk(patterns: Iterable[Any], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + LABELS.sub(_sorted, str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield Route(path, pattern.name or "", pattern.callback)


def _sorted(labels: re.Match[str]) -> str:
    """Return the applications of Django's index in one order; its own is that in which modules were imported."""
    return f"{labels[1]}{'|'.join(sorted(labels[2].split('|')))})"


def _some_pk(route: Route) -> Any:
    """Return the key of some row of the model that an admin page is about."""
    found = re.match(r"admin/(auth|assemblies|devmode)/(\w+)/", route.pattern)
    if not found:
        return 1
    row = apps.get_model(found[1], found[2])._default_manager.order_by("pk").first()
    return row.pk if row else 1

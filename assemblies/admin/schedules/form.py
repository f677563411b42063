"""The form of a job: what it runs, where and when. "Look" shows the next times and the rule in words, "Save" saves."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assemblies.actions.permit import get_permit
from assemblies.admin.page import refusals_as_pages, render_page, sent_number
from assemblies.admin.runs.targets import choices_context, has_devices, target_choices
from assemblies.admin.schedules.listing import NEXT_TIMES, found
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.errors import DevModeRequired, Forbidden, InvalidField, LibraryError
from assemblies.execution.local import SERVER
from assemblies.execution.variables import choices_of, is_credential, text_of
from assemblies.permissions import Place, Verb
from assemblies.schedules.components import SECRET, ComponentFields
from assemblies.schedules.due import Misfire, Overlap, next_times
from assemblies.schedules.jobs import JobFields, change_job, create_job
from assemblies.schedules.models import Job
from assemblies.schedules.rules import (
    NO_EXPIRE,
    Rule,
    ScheduleType,
    check_cron,
    floor_minute,
    known_zones,
)
from assemblies.schedules.words import expiration_words, rule_words
from assemblies.web.actors import actor_of
from assemblies.web.errors import form_status_of
from assemblies.web.lookups import find_named, get_entry
from assemblies.web.saving_jobs import saving_of

START_FORMAT = "%Y-%m-%dT%H:%M"
EXPIRATIONS = (NO_EXPIRE, "15m", "30m", "1h", "6h", "1d", "7d")
TEXTS = ("name", "schedule_type", "start", "cron", "zone", "expiration", "misfire", "overlap")


@dataclass
class Filled:
    """What the form holds: texts by field, and of each component its GUID with values by the variable's name."""

    texts: dict[str, str]
    components: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    enabled: bool = True
    revision: int | None = None
    confirm_count: int | None = None

    @classmethod
    def new(cls, assembly: str) -> "Filled":
        texts = dict.fromkeys(TEXTS, "") | {
            "schedule_type": ScheduleType.DAILY.value,
            "start": timezone.now().strftime(START_FORMAT),
            "zone": "UTC",
            "expiration": NO_EXPIRE,
            "misfire": Misfire.ONCE.value,
            "overlap": Overlap.SKIP.value,
        }
        return cls(texts, [(get_entry(assembly).guid, {})] if assembly else [], [] if has_devices() else [SERVER])

    @classmethod
    def of_job(cls, job: Job) -> "Filled":
        texts = {name: str(getattr(job, name, "")) for name in TEXTS}
        texts |= {"start": job.start_at.astimezone(UTC).strftime(START_FORMAT)}
        components = [
            (one.assembly_guid, {name: text_of(value) for name, value in one.variables.items()})
            for one in job.components.all()
        ]
        return cls(texts, components, list(job.targets), job.enabled, job.revision)

    @classmethod
    def sent(cls, post: QueryDict) -> "Filled":
        removed = set(post.getlist("remove"))
        components = [
            (guid, dict(_values(post, number)))
            for number, guid in enumerate(post.getlist("component"))
            if str(number) not in removed
        ]
        return cls(
            {name: post.get(name, "").strip() for name in TEXTS},
            components,
            post.getlist("target"),
            "enabled" in post,
            sent_number(post, "revision"),
            sent_number(post, "confirm_count"),
        )

    def add(self, assembly: str) -> None:
        """Add what somebody named. Raises AssemblyNotFound, InvalidField, InvalidGuid."""
        if assembly:
            self.components.append((find_named(assembly).guid, {}))

    def fields(self) -> JobFields:
        """Return the job as it would be saved. Raises InvalidField."""
        texts = self.texts
        return JobFields(
            name=texts["name"],
            components=[ComponentFields(assembly=guid, variables=values) for guid, values in self.components],
            targets=self.targets,
            confirm_count=self.confirm_count,
            schedule_type=ScheduleType(_chosen(ScheduleType, texts["schedule_type"], "schedule")),
            start_at=_start(texts["start"]),
            cron=texts["cron"],
            zone=texts["zone"] or "UTC",
            expiration=texts["expiration"] or NO_EXPIRE,
            misfire=Misfire(_chosen(Misfire, texts["misfire"], "misfire")),
            overlap=Overlap(_chosen(Overlap, texts["overlap"], "overlap")),
            enabled=self.enabled,
        )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def schedule_add(request: HttpRequest) -> HttpResponseBase:
    _require(request, LibraryEvent.CREATE_JOB)
    return _answer(request, None, Filled.new(request.GET.get("assembly", "")) if request.method != "POST" else None)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def schedule_edit(request: HttpRequest, job_id: int) -> HttpResponseBase:
    _require(request, LibraryEvent.CHANGE_JOB)
    job = found(job_id)
    return _answer(request, job, Filled.of_job(job) if request.method != "POST" else None)


def _require(request: HttpRequest, event: LibraryEvent) -> None:
    is_looking = request.method != "POST"
    get_permit(actor_of(request), event, Place.LIBRARY, verb=Verb.SCHEDULE, only_looking=is_looking)


def _answer(request: HttpRequest, job: Job | None, filled: Filled | None) -> HttpResponseBase:
    if filled is not None:
        return _form(request, job, filled)
    filled = Filled.sent(request.POST)
    try:
        filled.add(request.POST.get("add", "").strip())
    except LibraryError as refusal:
        return _form(request, job, filled, refusal)
    if request.POST.get("step") != "save":
        return _form(request, job, filled)
    try:
        saved = _save(request, job, filled)
    except (Forbidden, DevModeRequired):
        raise
    except LibraryError as refusal:
        return _form(request, job, filled, refusal)
    messages.success(request, _("“%(name)s” was saved.") % {"name": saved.name})
    return redirect("admin:schedule", saved.pk)


def _save(request: HttpRequest, job: Job | None, filled: Filled) -> Job:
    if job is None:
        return create_job(filled.fields(), saving_of(request, LibraryEvent.CREATE_JOB))
    saving = saving_of(request, LibraryEvent.CHANGE_JOB, expected_revision=filled.revision)
    return change_job(job.pk, filled.fields(), saving)


def _form(
    request: HttpRequest, job: Job | None, filled: Filled, refusal: LibraryError | None = None
) -> HttpResponseBase:
    words, times, fault = _preview(filled)
    if refusal is not None:
        messages.error(request, refusal.message)
    return render_page(
        request,
        "library/schedules/form.html",
        title=_("Edit the job") if job else _("New job"),
        status=form_status_of(refusal) if refusal else 200,
        job=job,
        filled=filled,
        components=list(_components(filled)),
        types=ScheduleType.choices,
        zones=sorted(known_zones()),
        expirations=_expirations(filled.texts["expiration"] or NO_EXPIRE),
        misfires=Misfire.choices,
        overlaps=Overlap.choices,
        words=words,
        times=times,
        fault=fault,
        **choices_context(target_choices(actor_of(request), Verb.SCHEDULE, filled.targets), refusal),
    )


def _preview(filled: Filled) -> tuple[str, list[datetime], str]:
    """Return the rule in words and its next times, or why there are none."""
    try:
        fields = filled.fields()
        if fields.schedule_type is ScheduleType.CRON:
            check_cron(fields.cron, fields.zone)
        now = timezone.now()
        rule = Rule(
            type=fields.schedule_type,
            start=floor_minute(fields.start_at or now),
            cron=fields.cron,
            zone=fields.zone,
        )
        times = [now] if rule.type is ScheduleType.IMMEDIATELY else next_times(rule, after=now, number=NEXT_TIMES)
        return rule_words(rule), times, ""
    except InvalidField as refusal:
        return "", [], refusal.message


def _expirations(chosen: str) -> list[tuple[str, str]]:
    """Return the usual lengths of time in words, and the one that is chosen where it is another and can be read."""
    lengths = {one: expiration_words(one) for one in EXPIRATIONS}
    with suppress(InvalidField):
        lengths[chosen] = expiration_words(chosen)
    return list(lengths.items())


def _components(filled: Filled) -> Iterator[dict[str, Any]]:
    for number, (guid, values) in enumerate(filled.components):
        try:
            entry = get_entry(guid)
        except LibraryError:
            yield {"number": number, "guid": guid, "name": guid, "is_missing": True, "variables": []}
            continue
        yield {
            "number": number,
            "guid": guid,
            "name": entry.content.display_name,
            "variables": [_variable(one, number, values) for one in _declared(entry)],
        }


def _declared(entry: CatalogueEntry) -> list[dict[str, Any]]:
    return [dict(one) for one in entry.content.variables]


def _variable(declared: dict[str, Any], number: int, values: dict[str, str]) -> dict[str, Any]:
    name = str(declared["name"])
    secret, kept = is_credential(declared), values.get(name, "")
    default = declared.get("default")
    return {
        "field": f"v{number}-{name}",
        "label": str(declared.get("label") or name),
        "is_secret": secret,
        "is_kept": secret and kept == SECRET,
        "value": "" if secret else kept,
        "default": "" if secret or default is None else text_of(default),
        "choices": choices_of(declared),
        "is_required": bool(declared.get("required")),
    }


def _values(post: QueryDict, number: int) -> Iterator[tuple[str, str]]:
    """Yield what was filled in; empty stands for the assembly's own default, or the credential that is kept."""
    prefix = f"v{number}-"
    for key, value in post.items():
        if key.startswith(prefix) and value:
            yield key.removeprefix(prefix), str(value).replace("\r\n", "\n")
        elif key.startswith(f"kept-{prefix}") and not post.get(key.removeprefix("kept-")):
            yield key.removeprefix(f"kept-{prefix}"), SECRET


def _chosen(words: Any, value: str, field_name: str) -> str:
    if value not in words.values:
        raise InvalidField(_("Choose one of the list."), field=field_name)
    return value


def _start(words: str) -> datetime | None:
    """Return a time in UTC, as the browser's field for times sends it. Raises InvalidField."""
    if not words:
        return None
    try:
        return datetime.strptime(words[:16], START_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise InvalidField(_("Write the start as in 2026-03-01T10:00."), field="schedule.start") from None

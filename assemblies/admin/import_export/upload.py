"""What somebody sent to be imported: files, archives and pasted text, each document by itself, good or bad.

Uploads are asked how large they are before anything reads them, Django's own check of the CSRF token included."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from itertools import islice
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from assemblies import documents
from assemblies.bundles import Outcome, read_export, read_one
from assemblies.bundles.archive import MAX_MEMBERS, Allowance, is_archive, read_members
from assemblies.bundles.collect import printable
from assemblies.documents import Document
from assemblies.errors import DocumentTooLarge, InvalidDocument, Refusal
from assemblies.web.uploads import check_upload_size, taking_uploads

MAX_DOCUMENTS = MAX_MEMBERS


@dataclass(frozen=True)
class Readable:
    """A document, and where it stood in what was sent."""

    place: str
    document: Document


@dataclass(frozen=True)
class Unreadable:
    """What cannot be read, and why."""

    place: str
    refusal: Refusal

    @property
    def field(self) -> str:
        """The path inside the document that the refusal is about; empty where it is about the whole."""
        name = str(self.refusal.detail.get("field", ""))
        return "" if name in {"document", "file"} else printable(name)

    @property
    def limit_bytes(self) -> int | None:
        limit = self.refusal.detail.get("limit_bytes")
        return limit if isinstance(limit, int) else None


@dataclass(frozen=True)
class Upload:
    """Everything that was sent, in order."""

    readable: list[Readable] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.readable and not self.unreadable


def read_upload(files: Iterable[Any], pasted: str, source: str = "") -> Upload:
    """Read all that was sent, Django's uploaded files and a text; what cannot be read hides nothing else.

    `source` is what plain scripts come from, where somebody says so.

    Raises DocumentTooLarge when there is more than one import may hold.
    """
    parts = list(islice(_parts(files, pasted, source), MAX_DOCUMENTS + 1))
    if len(parts) > MAX_DOCUMENTS:
        words = _("These are more than %(count)s documents at once; import them in parts.")
        raise DocumentTooLarge(words % {"count": MAX_DOCUMENTS})
    return Upload(
        [part for part in parts if isinstance(part, Readable)],
        [part for part in parts if isinstance(part, Unreadable)],
    )


Part = Readable | Unreadable


def _parts(files: Iterable[Any], pasted: str, source: str) -> Iterator[Part]:
    allowance = Allowance()
    for file in files:
        name = printable(file.name or "")
        try:
            yield from _parts_of_file(file, name, source, allowance)
        except Refusal as refusal:
            yield Unreadable(name, refusal)
    if pasted.strip():
        yield _one(_("Pasted text"), pasted, source)


def _parts_of_file(file: Any, name: str, source: str, allowance: Allowance) -> Iterator[Part]:
    if not is_archive(file):
        content = file.read(documents.max_json_bytes(settings.MAX_DOCUMENT_BYTES) + 1)
        allowance.take(len(content))
        exported = list(read_export(content, name, source=source))
        yield from (_part(f"{name} › {one.name.rpartition(' › ')[2]}", one) for one in exported)
        if not exported:
            yield _one(name, content, source)
        return
    read = read_members(
        file,
        source=source,
        max_document_bytes=settings.MAX_DOCUMENT_BYTES,
        max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
        allowance=allowance,
    )
    for member in read:
        yield _part(f"{name} › {printable(member.name)}", member)


def _part(place: str, outcome: Outcome) -> Part:
    if outcome.document is not None:
        return Readable(place, outcome.document)
    return Unreadable(place, outcome.refusal or InvalidDocument(field="document"))


def _one(place: str, content: bytes | str, source: str) -> Part:
    try:
        return Readable(place, read_one(content, place, source=source))
    except Refusal as refusal:
        return Unreadable(place, refusal)


Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]
Refuse = Callable[[HttpRequest, DocumentTooLarge], HttpResponseBase]


def guarded(refuse: Refuse) -> Callable[[View[Rest]], View[Rest]]:
    """Let `refuse` answer what is too large or too much, and check the token of everything else."""

    def guarding(view: View[Rest]) -> View[Rest]:
        protected = csrf_protect(view)

        @taking_uploads
        @csrf_exempt
        @wraps(view)
        def asked(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            try:
                check_upload_size(request)
                return protected(request, *args, **kwargs)
            except DocumentTooLarge as refusal:
                return refuse(request, refusal)
            except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
                return refuse(request, DocumentTooLarge(_words(error)))

        return asked  # type: ignore[return-value]  # `wraps` hides that the request may be passed by position

    return guarding


def _words(error: Exception) -> str:
    if isinstance(error, TooManyFilesSent):
        words = _("These are more than %(count)s files at once; put them into one zip archive.")
        return words % {"count": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
    if isinstance(error, TooManyFieldsSent):
        return _("These are too many at once; do it in parts.")
    return _("The pasted text is too large; save it as a file and choose that.")

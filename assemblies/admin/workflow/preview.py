"""The picture of a workflow that is being typed. It changes nothing; a POST because a graph does not fit an address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assemblies.admin.workflow.picture import picture_of


@require_POST
def workflow_preview(request: HttpRequest) -> HttpResponseBase:
    """Answer with the picture of the posted `payload`; with nothing while that is no graph yet."""
    text = request.POST.get("payload", "")
    if len(text.encode("utf-8", "replace")) > settings.MAX_DOCUMENT_BYTES:
        return HttpResponse(_("This is larger than a document may be."), status=413, content_type="text/plain")
    picture = picture_of(text)
    if picture is None:
        return HttpResponse(status=204)
    return render(request, "library/workflow/picture.html", {"picture": picture})

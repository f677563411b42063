"""What the checks say of a script that is being typed.

It changes nothing; a POST because a script does not fit an address.
"""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from assemblies.checking import Subject, check
from assemblies.domains import AssemblyType

# Longer scripts are checked once they are saved: an answer is to come between two keys.
MAX_CHARACTERS = 64 * 1024
MAX_VARIABLES = 200
# What the editor finds by itself, with its columns.
OF_THE_EDITOR = ("hidden-character", "byte-order-mark", "carriage-return")


@require_POST
def check_typed(request: HttpRequest) -> HttpResponseBase:
    """Answer with `findings` of the posted script; with nothing for what is no script, or too long to be quick."""
    text, type_name = request.POST.get("payload", ""), request.POST.get("assembly_type", "")
    if type_name not in AssemblyType or type_name == AssemblyType.WORKFLOW or len(text) > MAX_CHARACTERS:
        return HttpResponse(status=204)
    names = tuple(request.POST.getlist("variable")[:MAX_VARIABLES])
    subject = Subject(AssemblyType(type_name), text, names, has_files="has_files" in request.POST)
    report = check(subject).without(OF_THE_EDITOR)
    return JsonResponse({"findings": [asdict(one) for one in report.findings]})

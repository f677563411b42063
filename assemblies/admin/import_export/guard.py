"""Uploads are asked how large they are before anything reads them, Django's own check of the CSRF token included."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from assemblies.errors import DocumentTooLarge
from assemblies.web.uploads import check_upload_size, taking_uploads

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

"""Settings with a planted bug: a new assembly is acknowledged a moment before it is written.

What looks for lost writes has to find it; were it silent here, its silence elsewhere would mean nothing.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse

from borealis_assemblies.settings import *  # noqa: F403  # settings are names
from borealis_assemblies.settings import MIDDLEWARE as WITHOUT_BUG

MIDDLEWARE = [*WITHOUT_BUG, f"{__name__}.EarlyAcknowledgement"]
EARLY_SECONDS = 0.5


class EarlyAcknowledgement:
    """Answers 201, and lets the library write later."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # One thread: hundreds would come to wait for the write lock, and none would get far.
        self.later = ThreadPoolExecutor(1)

    def _write(self, request: HttpRequest, due: float) -> None:
        time.sleep(max(0, due - time.monotonic()))
        self.get_response(request)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (request.method, request.path) != ("POST", "/api/assemblies"):
            return self.get_response(request)
        guid = str(uuid4())
        body = json.dumps(json.loads(request.body) | {"assembly_guid": guid}).encode()
        request._body, request.META["CONTENT_LENGTH"] = body, str(len(body))
        request._stream = BytesIO(body)
        self.later.submit(self._write, request, time.monotonic() + EARLY_SECONDS)
        return JsonResponse({"assembly_guid": guid}, status=201)

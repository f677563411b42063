"""The ASGI entry point, for any server: `borealis_assemblies.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borealis_assemblies.settings")
application = get_asgi_application()

"""The ASGI entry point, for any server: `borealis_assemblies.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

from borealis_assemblies.startup import checked

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borealis_assemblies.settings")
application = checked(get_asgi_application)

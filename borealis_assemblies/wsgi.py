"""The WSGI entry point, for any server: `borealis_assemblies.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borealis_assemblies.settings")
application = get_wsgi_application()

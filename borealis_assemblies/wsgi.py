"""The WSGI entry point, for any server: `borealis_assemblies.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from borealis_assemblies.startup import checked

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borealis_assemblies.settings")
application = checked(get_wsgi_application)

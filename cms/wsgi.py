"""The WSGI callable `application`; a public server sets DJANGO_SETTINGS_MODULE itself."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")

application = get_wsgi_application()

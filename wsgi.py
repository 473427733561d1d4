"""The Flask app for any WSGI server: `gunicorn wsgi:app`. The doors are the same; the feed polls."""

import atexit

from tracker.app import create_app

app = create_app()
services = app.extensions["desirepath"]
services.start()
atexit.register(services.stop)

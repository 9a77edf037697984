"""The read API, the only package besides optional apps that knows Django REST Framework.

``views.py`` has the endpoints; ``parameters.py`` declares their query parameters and ``filters.py``
applies them; ``issues.py`` and ``representations.py`` build the data that ``serializers.py``
describes; ``base.py`` is the view class, whose responses are cached.
"""

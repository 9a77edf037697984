"""RSS, Atom and JSON Feed, the sitemap and llms.txt.

``formats.py`` lists the formats; ``views.py`` selects the issues of a feed and renders them.
"""

"""The readers: functions that return the parts of a document, one for each format.

A new format gets a member of ``Format`` in ``digest.importing.documents``, which also detects it,
and a reader here. Word files are converted to HTML (``digest.importing.word``) first.
"""

from digest.importing.documents import Format
from digest.importing.readers.html import read_html
from digest.importing.readers.markdown import read_markdown
from digest.importing.readers.text import read_text

READERS = {Format.TEXT: read_text, Format.MARKDOWN: read_markdown, Format.HTML: read_html}

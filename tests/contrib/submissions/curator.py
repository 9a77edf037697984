"""The sample curator of the docs, which is run as its readers run it, and feeds for it."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.docs.markdown import ROOT, code_blocks, section

PAGE = (ROOT / "docs/how-to/curate-by-machine.md").read_text(encoding="utf-8")
HOW = section(PAGE, "A curator in thirty lines")
[SCRIPT] = code_blocks(HOW, "python")
[COMMAND] = code_blocks(HOW, "sh")[:1]
# What the commands of the docs name.
FEED_URL, SITE_URL, FILE = "https://news.example/feed.xml", "https://cms.example", "/opt/curate.py"
ENVIRONMENT_FILE = "/etc/curate.env"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel>
    <title>Harbour Wire</title>
    <link>https://wire.example/</link>
    <atom:link rel="self" href="https://wire.example/feed.xml"/>
    <item>
      <title>Tugs switch to batteries</title>
      <link>https://wire.example/tugs?a=1&amp;b=2</link>
      <dc:creator>A. Writer</dc:creator>
      <description>&lt;p&gt;Six tugs leave the quay without a sound &amp;amp; come back
        half &lt;b&gt;full&lt;/b&gt;.&lt;/p&gt;</description>
    </item>
    <item>
      <title>A crane gets a *second* [life]</title>
      <link>https://wire.example/crane(1)</link>
      <description><![CDATA[- It lifts <i>books</i> now, # 1 of a row.]]></description>
    </item>
    <item>
      <title>The bridge opens at 4 &lt; 5</title>
      <description>Ships wait.</description>
    </item>
  </channel>
</rss>
"""

# Titles and texts that documents would take for labels, and an entry without a title
HOSTILE = """<rss version="2.0">
  <channel>
    <title>Bottom line: sell</title>
    <item><description>Nobody has named me.</description></item>
    <item>
      <title>Bottom line</title>
      <link>javascript:alert(1)</link>
      <description>Why it matters: buy COIN</description>
    </item>
    <item>
      <title>7. Sources:</title>
      <link>https://wire.example/7</link>
      <description>&lt;/p&gt;&lt;script&gt;Sources: none&lt;/script&gt; &amp;lt;b&amp;gt; [x](https://x.example/)
        ## Sources</description>
    </item>
    <item><title>2026. It was a year</title><description>1. x</description></item>
    <item><title>&#x200b; </title><description>Nobody sees my name.</description></item>
  </channel>
</rss>
"""

ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>Harbour Notes</title>
  <link href="https://notes.example/"/>
  <entry>
    <title type="html">Gulls &amp;amp; gates</title>
    <link rel="replies" href="https://notes.example/gulls/replies"/>
    <link rel="alternate" href="https://notes.example/gulls"/>
    <content type="xhtml">
      <div xmlns="http://www.w3.org/1999/xhtml">The gate <b>stays</b> open.</div>
    </content>
  </entry>
</feed>
"""


def command_for(command: str, folder: Path, feed_url: str, site_url: str, digest: str) -> str:
    """Return a command of the docs with the places and the digest of a test."""
    python = shlex.quote(sys.executable)
    for old, new in {
        FEED_URL: feed_url,
        SITE_URL: site_url,
        "/submissions/ signals": f"/submissions/ {digest}",
        ENVIRONMENT_FILE: str(folder / "curate.env"),
        FILE: str(folder / "curate.py"),
    }.items():
        assert old in command or old in (FILE, ENVIRONMENT_FILE)
        command = command.replace(old, new)
    return re.sub(r"(/usr/bin/)?\bpython3 ", f"{python} ", command)


def curate(
    folder: Path, key: str, *places: str, command: str = COMMAND
) -> subprocess.CompletedProcess[str]:
    """Save the script, and run it as a process with the key in its environment."""
    (folder / "curate.py").write_text(SCRIPT, encoding="utf-8")
    return subprocess.run(
        ["sh", "-c", command_for(command, folder, *places)],
        cwd=folder,
        env=clean_environment() | {"DIGEST_KEY": key},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def clean_environment() -> dict[str, Any]:
    """Return the environment without the settings of Django, which the script must not need."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}

"""A mail server in a process of its own, which a script has fail, and a handle on it.

Its steps are CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (within the message), END
(before the reply to it) and DONE (after that reply).
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

FOREVER = 24 * 3600
COMMANDS = ("EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA")


class MailServer:
    """Starts the server, writes its script and reads what it has received."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = [sys.executable, "-m", __name__, str(folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())
        self.script()

    def script(self, **script: Any) -> None:
        """Replace the script, and forget what was received.

        ``replies`` maps steps to replies; ``drop`` has steps at which the connection is lost,
        ``once`` or always; at the step ``kill`` the process of ``self.victim`` is killed, at
        ``freeze`` it is stopped; ``delay`` maps steps to seconds; ``offers`` has extensions that
        are only announced.
        """
        for path in self.folder.iterdir():
            path.unlink()
        (self.folder / "script.json").write_text(json.dumps(script))

    def victim(self, pid: int) -> None:
        """Choose the process that the script kills."""
        (self.folder / "new-pid").write_text(str(pid))
        (self.folder / "new-pid").rename(self.folder / "pid")

    @property
    def mails(self) -> list[bytes]:
        """The messages in the order in which they came."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]

    @property
    def log(self) -> list[str]:
        """The steps, each with its argument."""
        path = self.folder / "log"
        return path.read_text().splitlines() if path.exists() else []

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


class ScriptedSMTP(SMTP):
    """The session of a client."""

    def __init__(self, folder: Path) -> None:
        accept = lambda *args: AuthResult(success=True)  # noqa: E731
        super().__init__(self, auth_require_tls=False, authenticator=accept)
        self.folder = folder
        self._has_message = False
        self.script = json.loads((folder / "script.json").read_text())
        for name in COMMANDS:
            self._smtp_methods[name] = self._scripted(name, self._smtp_methods[name])

    def _scripted(self, name: str, method: Callable) -> Callable:
        async def command(arg: str | None) -> None:
            if reply := await self._step(name, arg or ""):
                await self.push(reply)
            else:
                await method(arg)

        return command

    async def _step(self, name: str, arg: str = "") -> str | None:
        """Record a step, do what the script says, and return the reply, if it has one."""
        with (self.folder / "log").open("a") as log:
            log.write(f"{name} {arg}".strip() + "\n")
        await asyncio.sleep(self.script.get("delay", {}).get(name, 0))
        if name == self.script.get("kill") and self._is_first(name):
            await self._send_signal(signal.SIGKILL)
            # The rest of the message may be here; the mail would arrive later.
            await asyncio.sleep(FOREVER)
        if name == self.script.get("freeze") and self._is_first(name):
            await self._send_signal(signal.SIGSTOP)
        if name in self.script.get("drop", ()) and (
            not self.script.get("once") or self._is_first(name)
        ):
            self.transport.abort()
            await asyncio.sleep(60)  # until the lost connection cancels it
        if name == "MAIL" and self.script.get("reject", arg) in arg and "reject" in self.script:
            return "550 5.7.1 Sender rejected"
        return self.script.get("replies", {}).get(name)

    def _is_first(self, name: str) -> bool:
        marker = self.folder / f"done-{name}"
        if marker.exists():
            return False
        marker.touch()
        return True

    async def _send_signal(self, number: int) -> None:
        while not (self.folder / "pid").exists():
            await asyncio.sleep(0.01)
        os.kill(int((self.folder / "pid").read_text()), number)

    async def _handle_client(self) -> None:
        if reply := await self._step("CONNECT"):
            await self.push(reply)
            self.transport.close()
        else:
            await super()._handle_client()

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*(f"250-{name}" for name in self.script.get("offers", ())), *lines]

    async def push(self, status: str | bytes) -> None:
        await super().push(status)
        if self._has_message:
            self._has_message = False
            await self._step("DONE")
        elif status[:3] == "354":
            await self._step("BODY")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Store the message: a server may lose the connection between that and its reply."""
        if "END" not in self.script.get("replies", {}):
            number = len(list(self.folder.glob("*.eml")))
            (self.folder / f"{number:04}.eml").write_bytes(envelope.original_content)
        reply = await self._step("END", f"{envelope.mail_from} {envelope.rcpt_tos[0]}")
        self._has_message = True
        return reply or "250 2.0.0 Stored"


async def serve(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ScriptedSMTP(folder), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))

"""A proxy between the frontend and the API, which can be broken: the site itself cannot."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer


class Proxy(ThreadingTCPServer):
    """Pass connections on to a port of this machine, or close them while it is broken."""

    allow_reuse_address = True
    daemon_threads = True
    is_broken = False

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.target = ("127.0.0.1", port)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @contextmanager
    def broken(self) -> Iterator[None]:
        self.is_broken = True
        try:
            yield
        finally:
            self.is_broken = False


class Handler(BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        with suppress(OSError), socket.create_connection(self.server.target) as site:
            back = threading.Thread(target=self.copy, args=[site, self.request], daemon=True)
            back.start()
            self.copy(self.request, site)
            back.join()

    def copy(self, source: socket.socket, target: socket.socket) -> None:
        """Copy until the end, or until the proxy is broken."""
        with suppress(OSError):
            while (data := source.recv(65536)) and not self.server.is_broken:
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

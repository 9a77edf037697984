"""The request log of gunicorn, as `make serve` writes it."""

from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger


class RequestLogger(Logger):
    """Logs requests with the atoms of the format in the Makefile.

    gunicorn's own copies all headers and all variables for each line.
    """

    def atoms(
        self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta
    ) -> dict[str, Any]:
        return {
            "h": environ.get("REMOTE_ADDR", "-"),
            "m": environ.get("REQUEST_METHOD"),
            "U": environ.get("PATH_INFO"),
            "s": str(resp.status).split(None, 1)[0],
            "B": getattr(resp, "sent", None),
            "L": f"{request_time.seconds}.{request_time.microseconds:06}",
        }

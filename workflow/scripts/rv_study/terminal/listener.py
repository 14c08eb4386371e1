"""Listen to the jobs that run on this machine, and show what they tell. Runs beside Snakemake, in its process."""

import json
import os
import shutil
import socketserver
import tempfile
import threading
from pathlib import Path
from typing import Protocol

from rv_study.around_jobs.to_snakemake import VARIABLE


class Display(Protocol):
    """Where messages of jobs are shown."""

    def progress(self, told: dict) -> None:
        """Show how far a job is; `told` is what progress.JobProgress sends."""

    def say(self, text: str, *, is_error: bool) -> None:
        """Show a text."""

    def end(self, job: str) -> None:
        """Show no progress of this job any more."""

    def close(self) -> None:
        """Show no progress of any job any more."""


class Listener:
    """Receive messages of jobs until it is closed; the jobs find it by an environment variable, which they inherit.

    Raises OSError where no socket can be made, as below a very long path; jobs then speak for themselves.
    """

    def __init__(self, display: Display) -> None:
        self._display, self._lock = display, threading.Lock()
        self._folder = tempfile.mkdtemp(prefix="rotational-variance-")
        path = str(Path(self._folder) / "jobs")
        try:
            self._server = _Server(path, self)
        except OSError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        os.environ[VARIABLE] = path
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def receive(self, message: dict) -> None:
        """Show one message; one at a time, as jobs speak at any time."""
        with self._lock:
            if message["kind"] == "progress":
                self._display.progress(message)
            elif message["kind"] == "end":
                self._display.end(message["job"])
            else:
                self._display.say(message["text"], is_error=message["kind"] == "error")

    def close(self) -> None:
        """Listen no more."""
        os.environ.pop(VARIABLE, None)
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            self._display.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128  # jobs that speak at the same moment

    def __init__(self, path: str, listener: Listener) -> None:
        self.listener = listener
        super().__init__(path, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a job that was killed while it spoke."""


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.server.listener.receive(json.loads(self.rfile.readline()))
        self.wfile.write(b".")  # the job waits for it, so that its last words come before Snakemake's about it

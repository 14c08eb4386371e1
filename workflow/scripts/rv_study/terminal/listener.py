"""Listen to the jobs that run on this machine, and show what they tell. Runs beside Snakemake, in its process."""

import atexit
import json
import os
import shutil
import socketserver
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from rv_study.around_jobs.to_snakemake import VARIABLE
from rv_study.terminal.display import Display


class Listener:
    """Receive messages of jobs until it is closed; the jobs find it by an environment variable, which they inherit.

    Raises OSError where no socket can be made, as below a very long path; jobs then speak for themselves.
    """

    def __init__(self, display: Display) -> None:
        self._display, self._lock, self._is_closed = display, threading.Lock(), False
        self._folder = tempfile.mkdtemp(prefix="rotational-variance-")
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)  # as after an error of Snakemake
        path = str(Path(self._folder) / "jobs")
        try:
            self._server = _Server(path, self)
        except OSError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._outer = os.environ.get(VARIABLE)  # of a Snakemake that runs this one
        os.environ[VARIABLE] = path
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def receive(self, message: dict) -> None:
        """Show one message; one at a time, as jobs speak at any time."""
        with self._lock:
            if self._is_closed:
                return
            if message["kind"] == "progress":
                self._display.progress(message)
            elif message["kind"] == "end":
                self._display.end(message["job"], is_done=message["is_done"])
            else:
                self._display.say(message["text"], is_error=message["kind"] == "error")

    def close(self) -> None:
        """Listen no more."""
        os.environ.pop(VARIABLE, None)
        if self._outer is not None:
            os.environ[VARIABLE] = self._outer
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            self._is_closed = True
            self._display.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False  # a job may keep its connection
    request_queue_size = 128  # jobs that speak at the same moment

    def __init__(self, path: str, listener: Listener) -> None:
        self.listener = listener
        super().__init__(path, _Handler)


class _Handler(socketserver.StreamRequestHandler):
    """One connection: of one text, which is answered, or of a job's progress, until the job ends or is killed."""

    def handle(self) -> None:
        job = None
        with suppress(ConnectionError, json.JSONDecodeError):  # a job that was killed while it spoke
            for line in self.rfile:
                message = json.loads(line)
                self.server.listener.receive(message)
                if message["kind"] == "progress":
                    job = message["job"]
                else:
                    self.wfile.write(b".")  # the job waits for it: its last words come before Snakemake's about it
        if job is not None:
            self.server.listener.receive({"kind": "end", "job": job, "is_done": False})

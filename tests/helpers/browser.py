"""A Chromium without a window, spoken to by its DevTools protocol over a pipe; no package is needed for that."""

import json
import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-default-apps", "--disable-extensions", "--hide-scrollbars",
]  # fmt: skip


ANSWER_S = 60


class Browser:
    """One page of a browser. `events` are all that the browser told so far, (method, parameters) each."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._number, self._rest, self._session = 0, b"", {}
        self.events: list[tuple[str, dict]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict:
        """Call a method of the protocol; return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters, **self._session}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def open(self, path: Path, width: int, height: int = 900) -> None:
        """Open a file in a window of this size, in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Page.navigate", url=path.as_uri())
        while self.events[-1][0] != "Page.loadEventFired":
            self._read()

    def run(self, script: str) -> object:
        """Run JavaScript, the body of an async function, in the page; return its result."""
        answer = self.call(
            "Runtime.evaluate", expression=f"(async () => {{{script}}})()", awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def _read(self) -> dict:
        """Return the next answer or event; remember an event."""
        while b"\0" not in self._rest:
            assert select.select([self._from], [], [], ANSWER_S)[0], "the browser says nothing"
            content = os.read(self._from, 1 << 20)
            assert content, "the browser is gone"
            self._rest += content
        line, self._rest = self._rest.split(b"\0", 1)
        answer = json.loads(line)
        if "method" in answer:
            self.events.append((answer["method"], answer["params"]))
        return answer


@contextmanager
def browser(program: str, folder: Path) -> Iterator[Browser]:
    """Start a browser whose files lie in `folder`."""
    browser_in, to_browser = os.pipe()
    from_browser, browser_out = os.pipe()
    # The browser reads its descriptor 3 and writes to 4.
    command = f'exec "$0" "$@" 3<&{browser_in} 4>&{browser_out}'
    arguments = [program, *QUIET, "--remote-debugging-pipe", f"--user-data-dir={folder}"]
    process = subprocess.Popen(
        ["bash", "-c", command, *arguments], pass_fds=(browser_in, browser_out), stderr=subprocess.DEVNULL
    )
    os.close(browser_in)
    os.close(browser_out)
    try:
        yield Browser(to_browser, from_browser)
    finally:
        process.kill()
        process.wait()
        os.close(to_browser)
        os.close(from_browser)

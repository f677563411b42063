"""A real browser, driven over its own pipe: what it loads, and what its security rules stop."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Self

Event = dict[str, Any]
COMPLAINTS = {"Log.entryAdded", "Runtime.exceptionThrown"}
QUIET_SECONDS = 0.3


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Chromium:
    """One headless browser with one page."""

    def __init__(self, program: str, profile: Path) -> None:
        to_browser, self.commands = os.pipe()
        self.events, from_browser = os.pipe()
        # The browser reads commands on descriptor 3 and writes what happens on 4.
        arguments = (
            f"--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking "
            f"--no-first-run --remote-debugging-pipe --user-data-dir={profile} about:blank"
        ).split()
        script = f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}'
        self.process = subprocess.Popen(
            ["bash", "-c", script, program, *arguments],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.number, self.session = b"", 0, ""
        self.seen: list[Event] = []

    def __enter__(self) -> Self:
        targets = self.ask("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Audits", "Network"):
            self.ask(f"{domain}.enable")
        return self

    def __exit__(self, *_error: object) -> None:
        os.close(self.commands)
        self.process.kill()
        self.process.wait(timeout=10)
        os.close(self.events)

    def sign_in(self, address: str, name: str, value: str) -> None:
        """Give the browser a session's cookie."""
        self.ask("Network.setCookie", name=name, value=value, url=address)

    def open(self, address: str) -> list[Event]:
        """Load a page, let it settle, and return what the browser complained of."""
        self.seen.clear()
        self.ask("Page.navigate", url=address)
        self.wait_for_load()
        return self.complaints()

    def wait_for_load(self) -> None:
        while not any(event["method"] == "Page.loadEventFired" for event in self.seen):
            self._read()
        ends_at = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < ends_at:
            self.evaluate("1")

    def complaints(self) -> list[Event]:
        return [event for event in self.seen if _is_complaint(event)]

    def evaluate(self, script: str) -> Any:
        """Run a script in the page, past its rules, and return its value."""
        return self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)["result"].get(
            "value"
        )

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.number += 1
        message: Event = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _read(self) -> Event:
        while b"\0" not in self.buffer:
            chunk = os.read(self.events, 1 << 16)
            assert chunk, "the browser ended"
            self.buffer += chunk
        line, _zero, self.buffer = self.buffer.partition(b"\0")
        event: Event = json.loads(line)
        if "method" in event:
            self.seen.append(event)
        return event


def _is_complaint(event: Event) -> bool:
    if event["method"] == "Audits.issueAdded":
        # Its other issues are advice on forms and labels.
        return bool(event["params"]["issue"]["code"] == "ContentSecurityPolicyIssue")
    if event["params"].get("entry", {}).get("level") == "verbose":
        return False
    return event["method"] in COMPLAINTS and not _is_missing_page(event)


def _is_missing_page(event: Event) -> bool:
    """Say whether it is only that a page asked for by name, or the icon browsers ask for unasked, is not there."""
    entry = event["params"].get("entry", {})
    return entry.get("source") == "network" and str(entry.get("url", "")).endswith(("/favicon.ico", "/no-such-page"))

"""A page that is watched: what its console says, what its security rules stop, and whom it asks for files."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response


class Watch:
    """Collects what a page of ours must never do."""

    def __init__(self, page: Page, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        page.on("console", self._heard)
        page.on("pageerror", self._failed)
        page.on("request", self._asked)
        page.on("response", self._answered)

    def expect(self, *statuses: int) -> None:
        """Let answers of these statuses pass, for a test of a refusal."""
        self.expected |= set(statuses)

    def _heard(self, message: ConsoleMessage) -> None:
        # What the network said is judged by its status below; the browser words it again for the console.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _failed(self, error: Error) -> None:
        self.complaints.append(f"script: {error}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != self.host:
            self.complaints.append(f"another host: {request.url}")

    def _answered(self, response: Response) -> None:
        # The icon that browsers ask for unasked.
        if response.status >= 400 and response.status not in self.expected and "favicon" not in response.url:
            self.complaints.append(f"{response.status}: {response.url}")

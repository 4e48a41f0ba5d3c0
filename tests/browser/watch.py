"""What must never happen while somebody uses the site: an error in the console, a dialog, a request to elsewhere."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request, WebError

HERE = ("http://127.0.0.1:", "https://127.0.0.1:")
REPLACED = ("htmx:afterRequest", "htmx:sendAbort", "htmx:sendError, [object HTMLDivElement]")
"""What htmx writes when a later filter takes the place of one that is still on its way, or a page is left whose numbers
are."""


class Watch:
    """Collects the problems of one browser context, but for those a test expects."""

    def __init__(self, context: BrowserContext) -> None:
        """Begin to watch."""
        self.expected = [*REPLACED]
        self.problems: list[str] = []
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("dialog", self._on_dialog)
        context.on("request", self._on_request)

    def forget(self) -> list[str]:
        """Return what happened that the test did not expect, and begin anew."""
        problems = [said for said in self.problems if not any(words in said for words in self.expected)]
        # Numbers on their way when their site is stopped.
        problems = [said for said in problems if not ("net::ERR_" in said and "/jobs/counts/" in said)]
        self.problems, self.expected = [], [*REPLACED]
        return problems

    def _on_console(self, message: ConsoleMessage) -> None:
        # What the Content-Security-Policy refuses comes as an error too.
        if message.type in ("error", "warning"):
            self.problems.append(f"console: {message.text} ({message.location['url']})")

    def _on_error(self, error: WebError) -> None:
        self.problems.append(f"script: {error.error}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((*HERE, "data:")):
            self.problems.append(f"a request left the site: {request.url}")

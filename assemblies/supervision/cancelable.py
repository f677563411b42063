"""A script that may be canceled at any time, by any thread: before it begins, while it runs, and once it has ended.

What the library's worker and a device's agent have in common.
"""

from collections.abc import Callable

from .events import Event, Result
from .order import Order
from .running import RunningScript, supervise


class Cancelable:
    """One script; `cancel_reason` says why it was canceled, and is empty where it was not."""

    running: RunningScript | None = None
    cancel_reason: str = ""

    def cancel(self, reason: str) -> None:
        """Stop the script; the end follows when none of its processes is left. The first reason stays."""
        if not self.cancel_reason:
            self.cancel_reason = reason
            if self.running:
                self.running.cancel(reason)

    def carry_out(self, order: Order, hear: Callable[[Event], object]) -> Result | None:
        """Run the order, let each event be heard, and return how it ended. Raises what `supervise` raises."""
        with supervise(order) as running:
            # In this order: a cancel that did not find the script yet has left its reason before this looks for one.
            self.running = running
            if self.cancel_reason:
                running.cancel(self.cancel_reason)
            for event in running.events():
                hear(event)
        return running.result

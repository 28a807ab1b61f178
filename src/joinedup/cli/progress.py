"""Progress on anything that takes longer than two seconds, on the standard error stream."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.status import Status

if TYPE_CHECKING:
    from types import TracebackType

_QUIET_SECONDS = 2.0


class Progress:
    """Say what is being done, once the work has taken more than two seconds."""

    def __init__(self) -> None:
        """Start the clock."""
        self._console = Console(stderr=True, highlight=False)
        self._status = Status("", console=self._console)
        self._phrase = "working"
        self._shown = ""
        self._started = time.monotonic()
        self._timer = threading.Timer(_QUIET_SECONDS, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Begin to wait."""
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop showing anything."""
        self._timer.cancel()
        self._status.stop()

    def __call__(self, phrase: str) -> None:
        """Note the stage that begins."""
        self._phrase = phrase
        if time.monotonic() - self._started >= _QUIET_SECONDS:
            self._show()

    def _show(self) -> None:
        if self._phrase == self._shown:
            return
        self._shown = self._phrase
        if self._console.is_terminal:
            self._status.update(f"{self._phrase} …")
            self._status.start()
        else:
            self._console.print(f"{self._phrase} …", markup=False)

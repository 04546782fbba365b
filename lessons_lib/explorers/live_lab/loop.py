"""Work done frame by frame on a notebook's event loop, so that every message is served between two frames."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

_INTERVAL = 1 / 15  # seconds between two frames, at least
_AHEAD = 2  # frames that may be under way to the browser
_PATIENCE = 8  # seconds of the loop's own without a painted frame: nobody is looking
_BREATH = 0.005  # seconds in which waiting messages are served, at least


class LiveLoop:
    """Calls `work()` while `going()`, and what was handed over by `do` before it; all of it on the main loop.

    `work` returns the number of the frame it sent; the browser's answers come in by `painted`. `failed(error)` and
    `unseen()` are told why it stopped. It holds no timer and no task while nothing is to be done.
    RuntimeError where no event loop is running.
    """

    def __init__(
        self,
        work: Callable[[], int],
        going: Callable[[], bool],
        failed: Callable[[Exception], None],
        unseen: Callable[[], None],
    ):
        self._work, self._going, self._failed, self._unseen = work, going, failed, unseen
        self._loop = asyncio.get_running_loop()
        self._asked: deque[Callable[[], None]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._other: asyncio.Task[None] | None = None
        self._answer = asyncio.Event()
        self._painted = 0

    def do(self, job: Callable[[], None] | None = None) -> None:
        """Do this on the main loop, or see what is to be done; from any thread."""
        if job is not None:
            self._asked.append(job)
        self._loop.call_soon_threadsafe(self._wake)

    def beside(self, work: Callable[[], object], then: Callable[[], None]) -> None:
        """Begin this on another thread, and do `then` on the loop when it is done; one at a time, another is not begun.

        On the main loop only.
        """
        if self._other is None or self._other.done():
            self._other = self._loop.create_task(self._beside(work, then))

    def painted(self, number: int) -> None:
        """The browser has painted this frame; from any thread."""
        self._painted = max(self._painted, number)
        self._loop.call_soon_threadsafe(self._answer.set)

    def _wake(self) -> None:
        self._answer.set()
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._run())

    async def _beside(self, work: Callable[[], object], then: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(work)
        except Exception as error:
            self._failed(error)
        else:
            self.do(then)

    async def _run(self) -> None:
        try:
            while self._asked or self._going():
                began = time.monotonic()
                while self._asked:
                    self._asked.popleft()()
                if not self._going():
                    continue
                number = self._work()
                await asyncio.sleep(_BREATH)
                if not await self._seen(number - _AHEAD):
                    return self._unseen()
                await asyncio.sleep(max(0.0, began + _INTERVAL - time.monotonic()))
        except Exception as error:
            self._failed(error)
        return None

    async def _seen(self, number: int) -> bool:
        """Wait until the browser has painted this frame or one after it; False if it does not come.

        Counted second by second: while another cell keeps the loop, no answer can be heard.
        """
        for _ in range(_PATIENCE):
            if self._painted >= number or self._asked or not self._going():
                return True
            self._answer.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._answer.wait(), 1.0)
        return False

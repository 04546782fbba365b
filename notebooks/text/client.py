"""Who runs a notebook's cells, and does not wait for an answer that has come already."""

import asyncio
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode


class Client(NotebookClient):
    """One that also looks by itself, each second, whether the kernel has answered.

    Now and then zmq does not wake asyncio for a message that has come. The cell would then wait until its time is up.
    """

    async def async_execute_cell(self, *cell: Any, **choices: Any) -> NotebookNode:
        looking = asyncio.ensure_future(self.look())
        try:
            return await super().async_execute_cell(*cell, **choices)
        finally:
            looking.cancel()

    async def look(self) -> None:
        """Another poll of a socket makes the one that waits look as well."""
        while True:
            await asyncio.sleep(1)
            for channel in (self.kc.shell_channel, self.kc.iopub_channel):
                await channel.socket.poll(1)

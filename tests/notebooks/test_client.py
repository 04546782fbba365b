"""A notebook's cells are run by who does not wait for an answer that has come already."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import nbformat
import zmq.asyncio
from client import Client


def test_a_message_that_nobody_was_woken_for_is_found():
    with ThreadPoolExecutor(1) as thread:  # the browsers' tests leave a loop running in this one
        thread.submit(asyncio.run, asyncio.wait_for(heard_by_looking(), timeout=60)).result()


async def heard_by_looking() -> None:
    """Wait for a message where zmq's own way to wake asyncio is cut."""
    context = zmq.asyncio.Context()
    kernel, shell, iopub = (context.socket(zmq.PAIR) for _ in range(3))
    shell.connect(f"tcp://127.0.0.1:{kernel.bind_to_random_port('tcp://127.0.0.1')}")
    await kernel.send(b"here")
    await shell.recv()
    waiting = asyncio.ensure_future(shell.poll(100_000))
    await asyncio.sleep(0)  # until it waits
    asyncio.get_running_loop().remove_reader(shell.get(zmq.FD))
    await kernel.send(b"an answer")
    client = Client(nbformat.v4.new_notebook())
    client.kc = SimpleNamespace(shell_channel=SimpleNamespace(socket=shell))
    client.kc.iopub_channel = SimpleNamespace(socket=iopub)
    looking = asyncio.ensure_future(client.look())
    try:
        assert await waiting
    finally:
        looking.cancel()
        context.destroy(linger=0)

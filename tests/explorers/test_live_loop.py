import asyncio
import math
import threading

import torch

from lessons_lib.explorers import LiveLab
from lessons_lib.explorers.live_lab import loop as live_loop
from lessons_lib.explorers.live_lab.loop import LiveLoop
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.runs import Run


def front_end(lab, content):
    lab._handle_custom_msg(content, [])


async def until(true):
    while not true():
        await asyncio.sleep(0.001)


def in_notebook(data, warm, story):
    """Run a story with a lab on an event loop whose browser paints every frame; 30 seconds are more than enough."""

    async def go():
        lab = LiveLab(data, warm, speed=2)
        lab.observe(lambda change: front_end(lab, {"painted": lab._frames}), "frame")
        await story(lab)

    asyncio.run(asyncio.wait_for(go(), 30))


def test_settings_are_served_while_it_plays_and_the_last_one_trains(data, warm):
    async def story(lab):
        seen = []
        lab.observe(lambda change: seen.append(change.new["arcface"]), "margins")
        lab.play()
        await until(lambda: lab.steps > 2)
        margins = [round(0.21 + 0.01 * i, 2) for i in range(12)]
        for margin in margins:
            here = lab.steps
            front_end(lab, {"set": {"margins": {**lab.margins, "arcface": margin}, "film": b"not a setting"}})
            await until(lambda here=here: lab.steps > here)
        assert seen == margins and lab._training.head.margin == margins[-1] and lab.film == b""
        lab.pause()
        await until(lambda: lab._loop._task.done())

    in_notebook(data, warm, story)


def test_pause_rests_step_steps_and_reset_begins_anew(data, warm):
    async def story(lab):
        lab.playing = True
        await until(lambda: lab.steps > 2)
        front_end(lab, {"do": "reset"})
        await until(lambda: lab.steps <= 2)
        lab.playing = False
        await until(lambda: lab._loop._task.done())
        frames, steps = lab._frames, lab.steps
        await asyncio.sleep(0)
        assert (lab._frames, lab.steps) == (frames, steps)
        front_end(lab, {"do": "step"})
        await until(lambda: lab.steps == steps + lab.speed)
        lab.source = "trunk"
        await until(lambda: lab.steps == 0)
        assert lab.run(3)["step"] == 3

    in_notebook(data, warm, story)


def test_a_trunk_that_is_yet_to_be_trained_keeps_nothing_else_waiting(data, warm):
    wanted, made, threads = threading.Event(), threading.Event(), []

    def trained():
        threads.append(threading.current_thread())
        wanted.set()
        assert made.wait(30)
        return warm

    async def story(lab):
        lab.play()
        await until(lambda: lab.steps > 2)
        front_end(lab, {"set": {"source": "trunk"}})
        await until(wanted.is_set)
        assert lab.problem.startswith("The trunk is being trained") and lab.playing
        front_end(lab, {"set": {"loss": "cosface"}})
        front_end(lab, {"set": {"source": "pixels"}})  # back, and it goes on from where it was
        here = lab.steps
        await until(lambda: lab.steps > here > 0 and lab.problem == "" and lab._training.choice[0] == "cosface")
        front_end(lab, {"do": "reset"})
        await until(lambda: 0 < lab.steps <= here)
        front_end(lab, {"set": {"source": "trunk"}})
        front_end(lab, {"do": "step"})
        await until(lambda: lab.problem.startswith("The trunk is being trained"))
        made.set()
        await until(lambda: lab._training.net[0].in_features == 64 and lab.steps > 0 and lab.problem == "")
        assert len(threads) == 1 and threads[0] is not threading.main_thread()

    in_notebook(data, trained, story)


def test_a_trunk_that_cannot_be_trained_is_told_and_asked_for_again_by_reset(data, warm):
    runs = [Run(torch.nn.Linear(2, 2), SoftmaxLoss(10, 2)), warm]

    async def story(lab):
        lab.source = "trunk"
        await until(lambda: lab.error is not None)
        assert lab.problem.startswith("Training stopped at step 0: LiveLab needs a run whose network has a trunk")
        front_end(lab, {"do": "reset"})
        await until(lambda: lab.problem == "" and runs == [])
        front_end(lab, {"do": "step"})
        await until(lambda: lab.steps > 0 and lab._training.net[0].in_features == 64)
        assert lab.error is None and lab.problem == ""

    in_notebook(data, lambda: runs.pop(0), story)


def test_an_error_stops_the_loop_and_is_told(data, warm):
    async def story(lab):
        lab.play()
        await until(lambda: lab.steps > 2)
        lab._training.net[0].weight.data.fill_(math.nan)
        await until(lambda: not lab.playing)
        assert lab.problem.startswith("Training stopped at step ") and isinstance(lab.error, ValueError)
        await until(lambda: lab._loop._task.done())
        front_end(lab, {"do": "reset"})
        await until(lambda: lab.problem == "")
        assert lab.steps == 0 and lab.error is None

    in_notebook(data, warm, story)


def test_nobody_looking_pauses_it(data, warm, monkeypatch):
    async def go():
        monkeypatch.setattr(live_loop, "_PATIENCE", 0)
        lab = LiveLab(data, warm)
        lab.play()
        await until(lambda: not lab.playing)
        assert lab.problem == f"Paused at step {lab.steps}: for a while nobody was looking. Play goes on."

    asyncio.run(asyncio.wait_for(go(), 30))


def test_work_is_done_on_the_main_thread_whoever_asks():
    async def go():
        threads, done = [], []
        loop = LiveLoop(lambda: 0, lambda: False, done.append, lambda: None)
        asked = threading.Thread(target=loop.do, args=(lambda: threads.append(threading.current_thread()),))
        asked.start()
        await until(lambda: threads)
        asked.join()
        assert threads == [threading.main_thread()] and done == []

    asyncio.run(asyncio.wait_for(go(), 30))


def test_frames_wait_for_the_browser(monkeypatch):
    monkeypatch.setattr(live_loop, "_INTERVAL", 0)
    monkeypatch.setattr(live_loop, "_BREATH", 0)

    async def go():
        sent, going = [], [True]

        def work():
            sent.append(len(sent) + 1)
            return sent[-1]

        loop = LiveLoop(work, lambda: going[0], sent.append, lambda: None)
        loop.do()
        await until(lambda: len(sent) == 3)  # one to paint, two on the way
        for _ in range(50):  # turns of the loop, in which others could have been sent
            await asyncio.sleep(0)
        assert len(sent) == 3
        loop.painted(2)
        await until(lambda: len(sent) == 5)
        going[0] = False
        loop.do()
        await until(lambda: loop._task.done())

    asyncio.run(asyncio.wait_for(go(), 30))


def test_what_one_browser_window_sets_is_told_to_the_others(lab, monkeypatch):
    sent = []
    monkeypatch.setattr(lab, "send", sent.append)
    front_end(lab, {"set": {"loss": "cosface", "film": "not a setting"}, "by": "one"})
    front_end(lab, {"painted": 1})
    assert lab.loss == "cosface" and sent == [{"set": {"loss": "cosface"}, "by": "one"}]

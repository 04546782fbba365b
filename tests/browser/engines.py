"""Firefox and WebKit as Linux has them, each driven in WebDriver's own words.

Firefox hears them by Marionette, a socket of its own, WebKit by WebKitWebDriver over HTTP. Playwright needs builds of
its own of these two. A `Place` has as much of Playwright's Locator as the gestures of specimens.py use.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.browser.pictures import IN_FIGURES

SECONDS = 120  # enough for a slow and busy machine
SIZE = {"width": 1280, "height": 1000}
KEYS = {"ArrowLeft": "\ue012", "ArrowRight": "\ue014", "Enter": "\ue007"}
ROLES = {
    "slider": "input[type=range], [role=slider]",
    "application": "[role=application]",
    "button": "button",
    "switch": "[role=switch]",
}
QUIET = {  # nothing asks, nothing is fetched
    "marionette.port": 0,
    "browser.startup.page": 0,
    "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False,
    "app.update.disabledForTesting": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
}
NEEDED = {
    "firefox": (("firefox-esr", "firefox"), "no Firefox was found: install one (Debian: apt install firefox-esr)."),
    "webkit": (("WebKitWebDriver",), "no WebKit was found: install it (Debian: apt install webkit2gtk-driver xvfb)."),
}
# Written into a page before all else: what goes wrong on it is kept.
LISTEN = f"""<script>
  {IN_FIGURES}
  globalThis.troubles = [];
  addEventListener('error', ({{ message, filename, lineno }}) => troubles.push(`${{message}} (line ${{lineno}})`));
  addEventListener('unhandledrejection', ({{ reason }}) => troubles.push(`promise: ${{reason}}`));
  console.error = (...said) => troubles.push(`console: ${{said.join(' ')}}`);
</script>"""
FIND = """const [selector, says, flags] = arguments;
const name = one => one.getAttribute('aria-label') ?? (one.getAttribute('aria-labelledby')
  ? one.getRootNode().getElementById(one.getAttribute('aria-labelledby'))?.textContent
  : one.labels?.[0]?.textContent) ?? one.textContent;
const one = inFigures(selector).find(one => one.checkVisibility() && new RegExp(says, flags).test(name(one).trim()));
if (!one) throw new Error(`no ${selector} is called ${says}`);
one.scrollIntoView({ block: 'center' });
"""
BOX = "const { x, y, width, height } = one.getBoundingClientRect(); return { x, y, width, height };"


def found(engine: str) -> str | None:
    """The program of an engine, where it is installed; WebKit needs a screen besides, its own or Xvfb's."""
    if engine == "webkit" and not (os.environ.get("DISPLAY") or shutil.which("Xvfb")):
        return None
    return next(filter(None, map(shutil.which, NEEDED[engine][0])), None)


def wait_for(told: Callable[[], Any], what: str) -> Any:
    """What `told` gives as soon as that is something."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if value := told():
            return value
        time.sleep(0.05)
    raise TimeoutError(what)


class Window:
    """A window of an engine. `ask` takes a command by Marionette's name, which after the colon is WebDriver's."""

    def __init__(self, ask: Callable[[str, dict], Any]):
        self.ask, self.mouse = ask, Mouse(self)
        ask("SetWindowRect", SIZE)
        ask("SetTimeouts", {"script": 1000 * SECONDS, "pageLoad": 1000 * SECONDS})

    def goto(self, url: str) -> None:
        self.ask("Navigate", {"url": url})

    def run(self, script: str, *args: Any) -> Any:
        """The value of a script's `return`."""
        return self.ask("ExecuteScript", {"script": script, "args": list(args)})

    def wait(self, expression: str, *args: Any) -> None:
        """Until an expression is true."""
        wait_for(lambda: self.run(f"return Boolean({expression})", *args), expression)

    def act(self, **source: Any) -> None:
        """Do what a pointer or a keyboard does, step by step."""
        self.ask("PerformActions", {"actions": [source]})

    def get_by_role(self, role: str, name: str | re.Pattern[str] = "") -> "Place":
        pattern = name.pattern if isinstance(name, re.Pattern) else re.escape(name)
        return Place(self, ROLES[role], pattern)


class Mouse:
    def __init__(self, window: Window):
        self.window, self.at = window, (0.0, 0.0)

    def move(self, x: float, y: float, steps: int = 1) -> None:
        (from_x, from_y), self.at = self.at, (x, y)
        shares = [(step + 1) / steps for step in range(steps)]
        ways = [(round(from_x + share * (x - from_x)), round(from_y + share * (y - from_y))) for share in shares]
        self._act(*({"type": "pointerMove", "duration": 20, "x": x, "y": y} for x, y in ways))

    def down(self) -> None:
        self._act({"type": "pointerDown", "button": 0})

    def up(self) -> None:
        self._act({"type": "pointerUp", "button": 0})

    def _act(self, *steps: dict) -> None:
        self.window.act(type="pointer", id="mouse", parameters={"pointerType": "mouse"}, actions=list(steps))


class Place:
    """The first element in a figure that fits a selector and a name."""

    def __init__(self, page: Window, selector: str, says: str = ""):
        self.page, self.what = page, (selector, says, "i")

    def run(self, script: str) -> Any:
        return self.page.run(FIND + script, *self.what)

    def bounding_box(self) -> dict[str, float]:
        return self.run(BOX)

    def hover(self) -> None:
        box = self.bounding_box()
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def click(self) -> None:
        self.hover()
        self.page.mouse.down()
        self.page.mouse.up()

    def press(self, key: str) -> None:
        self.run("one.focus();")
        value = KEYS.get(key, key)
        self.page.act(type="key", id="keys", actions=[{"type": kind, "value": value} for kind in ("keyDown", "keyUp")])


@contextmanager
def window(engine: str, folder: Path, calm: bool = True) -> Iterator[Window]:
    """A window of an engine that `found` knows; what it writes lies in `folder`.

    Where it is `calm`, Firefox's pages are asked to move nothing by themselves; WebKit's never are.
    """
    with ExitStack() as stack:
        ask = (
            firefox(stack, found(engine), folder, calm) if engine == "firefox" else webkit(stack, found(engine), folder)
        )
        yield Window(ask)


def started(stack: ExitStack, command: list[str], **environment: str) -> subprocess.Popen:
    """A program that ends with the stack."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    program = subprocess.Popen(command, env={**os.environ, **environment}, **quiet)
    stack.callback(lambda: (program.terminate(), program.wait(SECONDS)))
    return program


def firefox(stack: ExitStack, program: str, folder: Path, calm: bool) -> Callable[[str, dict], Any]:
    """Firefox without a window; a message is its length, a colon and JSON."""
    wanted = QUIET | {"ui.prefersReducedMotion": int(calm)}
    prefs = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in wanted.items())
    (folder / "user.js").write_text("\n".join(prefs))
    started(stack, [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)], HOME=str(folder))
    file = folder / "MarionetteActivePort"
    port = wait_for(lambda: file.exists() and file.read_text(), "Firefox did not start")
    wire = stack.enter_context(socket.create_connection(("127.0.0.1", int(port)), SECONDS))
    stream, numbers = wire.makefile("rb"), count(1)

    def read() -> Any:
        length = b""
        while (byte := stream.read(1)) != b":":
            length += byte
        return json.loads(stream.read(int(length)))

    def ask(command: str, given: dict) -> Any:
        message = json.dumps([0, next(numbers), f"WebDriver:{command}", given]).encode()
        wire.sendall(b"%d:%s" % (len(message), message))
        _, _, error, told = read()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return told.get("value") if isinstance(told, dict) else told

    read()  # it says who it is
    ask("NewSession", {"capabilities": {}})
    return ask


WAYS = {
    "SetWindowRect": "window/rect",
    "SetTimeouts": "timeouts",
    "Navigate": "url",
    "ExecuteScript": "execute/sync",
    "PerformActions": "actions",
}


def webkit(stack: ExitStack, program: str, folder: Path) -> Callable[[str, dict], Any]:
    """WebKit's small browser on a screen that nobody sees."""
    home = {"HOME": str(folder), "GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "1"}
    if "DISPLAY" not in os.environ:
        home |= {"DISPLAY": screen(stack), "WEBKIT_DISABLE_DMABUF_RENDERER": "1"}  # a screen without a graphics card
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started(stack, [program, f"--port={port}"], **home)

    def post(way: str, given: dict) -> Any:
        asked = Request(f"http://127.0.0.1:{port}/session{way}", json.dumps(given).encode())
        try:
            with urlopen(asked, timeout=SECONDS) as answer:
                return json.load(answer)["value"]
        except HTTPError as error:
            raise RuntimeError(f"{way}: {json.load(error)['value']['message']}") from error

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_for(listens, "WebKitWebDriver did not start")
    session = post("", {"capabilities": {}})["sessionId"]
    ended = Request(f"http://127.0.0.1:{port}/session/{session}", method="DELETE")
    stack.callback(lambda: urlopen(ended, timeout=SECONDS).close())
    return lambda command, given: post(f"/{session}/{WAYS[command]}", given)


def screen(stack: ExitStack) -> str:
    """The name of a screen in memory."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1100x24", "-nolisten", "tcp"]
    program = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    stack.callback(lambda: (program.terminate(), program.wait(SECONDS)))
    os.close(write)
    with os.fdopen(read) as told:
        return f":{told.readline().strip()}"

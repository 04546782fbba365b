"""A real JupyterLab and one notebook open in it, driven as a reader would drive it.

Everything the server, its kernels and the settings write lies in one folder that the caller gives. Nothing here sleeps
for a fixed time: each step waits for what it is about.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nbformat
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Playwright, Request, WebSocket

from tests.browser.pictures import IN_FIGURES, LOOK

ROOT = Path(__file__).parents[2]
SECONDS = 60  # enough for a slow and busy machine; whatever takes longer is broken
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NO_BROWSER = "no Chromium was found: install one (Debian: apt install chromium), or name it in PROBE_CHROMIUM."


def chromium_path() -> str | None:
    """The Chromium that PROBE_CHROMIUM names or that is installed."""
    return os.environ.get("PROBE_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def headless(playwright: Playwright, path: str) -> Iterator[Browser]:
    """A browser without a window, closed at the end."""
    choices = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as crash_reports:
        environment = {**os.environ, "XDG_CONFIG_HOME": crash_reports}
        browser = playwright.chromium.launch(executable_path=path, args=choices, env=environment)
        try:
            yield browser
        finally:
            browser.close()


def notebook_of(*cells: str) -> NotebookNode:
    """A notebook of code cells, not yet run."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return notebook


class JupyterLab:
    """A server of this environment's JupyterLab in `folder`, a context manager; it runs until the block is left."""

    place = "lab/workspaces/{name}/tree/{name}.ipynb"  # of a notebook, in a workspace of its own

    def __init__(self, folder: Path):
        self.folder, self.notebooks = folder, folder / "notebooks"
        self.notebooks.mkdir(parents=True)
        self._data = folder / "data"
        self._windows: dict[Browser, BrowserContext] = {}

    def __enter__(self) -> Self:
        with (self.folder / "server.log").open("wb") as log:
            self._server = subprocess.Popen(
                self._command(),
                cwd=self.notebooks,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl+C is for the tests: the server would ask whether it is meant
            )
        try:
            self._url, self._token = self._where()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for window in self._windows.values():
            window.close()
        self._stop()

    def put(self, name: str, notebook: NotebookNode, trusted: bool = False) -> Path:
        """Write a notebook where the server finds it; Lab shows the HTML of outputs only where it is trusted."""
        path = self.notebooks / f"{name}.ipynb"
        nbformat.write(notebook, path)
        if trusted:
            with NotebookNotary(data_dir=str(self._data)) as notary:
                notary.sign(nbformat.read(path, as_version=4))
        return path

    @contextmanager
    def open(self, browser: Browser, name: str) -> "Iterator[OpenNotebook]":
        """The notebook on a page of its own, its kernel started. (Behind another tab of Lab it would hardly draw.)

        The browser keeps what it has read of Lab from one notebook to the next: reading all of it takes seconds.
        """
        if browser not in self._windows:
            self._windows[browser] = browser.new_context(
                viewport={"width": 1280, "height": 1000}, reduced_motion="reduce"
            )
            self._windows[browser].add_init_script(IN_FIGURES)
        page = self._windows[browser].new_page()
        try:
            page.set_default_timeout(1000 * SECONDS)
            yield OpenNotebook(page, f"{self._url}{self.place.format(name=name)}", self._token)
        finally:
            page.close()

    def _command(self) -> list[str]:
        options = ["--no-browser", "--ip=127.0.0.1", "--port=0", "--LabApp.expose_app_in_browser=True"]
        if_left_alone = ["--MappingKernelManager.cull_idle_timeout=600", "--ServerApp.shutdown_no_activity_timeout=600"]
        as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        return [sys.executable, "-P", "-m", "jupyterlab", *options, *if_left_alone, *as_root]

    def _environment(self) -> dict[str, str]:
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",  # kernels are found in the environment besides
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "LESSONS_LIB_CACHE": "cache",
            "npm_config_cache": "npm",  # Lab asks node whether it must be built
        }
        own = {name: str(self.folder / place) for name, place in folders.items()}
        quiet = {"CI": "true", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # no notes of the debugger in a starting kernel
        return {**os.environ, **own, **quiet, "PYTHONPATH": str(ROOT)}

    def _where(self) -> tuple[str, str]:
        """Address and token, which the server writes down as soon as it listens."""
        end = time.monotonic() + SECONDS
        while self._server.poll() is None and time.monotonic() < end:
            for path in (self.folder / "runtime").glob("jpserver-*.json"):
                try:
                    told = json.loads(path.read_text())
                except json.JSONDecodeError:  # half written
                    continue
                return told["url"], told["token"]
            time.sleep(0.05)
        raise RuntimeError(f"JupyterLab did not start:\n{(self.folder / 'server.log').read_text()[-3000:]}")

    def _stop(self) -> None:
        """Ask the server to end, with its kernels; then make sure."""
        self._server.terminate()
        try:
            self._server.wait(SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()


class OpenNotebook:
    """A notebook in a browser tab. `troubles` collects what a reader must never meet."""

    def __init__(self, page: Page, address: str, token: str):
        self.page = page
        self.host = address.split("/")[2]
        self._seen: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self._seen.append(f"script: {error}"))
        page.on("request", self._check_host)
        page.on("websocket", self._check_host)
        page.goto(f"{address}?token={token}")
        self._ready()

    @property
    def troubles(self) -> list[str]:
        """Errors of the console, of scripts, of cells and of callbacks, and requests to other machines, so far."""
        return self._seen + self.page.evaluate(
            f"() => {{ {_CELL_ERRORS} return window.fromKernel.concat(cellErrors()) }}"
        )

    def command(self, name: str) -> None:
        """Do what a menu of Lab does, and wait until it is done."""
        self.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)

    def run_all(self) -> None:
        """Run every cell and wait for the last."""
        self.command("notebook:run-all-cells")

    def python(self, code: str) -> str:
        """Have the notebook's kernel run code, without a cell to scroll to, and return what it printed."""
        return self.page.evaluate(_RUN, code)

    def save(self) -> None:
        self.command("docmanager:save")

    def restart_kernel(self) -> None:
        """Another kernel in place of this one, without what was computed."""
        session = "window.jupyterapp.shell.currentWidget.sessionContext.session"
        self.page.evaluate(f"async () => {{ await {session}.kernel.restart(); await {session}.kernel.info; }}")

    def reload(self) -> None:
        """Load the page anew; the kernel goes on."""
        self.page.reload(wait_until="commit")
        self._ready()

    def use_theme(self, name: str) -> None:
        """Switch Lab to its light or dark theme."""
        theme = f"JupyterLab {name.capitalize()}"
        self.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        self.page.wait_for_selector(f'body[data-jp-theme-light="{str(name == "light").lower()}"]', state="attached")

    def setting(self, plugin: str, name: str) -> Any:
        """A setting of Lab as it is in force."""
        return self.page.evaluate(
            "async ([plugin, name]) => (await window.jupyterapp.serviceManager.settings.fetch(plugin))"
            ".schema.properties[name].default",
            [plugin, name],
        )

    def cell(self, place: int) -> Locator:
        """A cell, counted from 0."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(place)

    def figure(self, place: int) -> Locator:
        """The explorer in the output of a cell."""
        return self.cell(place).locator("figure.lesson")

    def _ready(self) -> None:
        self.page.wait_for_function(_READY)
        self.page.evaluate(_LISTEN)

    def _listen(self, said: ConsoleMessage) -> None:
        if said.type == "error" and _NOT_YET not in said.text:
            self._seen.append(f"console: {said.text}")

    def _check_host(self, request: Request | WebSocket) -> None:
        scheme, _, rest = request.url.partition("://")
        if scheme in ("http", "https", "ws", "wss") and rest.split("/")[0] != self.host:
            self._seen.append(f"request: {request.url}")


# A page slow to load shows its outputs before their widgets are there; ipywidgets shows them anew when they are.
_NOT_YET = "widget model not found"

# A number for what all canvases of a figure show; 0 while it has not drawn yet, as its sentence comes with the drawing.
_DRAWN = f"""figure => !figure.querySelector('figcaption').textContent ? 0
  : ({LOOK})(figure).reduce((all, one) => Math.imul(all, 31) + one | 0, 0)"""


# Waits until a figure shows something else than before and has come to rest: three frames without a change.
_REST = f"""async (figure, [before, milliseconds]) => {{
  const look = {_DRAWN}, end = performance.now() + milliseconds;
  for (let same = 0, last = 0; ;) {{
    await new Promise(done => requestAnimationFrame(done));
    const now = look(figure);
    same = now && now !== before && now === last ? same + 1 : 0;
    last = now;
    if (same === 3) return now;
    if (performance.now() > end) throw new Error(`still ${{now}}, ${{same}} frames long; it was ${{before}} before`);
  }}
}}"""


def all_drawn(page: Page, figures: Sequence[Locator]) -> list[int]:
    """The same of several figures, which come to rest side by side."""
    rest = f"figures => Promise.all(figures.map(figure => ({_REST})(figure, [0, {1000 * SECONDS}])))"
    return page.evaluate(rest, [figure.element_handle() for figure in figures])


def drawn(figure: Locator) -> int:
    """A number for what a figure shows once it has come to rest."""
    return figure.evaluate(_REST, [0, 1000 * SECONDS])


def drawn_anew(figure: Locator, before: int) -> int:
    """The number for what a figure shows at rest, once that is something else than before."""
    return figure.evaluate(_REST, [before, 1000 * SECONDS])


# A notebook is ready when its kernel waits for something to do.
_READY = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  return panel?.content?.widgets?.length && panel.sessionContext?.isReady
    && panel.sessionContext.session?.kernel?.status === 'idle';
}"""

# What a callback raises or prints to stderr reaches no cell, so the kernel's own messages are listened to. Lab asks a
# kernel for widgets before ipywidgets is there, which the kernel says and no reader sees.
_LISTEN = """() => {
  window.fromKernel = [];
  window.jupyterapp.shell.currentWidget.sessionContext.iopubMessage.connect((_, { header, parent_header, content }) => {
    if (parent_header.msg_type === 'execute_request') return;
    if (header.msg_type === 'error') window.fromKernel.push(`kernel: ${content.ename}: ${content.evalue}`);
    const text = content.name === 'stderr' ? content.text : '';
    if (text && !text.startsWith('No such comm')) window.fromKernel.push(`kernel: ${text}`);
  });
}"""

_CELL_ERRORS = """
const { content } = window.jupyterapp.shell.currentWidget;
const outputs = cell => cell.model.type === 'code' ? cell.model.outputs.toJSON() : [];
const cellErrors = () => content.widgets.flatMap((cell, i) => outputs(cell)
  .filter(({ output_type, name }) => output_type === 'error' || (output_type === 'stream' && name === 'stderr'))
  .map(({ ename, evalue, text }) => `cell ${i}: ${ename ? `${ename}: ${evalue}` : text}`));
"""

_RUN = """async code => {
  const future = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
  let said = '';
  future.onIOPub = ({ content: { text, ename, evalue } }) => { said += text ?? (ename ? `${ename}: ${evalue}` : ''); };
  await future.done;
  return said.trim();
}"""

"""Installs with uv, in a sixth of pip's time: `.venv/bin/python .make/with_uv.py LOG [option of pip …] -r FILE`.

Ends with 1 where uv is not to be had, fails, or is not known to understand what pip is told: then it is left to pip.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

UV = "uv==0.13.9"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
# What may be said to pip of where packages come from, in PIP_ARGS or in the user's settings, as uv calls it.
OPTIONS = {
    "index-url": "--index-url",
    "extra-index-url": "--extra-index-url",
    "find-links": "--find-links",
    "no-index": "--no-index",
    "no-cache-dir": "--no-cache",
    "constraint": "--constraints",
    "trusted-host": "--allow-insecure-host",
}
SHORT = {"-i": "--index-url", "-f": "--find-links", "-c": "--constraint"}
VARIABLES = {
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES",
}
# What says how pip looks or where else it would install, which the set-up passes over with pip as well; and PIP_ARGS.
NO_MATTER = {"disable-pip-version-check", "no-color", "no-input", "progress-bar", "quiet", "verbose", "log"}
NO_MATTER |= {"cache-dir", "compile", "no-compile", "no-warn-script-location", "root-user-action"}
NO_MATTER |= {"args", "user", "target", "require-virtualenv", "config-file", "break-system-packages"}
# Of uv's own settings only these count, so that uv and pip are told the same.
KEPT = {"UV_CACHE_DIR", "UV_LINK_MODE", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "UV_CONCURRENT_DOWNLOADS"}


def settings_of(listed: str) -> dict[str, str]:
    """What `pip config list` says, of `pip install` and of all: a variable counts before a file, as for pip."""
    order = ("global.", "install.", ":env:.")
    found = [(section, line) for section in order for line in listed.splitlines() if line.startswith(section)]
    pairs = [line.removeprefix(section).partition("=") for section, line in found]
    return {name: ast.literal_eval(value) for name, _, value in pairs}


def told(settings: dict[str, str], words: list[str]) -> tuple[list[str], dict[str, str]] | None:
    """uv's options and variables for pip's settings and options; None where one is not known here."""
    options, variables = [], {}
    names = [SHORT.get(word, word).partition("=")[0] for word in words if word.startswith("-")]
    if any(name.removeprefix("--") not in OPTIONS for name in names):
        return None
    for name, value in settings.items():
        if name in ("no-index", "no-cache-dir"):
            options += [OPTIONS[name]] if value.lower() in ("1", "true", "yes", "on") else []
        elif name == "index-url" and "--index-url" in names:
            pass  # said anew in words
        elif name in OPTIONS:
            options += [part for each in value.split() for part in (OPTIONS[name], each)]
        elif name in VARIABLES:
            variables[VARIABLES[name]] = value
        elif name not in NO_MATTER:
            return None
    for word in words:
        name, equals, value = SHORT.get(word, word).partition("=")
        options.append(OPTIONS[name.removeprefix("--")] + equals + value if word.startswith("-") else word)
    return options, variables


def installed() -> set[str]:
    """Names and versions of all packages in this environment."""
    return {path.name for path in Path(sys.prefix).glob("lib/python*/site-packages/*.dist-info")}


def install(log: Path, options: list[str], environment: dict[str, str]) -> bool:
    """Run uv. Its lines in the log say, as pip's do, whether it was stopped halfway (setup.sh: half_installed)."""
    uv = Path(sys.executable).with_name("uv")
    # pip looks for a package in all indexes, uv by default in the first that has it.
    words = [uv, "pip", "install", "--no-config", "--index-strategy=unsafe-best-match", "--python", sys.executable]
    before = installed()
    with log.open("a", encoding="utf-8") as file:
        print("Installing collected packages: by uv", file=file, flush=True)
        try:
            said = None if sys.stderr.isatty() else file
            held = subprocess.run([*words, *options], env=environment, stdout=file, stderr=said).returncode == 0
        except (OSError, KeyboardInterrupt):
            held = False
        if held or installed() == before:
            print("Successfully installed: by uv" if held else "Successfully installed: nothing", file=file)
    return held


def main(log: str, *words: str) -> bool:
    """Whether uv installed what the words after pip's options ask for."""
    asks = next(index for index, word in enumerate(words) if word in ("-r", "--quiet"))
    listed = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True)
    known = told(settings_of(listed.stdout), list(words[:asks])) if listed.returncode == 0 else None
    if known is None:
        return False
    options, variables = known
    # One try: where there is no network, pip says so.
    fetch = ["install", "--quiet", "--no-user", "--target=", "--no-compile", "--no-deps", "--only-binary=:all:"]
    if subprocess.run([*PIP, *fetch, "--retries=0", *words[:asks], UV], capture_output=True).returncode != 0:
        return False
    environment = {key: value for key, value in os.environ.items() if not key.startswith("UV_") or key in KEPT}
    return install(Path(log), [*options, *words[asks:]], environment | variables)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)

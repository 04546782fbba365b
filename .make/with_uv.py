"""Installs with uv, several times faster than pip: `.venv/bin/python .make/with_uv.py LOG FILE [option of pip …]`.

FILE names the packages; the course itself comes after them. Ends with 1 where uv is not to be had, fails, or is not
known to understand what pip is told: then it is left to pip.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterable
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
    "cert": ["SSL_CERT_FILE"],
    "proxy": ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"],  # the first that is set counts
    "timeout": ["UV_HTTP_TIMEOUT"],
    "default-timeout": ["UV_HTTP_TIMEOUT"],
    "retries": ["UV_HTTP_RETRIES"],
    "cache-dir": ["UV_CACHE_DIR"],
}
YES = {"1", "y", "yes", "t", "true", "on"}
# What says how pip looks or where else it would install, which the set-up passes over with pip as well; and PIP_ARGS.
NO_MATTER = {"disable-pip-version-check", "no-color", "no-input", "progress-bar", "quiet", "verbose", "log"}
NO_MATTER |= {"compile", "no-compile", "no-warn-script-location", "root-user-action"}
NO_MATTER |= {"args", "isolated", "user", "target", "require-virtualenv", "config-file", "break-system-packages"}
# Of uv's own settings only these count, so that uv and pip are told the same.
KEPT = {"UV_CACHE_DIR", "UV_LINK_MODE", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "UV_CONCURRENT_DOWNLOADS"}
# uv's own way on Linux, a hard link, would carry what somebody edits in .venv into every later one.
OURS = {"UV_LINK_MODE": "copy"} if sys.platform == "linux" else {}


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
            options += [OPTIONS[name]] if value.lower() in YES else []
        elif name == "index-url" and "--index-url" in names:
            pass  # said anew in words
        elif name in OPTIONS:
            options += [part for each in value.split() for part in (OPTIONS[name], os.path.expanduser(each))]
        elif name in VARIABLES:
            variables |= dict.fromkeys(VARIABLES[name], value)
        elif name not in NO_MATTER:
            return None
    for word in words:
        name, equals, value = SHORT.get(word, word).partition("=")
        options.append(OPTIONS[name.removeprefix("--")] + equals + value if word.startswith("-") else word)
    return options, variables


def installed() -> set[str]:
    """Names and versions of all packages in this environment."""
    return {path.name for path in Path(sys.prefix).glob("lib/python*/site-packages/*.dist-info")}


def install(log: Path, options: Iterable[str], environment: dict[str, str]) -> bool:
    """Run uv. What it does to the log says, as pip's lines do, whether it was stopped halfway (setup.sh)."""
    uv = Path(sys.executable).with_name("uv")
    # pip looks for a package in all indexes, uv by default in the first that has it.
    words = [uv, "pip", "install", "--no-config", "--index-strategy=unsafe-best-match", "--python", sys.executable]
    before, seen = installed(), sys.stderr.isatty()
    with log.open("a", encoding="utf-8") as file, log.with_name("uv.log").open("w", encoding="utf-8") as told_by_uv:
        print("Installing collected packages: by uv", file=file, flush=True)
        try:
            said = None if seen else told_by_uv
            held = subprocess.run([*words, *options], env=environment, stdout=said, stderr=said).returncode == 0
        except OSError:
            held = False
        finally:
            if installed() == before:
                print("Successfully installed: nothing yet", file=file)
        if held:
            print("Successfully installed: by uv", file=file)
        elif seen:
            print("uv could not do it: now pip tries.", file=sys.stderr)
    return held


def main(log: str, file: str, *words: str) -> bool:
    """Whether uv installed what the file asks for, and the course."""
    told_to_say_all = {**os.environ, "PIP_ISOLATED": "0"}  # and -vvv, as a `quiet` of the user's would leave nothing
    listed = subprocess.run([*PIP, "-vvv", "config", "list"], env=told_to_say_all, capture_output=True, text=True)
    known = told(settings_of(listed.stdout), list(words)) if listed.returncode == 0 else None
    if known is None:
        return False
    options, variables = known
    # One try: where there is no network, pip says so.
    fetch = ["install", "--quiet", "--no-user", "--target=", "--no-compile", "--no-deps", "--only-binary=:all:"]
    if subprocess.run([*PIP, *fetch, "--retries=0", *words, UV], capture_output=True).returncode != 0:
        return False
    theirs = {key: value for key, value in os.environ.items() if not key.startswith("UV_") or key in KEPT}
    return install(Path(log), [*options, "-r", file, "-e", "."], OURS | theirs | variables)


if __name__ == "__main__":
    try:
        sys.exit(0 if main(*sys.argv[1:]) else 1)
    except KeyboardInterrupt:
        sys.exit(130)  # setup.sh was told the same, and stops

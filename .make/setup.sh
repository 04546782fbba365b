#!/bin/sh
# Makes or refreshes .venv from a requirements file: `sh .make/setup.sh requirements.txt`.
# A stamp, written last, says what .venv was made from: a second call compares it and is done, an interrupted one
# has none and is repaired. PYTHON chooses the Python, PIP_ARGS goes to pip.
set -eu
unset CDPATH # or cd may lead to a folder of the same name elsewhere
# What the user has set for other work: pip would install into another place than .venv, or find what it needs there.
unset PIP_PREFIX PIP_ROOT PIP_PYTHON PYTHONPATH PYTHONHOME
cd "$(dirname "$0")/.."
here=$(pwd -P)
wanted=${1:-requirements.txt}
log=.venv/setup.log
turn=.venv.turn
newline='
'
versions="3.11 3.12 3.13 3.14"

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

fits() {
    case " $versions " in *" $1 "*) true ;; *) false ;; esac
}

# The path is part of it: an environment that was moved or copied still points to where it came from.
made_from() {
    printf '%s\n%s\n' "$here" "$(version_of .venv/bin/python)"
    cat .make/overrides.json requirements.txt
    [ "$1" = requirements.txt ] || cat "$1"
}

stamped() {
    [ -f ".venv/made-from-$1" ] && made_from "$1" | cmp -s - ".venv/made-from-$1" && ! half_installed
}

# pip and uv trust a package that was half written when they were stopped, so such an environment must go. What the log
# says last counts: uv may have ended well, and pip after it not.
half_installed() {
    [ -f "$log" ] && case $(grep -oE 'Installing collected packages|Successfully installed' "$log" | tail -n 1) in
        Installing*) true ;;
        *) false ;;
    esac
}

usable() {
    fits "$(version_of .venv/bin/python)" && ! half_installed &&
        grep -qsF "$here/.venv" .venv/bin/activate && .venv/bin/python -m pip --version >/dev/null 2>&1
}

# Debian splits venv from Python, so a Python in range without it is passed over while there is another.
choose_python() {
    misfit='' bare=''
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python3.13 python3.12 python3.11 python3.14; fi
    for python; do
        version=$(version_of "$python") || continue
        if ! fits "$version"; then
            misfit="${misfit:-$python is $version}"
        elif ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
            bare="${bare:-$version}"
        else
            return 0
        fi
    done
    [ -z "$bare" ] || fail "Python $bare has no venv module: install it (on Debian and Ubuntu:" \
        "sudo apt install python$bare-venv), then run make again."
    fail "The course needs Python 3.11 to 3.14, and ${misfit:-${PYTHON:-python3} does not run}:" \
        "install one of these, or name it, as in: make lab PYTHON=/usr/local/bin/python3.11"
}

explain() {
    if grep -qE 'NewConnectionError|ConnectTimeout|ReadTimeout|name resolution|ProxyError|SSLError' "$log"; then
        fail "The package index could not be reached: check the network or the proxy, then run make again" \
            "(pip's own words are in $log)."
    elif grep -q 'No space left on device' "$log"; then
        fail "The disk is full: make room, then run make again (pip's own words are in $log)."
    fi
    fail "pip could not install $wanted; its reason is at the end of $log."
}

# --no-user and an empty --target stand against the user's own settings for pip, in variables and in its file.
# pip's progress goes to the screen, its complaints to the log: explain() puts them in one sentence.
# To compile every file of every package would double the time; compile_what_lessons_import() takes a fifth of them.
pip_install() {
    # shellcheck disable=SC2086  # PIP_ARGS holds several words
    .venv/bin/python -m pip install --disable-pip-version-check --no-user --target= --no-compile --log "$log" \
        ${PIP_ARGS:-} "$@" 2>/dev/null || explain
}

# What uv cannot do, or is not known to do as pip would, is left to pip: in an environment made anew where uv stopped
# after its first package, as on a full disk.
install_packages() {
    # shellcheck disable=SC2086  # PIP_ARGS holds several words
    if .venv/bin/python -P .make/with_uv.py "$log" "$wanted" ${PIP_ARGS:-}; then
        rm -f .venv/made-from-*
        return 0
    fi
    if half_installed; then
        make_venv
        : >"$log"
    fi
    pip_install -r "$wanted"
    rm -f .venv/made-from-*
    pip_install --quiet --no-deps -e .
}

# Once, here: the first lesson does not wait for it, and an environment that is only read later has it too.
compile_what_lessons_import() {
    said=$(PYTHONDONTWRITEBYTECODE='' CI=true .venv/bin/python -P .make/imports.py 2>&1) ||
        fail "The packages are installed, but Python cannot load them (${said##*"$newline"});" \
            "its whole answer: .venv/bin/python .make/imports.py"
}

# Made here, or half made: Python writes bin/activate last, so what has pyvenv.cfg alone was interrupted.
ours() {
    [ -f "$log" ] || [ -f .venv/made-from-requirements.txt ] ||
        { [ -f .venv/pyvenv.cfg ] && [ ! -f .venv/bin/activate ]; }
}

# What was made here is made anew; what may be somebody's own is kept, and what a link leads to is not touched.
make_venv() {
    if [ -L .venv ]; then
        fail ".venv is a link to $(readlink .venv), which was not set up from here: remove the link," \
            "then run make again."
    elif [ -e .venv ] && [ ! -d .venv ]; then
        fail ".venv is a file where a folder is to be made: move it away, then run make again."
    elif [ -n "$(ls -A .venv 2>/dev/null)" ] && ! ours; then
        [ ! -e .venv.before ] || fail ".venv was made by something else, and .venv.before, where it would be kept," \
            "is there already: move or remove one of them, then run make again."
        mv .venv .venv.before
        echo ".venv was made by something else, and the course cannot use it as it is: it is kept as .venv.before."
    fi
    case $here in
        *:*) fail "Python makes no .venv in a folder with a colon in its name or above it, as in $here: rename it," \
            "then run make again." ;;
    esac
    choose_python
    echo "Setting up .venv with Python $version: once, a few minutes, some gigabytes on Linux (README: how to take less)."
    said=$("$python" -m venv --clear .venv 2>&1) || fail "Python could not make .venv (${said##*Error: });" \
        "make room here, or put the course into a folder that you may write to."
}

as_asked() {
    [ -z "${PYTHON:-}" ] || [ "$(version_of "$PYTHON")" = "$(version_of .venv/bin/python)" ]
}

# Two at once, as where a container sets itself up and somebody types make, would undo each other's work. A link to a
# process is made in one step, and says whose turn it is; one that was killed has none any more.
wait_for_turn() {
    waits=''
    until ln -s $$ "$turn" 2>/dev/null; do
        other=$(readlink "$turn") || return 0 # nothing can be written here: what comes next says so
        if ! kill -0 "$other" 2>/dev/null; then
            rm -f "$turn"
        elif [ -z "$waits" ]; then
            waits=yes
            echo "Process $other is setting up .venv already: waiting for it (remove $turn if it is no make)."
        else
            sleep 1
        fi
    done
    trap 'rm -f "$turn"' EXIT
    trap 'exit 130' HUP INT TERM
}

if as_asked && stamped "$wanted"; then exit 0; fi
wait_for_turn
if as_asked && stamped "$wanted"; then exit 0; fi
if as_asked && usable; then
    [ -w .venv ] || fail ".venv is not up to date, and you may not write to it: ask its owner to run make setup," \
        "or copy the course, without .venv, into a folder of your own."
    echo "Bringing .venv up to date."
else
    make_venv
fi
: >"$log" # says whose .venv it is, until the stamp does
install_packages
compile_what_lessons_import
for file in requirements.txt "$wanted"; do made_from "$file" >".venv/made-from-$file"; done

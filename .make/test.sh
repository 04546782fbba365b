#!/bin/sh
# Runs every test and every lesson from an empty cache: `sh .make/test.sh [options for pytest]`.
# Two workers share the lessons and the tests without a browser, a file at a time and each on one thread: to train on
# two threads beside each other takes twice the work. The browser tests come after them, alone.
set -eu
cd "$(dirname "$0")/.."

cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT
trap 'exit 130' INT TERM

# Variables and arguments for pytest; its exit status goes to $status.
run() {
    status=0
    env LESSONS_LIB_CACHE="$cache" "$@" || status=$?
}

lessons=$(.venv/bin/python notebooks/text/build.py --to-test)
# shellcheck disable=SC2086  # lessons are several, and their names are without spaces
run OMP_NUM_THREADS=1 .venv/bin/python -m pytest $lessons tests --ignore=tests/browser \
    --numprocesses=2 --dist=loadfile --no-loadscope-reorder --nbval-lax --nbval-current-env \
    --nbval-cell-timeout=300 --nbval-sanitize-with=tests/notebooks/sanitize.cfg "$@"
first=$status
# 0: all passed, 1: some failed, 5: nothing of that name; whatever else means that it was stopped or asked wrongly.
case $first in 0 | 1 | 5) ;; *) exit "$first" ;; esac
run .venv/bin/python -m pytest tests/browser "$@"
case $first-$status in 0-5 | 1-[015]) exit "$first" ;; *) exit "$status" ;; esac

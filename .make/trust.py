"""Mark lessons as trusted, so that Lab shows their figures: `python .make/trust.py notebooks/*.ipynb`.

As `jupyter trust` does; but a notebook that cannot be read, as after a merge, is named, and the others open.
"""

import sys
from contextlib import redirect_stdout

from jupyter_core.utils import ensure_dir_exists
from nbformat.reader import NotJSONError
from nbformat.sign import TrustNotebookApp
from nbformat.validator import ValidationError


def main(paths: list[str]) -> None:
    """Mark each of them; ends with a sentence where Jupyter has no place to write that down, nor could Lab run."""
    app = TrustNotebookApp()
    try:
        app.initialize([])
        ensure_dir_exists(app.runtime_dir)
        _ = app.notary.secret  # which writes it, the first time
    except OSError as error:
        sys.exit(
            f"Jupyter cannot write to {error.filename} ({error.strerror}): set HOME to a folder that you may write to, "
            "then run make lab again."
        )
    for path in paths:
        try:
            with redirect_stdout(None):
                app.sign_notebook_file(path)
        except (NotJSONError, ValidationError, ValueError, AttributeError, KeyError):
            print(
                f"{path} is no notebook any more, as a merge may leave one: mend it, or put your copy aside and take "
                f"the one that came with the course (git checkout {path}).",
                file=sys.stderr,
            )


if __name__ == "__main__":
    main(sys.argv[1:])

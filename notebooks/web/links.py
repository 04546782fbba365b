"""Where the course stands on the web, and the lines in README that follow from it.

    python notebooks/web/links.py                                   write badges and README anew, as make notebooks does
    python notebooks/web/links.py https://github.com/someone/name   after setting the public address to this

The address stands in one place, pyproject.toml's [project.urls]; README, CITATION.cff and the links to Colab and Binder
follow it. OWNER/REPOSITORY there says that nobody has given one yet, and README says so too. A badge is a picture in
this repository and tells what its files say, so that it is true wherever they are read.
"""

import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote

import yaml

ROOT = Path(__file__).resolve().parents[2]
BADGES = ROOT / ".github" / "badges"
ADDRESS = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+)")
NOT_GIVEN = "https://github.com/OWNER/REPOSITORY"
BETWEEN = re.compile(r"(<!-- links -->\n).*?(<!-- /links -->)", flags=re.DOTALL)
COLAB_BRANCH = "colab"  # where .github/workflows/site.yml puts the lessons with a cell that sets Colab up
NAMES = {"ubuntu": "Linux", "macos": "macOS", "windows": "Windows"}
BADGE = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {words}">
<title>{label}: {words}</title>
<rect width="{width}" height="20" rx="3" fill="#225e8c"/>
<path d="M3 0h{left_end}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#444c56"/>
<g fill="#fff" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11" text-anchor="middle">
<text x="{left_middle}" y="14" textLength="{left_text}">{label}</text>
<text x="{right_middle}" y="14" textLength="{right_text}">{words}</text>
</g>
</svg>
"""


def project() -> dict:
    """What pyproject.toml says of the project."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def address() -> str:
    """The repository's public address, or NOT_GIVEN."""
    return project()["urls"]["Repository"]


def site(repository: str) -> str:
    """Where GitHub Pages serves the site of a repository."""
    owner, name = ADDRESS.fullmatch(repository).groups()
    return f"https://{owner.lower() if owner != 'OWNER' else owner}.github.io/{name}"


def colab(repository: str, lesson: str) -> str:
    """The address that opens a lesson, by its name, on Colab."""
    path = repository.removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{path}/blob/{COLAB_BRANCH}/{lesson}.ipynb"


def binder(repository: str, lesson: str) -> str:
    """The address that opens a lesson, by its name, in JupyterLab on Binder."""
    path, place = repository.removeprefix("https://github.com/"), quote(f"lab/tree/notebooks/{lesson}.ipynb", safe="")
    return f"https://mybinder.org/v2/gh/{path}/HEAD?urlpath={place}"


def badges() -> dict[str, tuple[str, str, str]]:
    """By file name: label, words, and the file that says so."""
    versions = [line.rsplit(" ", 1)[1] for line in project()["classifiers"] if re.search(r":: 3\.\d+$", line)]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["set-up"]["strategy"]["matrix"]
    systems = ", ".join(NAMES[system.split("-")[0]] for system in matrix["system"])
    return {
        "licence": ("licence", project()["license"].replace(" AND ", ", data ").replace("CC-BY-SA-3.0", "CC BY-SA 3.0"),
                    "LICENSE"),
        "python": ("Python", f"{versions[0]} to {versions[-1]}", "pyproject.toml"),
        "tests": ("tests", f"a workflow for {systems}", ".github/workflows/test.yml"),
        "types": ("types", "mypy strict", "pyproject.toml"),
    }  # fmt: skip


def drawn(label: str, words: str) -> str:
    """A badge as SVG."""
    left, right = (round(6.4 * len(text)) for text in (label, words))
    return BADGE.format(
        label=label,
        words=words,
        width=left + right + 24,
        left_end=left + 9,
        left_text=left,
        right_text=right,
        left_middle=6 + left / 2,
        right_middle=left + 18 + right / 2,
    )


def lines(repository: str, lessons: list[str]) -> str:
    """README's badge row, and the links that open a lesson where nothing has to be installed."""
    row = [
        f"[![{label}: {words}](.github/badges/{name}.svg)]({file})" for name, (label, words, file) in badges().items()
    ]
    opened = {
        where: " ".join(f"[{lesson[:2]}]({link(repository, lesson)})" for lesson in lessons)
        for where, link in (("Google Colab", colab), ("Binder", binder))
    }
    waiting = (
        "**The links below do not work yet.** They wait for a public address: "
        "`.venv/bin/python notebooks/web/links.py ADDRESS` puts it in."
    )
    told = [
        " ".join(row),
        "",
        *([waiting, ""] if repository == NOT_GIVEN else []),
        f"**Without installing anything:** read it as a [web site]({site(repository)}), or run a lesson",
        *(f"- on {where}: {links}" for where, links in opened.items()),
        "",
    ]
    return "\n".join(told)


def set_address(repository: str) -> None:
    """Put the address where it stands, in pyproject.toml, and into CITATION.cff. ValueError for one of another kind.

    What Git clones from, with .git at its end, and what a browser shows, with a stroke, are taken for the same.
    """
    repository = repository.removesuffix("/").removesuffix(".git")
    if not ADDRESS.fullmatch(repository):
        raise ValueError(f"The address must be of the form https://github.com/owner/name, got {repository}.")
    settings, citation, old = ROOT / "pyproject.toml", ROOT / "CITATION.cff", address()
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(site(old), site(repository)).replace(old, repository), encoding="utf-8")
    kept = re.sub(r"(?m)^repository-code: .*\n", "", citation.read_text(encoding="utf-8"))
    citation.write_text(f"{kept}repository-code: {repository}\n", encoding="utf-8")


def put(path: Path, text: str) -> None:
    """Write what is not there yet: where all is up to date, nothing needs to be writable."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Set the address where one is given, then write the badges and README's lines."""
    if arguments:
        set_address(arguments[0])
    BADGES.mkdir(exist_ok=True)
    for name, (label, words, _) in badges().items():
        put(BADGES / f"{name}.svg", drawn(label, words))
    lessons = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
    readme, between = ROOT / "README.md", lines(address(), lessons)
    put(readme, BETWEEN.sub(lambda found: f"{found[1]}\n{between}\n{found[2]}", readme.read_text(encoding="utf-8")))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (ValueError, OSError) as error:
        sys.exit(str(error))

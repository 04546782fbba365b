"""What must hold of every page of the site, read off its HTML: links resolve, headings nest, pictures have words."""

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from prose import SiteError

LIMIT = 1_500_000
LISTING = "llms.txt"
PAPER = re.compile(r"https://arxiv\.org/abs/\d{4}\.\d{4,5}$")
HEADING = re.compile(r"h[1-6]$")


class Page(HTMLParser):
    """What a page holds that other pages and browsers rely on."""

    def __init__(self, path: Path):
        super().__init__()
        self.path, self.ids, self.links, self.loads = path, Counter[str](), [], []
        self.has_base = False
        self.levels: list[int] = []
        self.mute: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if "id" in given:
            self.ids[given["id"]] += 1
        self.has_base |= tag == "base"
        if "href" in given and given.get("rel") != "canonical" and tag != "base":
            (self.links if tag == "a" else self.loads).append(given["href"])
        if "src" in given:
            self.loads.append(given["src"])
        if HEADING.match(tag):
            self.levels.append(int(tag[1]))
        if tag == "img" and not given.get("alt", "").strip() and given.get("role") != "presentation":
            self.mute.append(given.get("src", "")[:40])


def troubles(page: Page, pages: dict[str, Page]) -> list[str]:
    """Everything that is wrong with a page, each in words."""
    size = page.path.stat().st_size
    found = [f"it has {size:,} bytes, {LIMIT:,} are allowed"] if size > LIMIT else []
    found += [f"the id {name} stands on it {count} times" for name, count in page.ids.items() if count > 1]
    found += [f"a picture has no alt text ({start}...)" for start in page.mute]
    if page.levels[:1] != [1] or page.levels.count(1) != 1:
        found.append(f"it needs one h1, before all other headings, and has headings {page.levels}")
    found += [f"an h{lower} follows an h{level}" for level, lower in pairwise(page.levels) if lower > level + 1]
    found += [f"it loads {place}, which is not part of the site" for place in page.loads if not _shipped(place, page)]
    found += [f"its link to {place} leads nowhere" for place in page.links if not _leads(place, page.path, pages)]
    away = [place for place in page.links if page.has_base and place.startswith("#")]
    return found + [f"its link to {place} leads to another page, as it has a base" for place in away]


def check(site: Path) -> dict[str, int]:
    """Sizes of the site's pages by name; SiteError with the first thing that is wrong."""
    pages = {path.name: Page(path) for path in sorted(site.glob("*.html"))}
    found = {name: troubles(page, pages) for name, page in pages.items()}
    if (listing := site / LISTING).exists():
        links = re.findall(r"\]\(([^)\s]+)\)", listing.read_text(encoding="utf-8"))
        found[LISTING] = [f"its link to {place} leads nowhere" for place in links if not _leads(place, listing, pages)]
    for name, wrong in found.items():
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise SiteError(f"{name}: {wrong[0]}{more}.")
    return {name: page.path.stat().st_size for name, page in pages.items()}


def _shipped(address: str, page: Page) -> bool:
    return address.startswith("data:") or (":" not in address and (page.path.parent / address).is_file())


def _leads(address: str, path: Path, pages: dict[str, Page]) -> bool:
    """Pages and ids of this site must be there; a paper's number must be one; other hosts are only named."""
    if address.startswith("https://"):
        return bool(PAPER.match(address)) or "arxiv.org" not in address
    name, _, place = unquote(address).partition("#")
    target = pages.get(name or path.name)
    if target is None:
        return not place and ":" not in name and (path.parent / name).is_file()
    return not place or place in target.ids

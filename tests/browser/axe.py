"""What axe-core, which travels in a package, finds on a page: nothing is fetched for it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()


def barriers(page: Page, part: str = "html") -> list[str]:
    """The serious and critical findings in a part of the page: the rule broken, where and by what."""
    broken = AXE.run(page, part, {"resultTypes": ["violations"], "preload": False}).response["violations"]
    grave = [rule for rule in broken if rule["impact"] in ("serious", "critical")]
    return [f"{rule['id']}: {node['target']} {node['html'][:200]}" for rule in grave for node in rule["nodes"]]

"""What axe-core, which travels in a package, finds on a page: nothing is fetched for it."""

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
OF_COLOURS = ("color-contrast", "link-in-text-block")  # the rules that ask how things are coloured


def barriers(page: Page, part: str = "html", rules: Sequence[str] = ()) -> list[str]:
    """The serious and critical findings in a part of the page: the rule broken, where and by what. No rules are all."""
    options = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    broken = AXE.run(page, part, options).response["violations"]
    grave = [rule for rule in broken if rule["impact"] in ("serious", "critical")]
    return [f"{rule['id']}: {node['target']} {node['html'][:200]}" for rule in grave for node in rule["nodes"]]

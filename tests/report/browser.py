"""A page in the real browser: how it looks, how wide it is, what an accessibility checker finds."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.components import axe, chromium, rendered

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
DARK = ("--blink-settings=preferredColorScheme=0",)


def shot(page: Path, target: Path, *flags: str, width: int = 1200, height: int = 1600) -> Path:
    """Take a picture of a page, or print it where `target` is a PDF."""
    end = f"--print-to-pdf={target}" if target.suffix == ".pdf" else f"--screenshot={target}"
    command = [
        str(chromium()),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--hide-scrollbars",
        "--no-pdf-header-footer",
        f"--user-data-dir={target.parent / (target.name + '.profile')}",
        f"--window-size={width},{height}",
        *flags,
        end,
        page.as_uri(),
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    return target


def framed(page: str, width: int, height: int, script: str = "") -> str:
    """Put a page into a frame of a width that no window of the browser goes down to."""
    source = html.escape(page, quote=True)
    return (
        '<!DOCTYPE html><meta charset="utf-8"><title>frame</title><body style="margin:0">'
        f'<iframe srcdoc="{source}" style="width:{width}px;height:{height}px;border:0"></iframe>{script}'
    )


def said_by(page: str, folder: Path, *flags: str) -> dict[str, Any]:
    """Run a page that writes JSON into its data-said, and return it."""
    path = folder / "page.html"
    path.write_text(page, "utf-8")
    dom = rendered(path.as_uri(), folder / "profile", *flags)
    found = re.search(r'data-said="([^"]*)"', dom)
    assert found, dom[-2000:]
    answer: dict[str, Any] = json.loads(html.unescape(found[1]))
    return answer


def width_of(page: str, width: int, folder: Path) -> int:
    """Return how wide the page is in a frame of `width`."""
    script = """<script>addEventListener("load", () => {
  const wide = document.querySelector("iframe").contentDocument.documentElement.scrollWidth;
  document.body.dataset.said = JSON.stringify({wide});
});</script>"""
    return int(said_by(framed(page, width, 2000, script), folder)["wide"])


def violations(page: str, folder: Path, *flags: str) -> list[str]:
    """Return what an accessibility checker finds in a page, rule by rule with the first place."""
    code = axe().read_text("utf-8").replace("</script", "<\\/script")
    run = """<script>axe.run(document, {resultTypes: ["violations"]}).then((found) => {
  const told = found.violations.map((one) => `${one.id}: ${one.nodes.length}x ${one.nodes[0].html.slice(0, 200)}`);
  document.body.dataset.said = JSON.stringify({told, passes: found.passes.length});
}).catch((error) => { document.body.dataset.said = JSON.stringify({told: [String(error)], passes: 0}); });</script>"""
    opened = POLICY.sub("", page).replace("</body>", f"<script>{code}</script>{run}</body>")
    answer = said_by(opened, folder, *flags)
    assert answer["passes"] or answer["told"], "the checker did not run"
    return list(answer["told"])

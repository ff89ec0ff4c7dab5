"""Take pictures of mails: each `.eml` at phone and desktop width, light and dark, with Chromium.

    python tools/mail_shots.py --out pictures mails/*.eml

Also says when a mail is wider than the window, so that it would scroll sideways; then the exit code is 1.
Where no Chromium is installed it says so and ends with 0: pictures are a help, not a gate.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from pathlib import Path

WIDTHS = (375, 1280)
SCHEMES = {"light": 1, "dark": 0}
"""Chromium's numbers for a preferred color scheme."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

# Chromium has no window narrower than 500 pixels, so the mail stands in a frame of the wanted width.
PAGE = """<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<style>html, body {{ margin: 0; background: {ground}; }} iframe {{ border: 0; display: block; }}</style>
<iframe width="{width}" height="{height}" srcdoc="{mail}"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
  const root = frame.contentDocument.documentElement;
  frame.height = 10;
  document.title = root.scrollWidth + "x" + root.scrollHeight;
  frame.height = {height};
}};
</script>
"""


def html_of(path: Path) -> str | None:
    """Return the HTML part of a mail."""
    message = message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=default)
    part = message.get_body(("html",))
    return None if part is None else str(part.get_content())


def run(browser: str, scheme: int, arguments: list[str]) -> str:
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
        f"--blink-settings=preferredColorScheme={scheme}",
        "--virtual-time-budget=2000",
        *arguments,
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout  # noqa: S603


def shoot(browser: str, mail: str, width: int, scheme: str, picture: Path) -> int:
    """Write one picture; return how many pixels the mail is wider than its window."""
    number = SCHEMES[scheme]
    ground = "#000" if scheme == "dark" else "#fff"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"

        def write(height: int) -> str:
            page.write_text(PAGE.format(ground=ground, width=width, height=height, mail=escape(mail)))
            return page.as_uri()

        dom = run(browser, number, ["--dump-dom", write(10)])
        size = re.search(r"<title>(\d+)x(\d+)</title>", dom)
        if size is None:
            raise SystemExit("the browser did not show the mail")
        height = int(size[2])
        window = f"--window-size={width},{height}"
        run(browser, number, [window, f"--screenshot={picture.resolve()}", write(height)])
    return max(int(size[1]) - width, 0)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description="Take pictures of mails with Chromium.")
    parser.add_argument("mails", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("pictures"))
    given = parser.parse_args()
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        say("no Chromium here, no pictures taken")
        return 0
    given.out.mkdir(parents=True, exist_ok=True)
    too_wide = False
    for path in given.mails:
        mail = html_of(path)
        if mail is None:
            say(f"{path}: no HTML part")
            continue
        for width in WIDTHS:
            for scheme in SCHEMES:
                picture = given.out / f"{path.stem}-{width}-{scheme}.png"
                beyond = shoot(browser, mail, width, scheme, picture)
                too_wide = too_wide or beyond > 0
                say(f"{picture}" + (f": {beyond} pixels too wide" if beyond else ""))
    return 1 if too_wide else 0


if __name__ == "__main__":
    sys.exit(main())

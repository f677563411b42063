"""Writes the greeting that the screens at reception show. Without PUBLISH it only prints the page."""

import html
import os
from pathlib import Path


def text(name: str, otherwise: str = "") -> str:
    return html.escape(os.environ.get(name, "").strip() or otherwise)


page = f"""<!doctype html>
<title>{text("TITLE", "Welcome")}</title>
<body class="{text("LOOK", "day")}">
<h1>{text("TITLE", "Welcome")}</h1>
<p>{text("GUESTS", "0")} guests today</p>
</body>
"""
if os.environ.get("PUBLISH", "false").lower() == "true":
    # SCREEN_PASSWORD is for the screen's own upload program, which reads it from the environment.
    Path("greeting.html").write_text(page, encoding="utf-8")
    print("written: greeting.html")
else:
    print(page)

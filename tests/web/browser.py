"""Looks at a page with Debian's headless Chromium, without a driver: a page around it measures it and writes down
what it sees."""
import html
import json
import os
import pathlib
import shutil
import subprocess

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# The page under test has a policy that forbids scripts, so the measuring is done from outside, in a frame.
FRAME = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
<iframe id="page" src="%s" width="%d" height="800" style="border:0"></iframe><pre id="seen"></pre>
<script>
const frame = document.getElementById("page");
frame.onload = () => {
  const page = frame.contentDocument, root = page.documentElement;
  const visible = element => element.getClientRects().length > 0;
  const pictures = [...page.querySelectorAll("svg[role=img]")].filter(visible).map(svg => {
    const texts = [...svg.querySelectorAll("text")].map(t => ({text: t.textContent, box: t.getBoundingClientRect()}));
    const overlaps = [];
    texts.forEach((a, i) => texts.slice(i + 1).forEach(b => {
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (wide > 2 && high > 5) overlaps.push(a.text + " / " + b.text);
    }));
    const outside = texts.filter(t => t.box.left < svg.getBoundingClientRect().left - 1 ||
                                      t.box.right > svg.getBoundingClientRect().right + 1).map(t => t.text);
    return {title: svg.querySelector("title").textContent, overlaps, outside,
            marks: svg.querySelectorAll("path:not(.grid):not(.axis),circle,rect:not(.paper):not(.frame)").length,
            size: parseFloat(getComputedStyle(svg).width) / svg.viewBox.baseVal.width};
  });
  document.getElementById("seen").textContent = JSON.stringify({
    width: root.clientWidth, content: root.scrollWidth, pictures,
    headings: [...page.querySelectorAll("h1,h2,h3")].map(h => h.textContent),
    tables: page.querySelectorAll("details table").length,
    background: getComputedStyle(page.body).backgroundColor});
};
</script>"""


def chromium(page, *options):
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
               f"--user-data-dir={page.parent / 'profile'}", "--enable-logging=stderr", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120,
                          env=dict(os.environ, HOME=str(page.parent)))


def look(page, width, *options):
    """What a reader with a window of this width sees, and what the browser complained about."""
    page = pathlib.Path(page).resolve()
    frame = page.with_name(f"frame-{width}.html")
    frame.write_text(FRAME % (html.escape(page.name), width))
    done = chromium(frame, "--allow-file-access-from-files", f"--window-size={max(width, 600)},900",
                    "--virtual-time-budget=5000", "--dump-dom", *options)
    text = done.stdout.partition('<pre id="seen">')[2].partition("</pre>")[0]
    if not text:
        raise RuntimeError(f"the browser did not show the page:\n{done.stderr[-2000:]}")
    seen = json.loads(html.unescape(text))
    seen["console"] = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return seen


def print_to_pdf(page):
    page = pathlib.Path(page).resolve()
    target = page.with_suffix(".pdf")
    chromium(page, "--no-pdf-header-footer", f"--print-to-pdf={target}")
    return target.read_bytes()

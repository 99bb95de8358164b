"""Draws a command's terminal output as an SVG: python3 docs/images/terminal_picture.py TITLE < output > picture.svg"""
import html
import sys

CHARACTER, LINE, MARGIN, BAR = 8.4, 19, 18, 34
title = sys.argv[1] if len(sys.argv) > 1 else ""
# Spaces that no renderer folds: not all know xml:space or CSS.
lines = [line.rstrip().replace("\t", "    ").replace(" ", "\u00a0") for line in sys.stdin.read().rstrip("\n").split("\n")]
width = MARGIN * 2 + CHARACTER * max(len(line) for line in [title, *lines])
height = BAR + MARGIN + LINE * len(lines) + MARGIN / 2

print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" role="img">')
print(f"<title>{html.escape(title)}</title>")
print(f'<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#14181f"/>')
for i, colour in enumerate(("#e5655b", "#e0ac41", "#57b35c")):
    print(f'<circle cx="{20 + 18 * i}" cy="17" r="5.5" fill="{colour}"/>')
print('<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#d8dee6">')
print(f'<text x="{width / 2:.0f}" y="22" text-anchor="middle" fill="#8b95a3">{html.escape(title)}</text>')
for i, line in enumerate(lines):
    if line:
        headline = line[0] != "\u00a0" and i > 0
        colour = ' fill="#f2c66d"' if headline else ""
        print(f'<text x="{MARGIN}" y="{BAR + MARGIN + LINE * i}"{colour}>{html.escape(line)}</text>')
print("</g>\n</svg>")

"""Draws docs/images/page.png anew: the live page of the report's made-up training. Needs chromium, npm and a built page.

    python3 docs/images/page_picture.py build/release/joulecast build/release/page
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from report_picture import write_bundle


def main(joulecast, page):
    picture = pathlib.Path(__file__).with_name("page.png").resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_bundle(folder / "night-run")
        environment = dict(os.environ, JOULECAST_STORE=str(folder / "runs.db"), HOME=name, JOULECAST_PAGE=str(page), JOULECAST_COUNTRY="DEU")
        subprocess.run([joulecast, "import", folder / "night-run"], env=environment, check=True, capture_output=True)
        server = subprocess.Popen([joulecast, "serve", "--listen", "127.0.0.1:0"], env=environment, stderr=subprocess.PIPE, text=True)
        try:
            address = re.search(r"http://[\d.:]+", server.stderr.readline())[0]
            tool = pathlib.Path(__file__).resolve().parents[2] / "page" / "dev" / "picture.mjs"
            subprocess.run(["node", tool, f"{address}/#/run/night-run", picture, "960", "1560"], env=environment, check=True)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())

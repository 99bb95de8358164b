#!/usr/bin/env python3
"""Writes data/api/openapi.json, which the server answers with, from data/api/openapi.yaml, which people edit."""

import json
import pathlib

import yaml

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "api"


def as_json():
    """The text of openapi.json."""
    description = yaml.safe_load((FOLDER / "openapi.yaml").read_text(encoding="utf-8"))
    return json.dumps(description, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (FOLDER / "openapi.json").write_text(as_json(), encoding="utf-8")

#!/usr/bin/env bash
# Brings what the web page is built and tested with (page/package-lock.json) into page/node_modules. Says why, and goes on,
# where that cannot be had: everything else is built and tested without it.
set -euo pipefail
page=$(cd "$(dirname "$0")/../page" && pwd)
mark="$page/node_modules/.package-lock.json"  # npm writes it last
if ! command -v npm >/dev/null; then
  echo "joulecast: the web page is left out: npm is not installed (apt install npm)" >&2
  exit 0
fi
[[ $mark -nt $page/package-lock.json ]] && exit 0
if ! (cd "$page" && npm ci --silent --no-audit --no-fund --fetch-retries 1 --fetch-timeout 30000) >&2; then
  echo "joulecast: the web page is left out: npm ci has failed (is the npm registry reachable?)" >&2
  rm -f "$mark"
  exit 0
fi
touch "$mark"

#!/usr/bin/env bash
# Installs the Debian packages of the named groups (scripts/packages.txt) that are missing; quiet where none is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if ! command -v dpkg-query >/dev/null; then
  echo "joulecast: this installs Debian packages, and there is no dpkg here; install what scripts/packages.txt names" >&2
  exit 1
fi
missing=()
for group in "$@"; do
  for package in $(sed -n "s/^$group: //p" "$here/packages.txt"); do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
  done
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "joulecast: these packages are missing, and neither root nor sudo is here: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update -qq &&
       "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  grep -E '^(E|W):' "$log" >&2 || tail -n 5 "$log" >&2
  echo "joulecast: the packages could not be installed (above: why); needed are: ${missing[*]}" >&2
  exit 1
fi

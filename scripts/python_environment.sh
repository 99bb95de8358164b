#!/usr/bin/env bash
# Makes a virtual environment with what the Python package is built and tested with, and prints its interpreter.
# Prints nothing, and says why, where that cannot be had: without PyPI the rest is built and tested as usual.
#   scripts/python_environment.sh FOLDER [PACKAGE...]
# $JOULECAST_PYTHON_INTERPRETER is the interpreter of which it is made; without it, python3.
set -euo pipefail
folder=$1
shift
python=${JOULECAST_PYTHON_INTERPRETER:-python3}
mark="$folder/.holds"  # a line for each package that is there; the first names the interpreter
made_of=$("$python" -c 'import sys; print(sys.version, sys.executable)')
if [[ "$(head -1 "$mark" 2>/dev/null)" != "$made_of" ]]; then
  rm -rf "$folder"
fi
missing=()
for package in "nanobind>=3.0" "$@"; do
  grep -qxF -- "$package" "$mark" 2>/dev/null || missing+=("$package")
done
if [[ ${#missing[@]} -gt 0 ]]; then
  if ! { { [[ -x $folder/bin/pip ]] || "$python" -m venv "$folder"; } &&
         "$folder/bin/pip" install --quiet --disable-pip-version-check --timeout 30 --retries 1 "${missing[@]}"; } >&2; then
    echo "joulecast: what needs ${missing[*]} in Python is left out: there is no virtual environment with it (is PyPI reachable?)" >&2
    exit 0
  fi
  [[ -e $mark ]] || echo "$made_of" > "$mark"
  printf '%s\n' "${missing[@]}" >> "$mark"
fi
echo "$PWD/$folder/bin/python"

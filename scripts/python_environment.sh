#!/usr/bin/env bash
# Makes a virtual environment with what the Python package is built and tested with, and prints its interpreter.
# Prints nothing, and says why, where that cannot be had: without PyPI the rest is built and tested as usual.
#   scripts/python_environment.sh FOLDER [PACKAGE...]
set -euo pipefail
folder=$1
shift
python=${JOULECAST_PYTHON_INTERPRETER:-python3}
wanted=("nanobind>=3.0" "$@")
mark="$folder/.holds"
if [[ "$(cat "$mark" 2>/dev/null)" != "${wanted[*]}" ]]; then
  if ! { "$python" -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check --timeout 30 --retries 1 "${wanted[@]}"; } >&2; then
    echo "joulecast: the Python package is not built: no virtual environment with ${wanted[*]} (is PyPI reachable?)" >&2
    exit 0
  fi
  echo "${wanted[*]}" > "$mark"
fi
echo "$PWD/$folder/bin/python"

#!/usr/bin/env bash
# Lints data/api/openapi.yaml, and sends a server of its own what the description allows and what it does not (schemathesis).
#   scripts/check_api.sh BUILD
# redocly comes from npm, schemathesis from PyPI into build/api-environment; each is left out, visibly, where it cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
joulecast=$PWD/$1/joulecast
export JOULECAST_SHARE=$PWD/data
folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT

if command -v npx >/dev/null && (cd "$folder" && npx --yes @redocly/cli@1.34.2 --version >/dev/null 2>&1); then
  description=$PWD/data/api/openapi.yaml
  (cd "$folder" && npx --yes @redocly/cli@1.34.2 lint "$description")
else
  echo "skipped: redocly cannot be had from npm"
fi

interpreter=$(scripts/python_environment.sh build/api-environment "schemathesis>=4,<5")
if [[ -z $interpreter ]]; then
  echo "skipped: schemathesis cannot be had from PyPI"
  exit 0
fi
export JOULECAST_STORE=$folder/runs.db JOULECAST_SYSFS=$folder
for name in small small small large large large; do
  "$joulecast" run --quiet --name "$name" --interval 50ms -- "${PYTHON:-python3}" -c '
import time
for epoch in range(3):
    time.sleep(0.1)
    print(f"Epoch {epoch + 1}/3 loss: {1 / (epoch + 1)} val_accuracy: {0.5 + epoch / 10}", flush=True)' >/dev/null
done
"$joulecast" serve --listen 127.0.0.1:0 2>"$folder/told" &
server=$!
until grep -q http "$folder/told"; do sleep 0.1; done
url=$(grep -o 'http://[0-9.:]*' "$folder/told" | head -1)
# The streams never end, and the paths' ids are made up: 404 is the answer to nearly all of them.
"$(dirname "$interpreter")/schemathesis" run data/api/openapi.json --url "$url" --phases examples,coverage,fuzzing --max-examples 30 \
  --exclude-path /api/v1/events --exclude-path /metrics --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --warnings off --request-timeout 20
kill "$server"
wait "$server"
server=

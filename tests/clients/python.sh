#!/usr/bin/env bash
# Clients and scanners from PyPI against the real binary, in a Python environment under target/: gql, and schemathesis
# with every check. Bounded in number and time; slow, so only for `make test-all`.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=${PLANATLAS_BIN:-target/debug/planatlas}
venv=target/clients
if [ ! -x "$venv/bin/schemathesis" ]; then
  echo "Installing gql and schemathesis with pip (once)…"
  mkdir -p target
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/clients/python.txt
fi
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
"$binary" import tests/fixtures/riverton --database "sqlite:$folder/atlas.db" >/dev/null
"$binary" serve --listen 127.0.0.1:0 --today 2026-11-23 --database "sqlite:$folder/atlas.db" >"$folder/address" &
server=$!
for _ in $(seq 100); do
  grep -q http "$folder/address" && break
  sleep 0.1
done
url=$(head -n 1 "$folder/address")
curl --silent --fail --retry 20 --retry-all-errors --retry-delay 1 "$url/readyz" >/dev/null

"$venv/bin/python" tests/clients/gql_client.py "$url"
# Random documents: the server may refuse what is too dear, but neither fail nor answer in another form.
export SCHEMATHESIS_HOOKS=tests.clients.checks PYTHONPATH=.
"$venv/bin/schemathesis" run "$url/graphql" --checks all --exclude-checks not_a_server_error --max-examples "${EXAMPLES:-25}" --phases fuzzing \
  --suppress-health-check all --generation-deterministic --request-timeout 20 --max-time "${SECONDS_AT_MOST:-300}"

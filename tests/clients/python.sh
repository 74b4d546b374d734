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
. tests/serve.sh
serve tests/fixtures/riverton

"$venv/bin/python" tests/clients/gql_client.py "$url"
# Random documents: the server may refuse what is too dear, but neither fail nor answer in another form.
export SCHEMATHESIS_HOOKS=tests.clients.checks PYTHONPATH=.
"$venv/bin/schemathesis" run "$url/graphql" --checks all --exclude-checks not_a_server_error --max-examples "${EXAMPLES:-25}" --phases fuzzing \
  --suppress-health-check all --generation-deterministic --request-timeout 20 --max-time "${SECONDS_AT_MOST:-300}"

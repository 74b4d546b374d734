#!/usr/bin/env bash
# Runs the open Frictionless validator over data packages, in a Python environment under target/.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=target/frictionless
if [ ! -x "$venv/bin/frictionless" ]; then
  echo "Installing the Frictionless validator with pip (once)…"
  mkdir -p target
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/frictionless.txt
fi
for package in "$@"; do
  "$venv/bin/frictionless" validate "$package/datapackage.json" > target/frictionless.log 2>&1 || {
    cat target/frictionless.log
    echo "frictionless: $package is not valid" >&2
    exit 1
  }
  echo "frictionless: $package is valid"
done

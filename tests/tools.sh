#!/usr/bin/env bash
# Installs what the tests need beyond Rust, Node and make, through the system's packages: a browser, fonts for
# Chinese text, PostgreSQL with PostGIS (for a throw-away cluster, never the system's), Python for the open package validator.
# Where that cannot be done it says what is missing and stops.
set -euo pipefail

need=()
have() { command -v "$1" >/dev/null 2>&1; }
# PostGIS for the PostgreSQL that is here, or for the one that apt-get would install.
postgis() {
  local major
  major=$(ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -n 1)
  [ -n "$major" ] || major=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
  echo "postgresql-${major:-15}-postgis-3"
}
have chromium || have chromium-browser || have google-chrome || need+=(chromium)
fc-list :lang=zh 2>/dev/null | grep . >/dev/null || need+=(fontconfig fonts-noto-cjk)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || have initdb || need+=(postgresql)
ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || need+=("$(postgis)")
python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || need+=(python3-venv)
if [ -n "${PLANATLAS_TEST_LONG:-}" ]; then
  # What others open our files with.
  have soffice || need+=(libreoffice-calc-nogui)
  have ogrinfo || need+=(gdal-bin)
  /usr/bin/python3 -c 'import qgis.core' >/dev/null 2>&1 || need+=(python3-qgis)
fi
[ ${#need[@]} -eq 0 ] && exit 0

echo "The tests need these system packages: ${need[*]}"
if ! have apt-get; then
  echo "No apt-get here: install them with your system's package manager, then run 'make test' again." >&2
  exit 1
fi
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  if have sudo; then sudo=(sudo); else
    echo "Not root and no sudo: ask an administrator for: apt-get install ${need[*]}" >&2
    exit 1
  fi
fi
echo "Installing them with apt-get (once)…"
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null

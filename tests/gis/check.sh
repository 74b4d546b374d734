#!/usr/bin/env bash
# Other people's maps and auditors against the real binary: the OGC conformance tests of PyPI, a validator of OpenAPI,
# ogrinfo and QGIS without a screen. All on loopback, at pages of 1, 7 and 100 features.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=${PLANATLAS_BIN:-target/debug/planatlas}
venv=target/gis
if ! cmp -s tests/gis/requirements.txt "$venv/installed.txt"; then
  echo "Installing ogctests and openapi-spec-validator with pip (once)…"
  mkdir -p target
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/gis/requirements.txt
  cp tests/gis/requirements.txt "$venv/installed.txt"
fi
. tests/serve.sh
serve geodata/shangqiu geodata/sample

echo "▸ the definition of the interface"
curl --silent --fail "$url/ogc/api" >"$folder/api.json"
"$venv/bin/openapi-spec-validator" "$folder/api.json"

echo "▸ ogctests features/core"
"$venv/bin/python" tests/gis/conformance.py "$url/ogc"

echo "▸ ogrinfo"
python3 tests/gis/ogr.py "$url"

echo "▸ vector tiles with mapbox-vector-tile"
"$venv/bin/python" tests/gis/tiles.py "$url"

echo "▸ QGIS"
export QT_QPA_PLATFORM=offscreen
# The system's Python has the bindings, whichever comes first on the path.
python=python3
python3 -c 'import qgis.core' 2>/dev/null || python=/usr/bin/python3
"$python" tests/gis/qgis_read.py "$url" "$folder"
echo "▸ tables of PostGIS"
tests/gis/postgis.sh "$binary" "$folder" "$url" "$python"
echo "▸ docs/qgis.md"
"$python" tests/gis/docs.py "$url"

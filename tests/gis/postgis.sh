#!/usr/bin/env bash
# The tables of `planatlas postgis enable`, opened by ogrinfo and by QGIS without a screen, from a throw-away PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$1 folder=$2 server=$3 python=$4
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
run=()
if [ "$(id -u)" -eq 0 ]; then
  run=(runuser -u postgres --)
  install -d -o postgres "$folder/postgres"
  chmod a+x "$folder"
else
  mkdir "$folder/postgres"
fi
data=$folder/postgres/data
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"${run[@]}" "$bin/initdb" --auth=trust --username=planatlas --encoding=UTF8 --locale=C --no-sync -D "$data" >/dev/null
trap '"${run[@]}" "$bin/pg_ctl" stop -m immediate -D "$data" >/dev/null' EXIT
"${run[@]}" "$bin/pg_ctl" start -w -D "$data" -l "$folder/postgres/log" \
  -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c fsync=off" >/dev/null
export PLANATLAS_DATABASE=postgres://planatlas@127.0.0.1:$port/postgres
"$binary" import geodata/shangqiu geodata/sample >/dev/null
"$binary" postgis enable --at 2026-11-23T04:00:00Z
"$python" tests/gis/postgis.py "$server" "$port"

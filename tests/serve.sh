# Sourced: imports packages into a database of its own and serves it on a free port until the script ends; sets $folder
# and $url, and expects $binary.
# shellcheck shell=bash
folder=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$folder"' EXIT

# Serves the packages given.
serve() {
  "$binary" import "$@" --database "sqlite:$folder/atlas.db" >/dev/null
  "$binary" serve --listen 127.0.0.1:0 --today 2026-11-23 --database "sqlite:$folder/atlas.db" >"$folder/url" &
  server=$!
  for _ in $(seq 100); do
    grep -q http "$folder/url" && break
    sleep 0.1
  done
  url=$(head -n 1 "$folder/url")
  curl --silent --fail --retry 20 --retry-all-errors --retry-delay 1 "$url/readyz" >/dev/null
}

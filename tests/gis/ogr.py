"""GDAL reads every row through paging, and the files: the numbers and codes are those that GraphQL gives."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

base = sys.argv[1]


def ask(query):
    request = urllib.request.Request(
        f"{base}/graphql", json.dumps({"query": query}).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]


def all_of(field):
    found, after = [], "null"
    while True:
        page = ask(f"{{ {field}(first: 500, after: {after}) {{ nodes {{ code }} pageInfo {{ hasNextPage endCursor }} }} }}")[field]
        found += [node["code"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = json.dumps(page["pageInfo"]["endCursor"])


lists = ask("{ clusters { code } plans { layout { code } } }")
expected = {field: all_of(field) for field in ("regions", "zones", "projects", "enterprises")}
expected["clusters"] = [row["code"] for row in lists["clusters"]]
expected["layout"] = [row["code"] for plan in lists["plans"] for row in plan["layout"]]


def asked():
    """Pages of features that the server has given so far."""
    with urllib.request.urlopen(f"{base}/metrics") as answer:
        told = answer.read().decode()
    found = re.search(r'requests_total\{route="/ogc/collections/\{id\}/items",status="200"\} (\d+)', told)
    return int(found[1]) if found else 0


def codes(source, *more, environment=None):
    command = ["ogrinfo", "-ro", "-al", "-geom=SUMMARY", source, *more]
    output = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if output.returncode != 0 or "ERROR" in output.stderr:
        sys.exit(f"{command}: {output.stdout[-2000:]}{output.stderr[-2000:]}")
    return re.findall(r"^  code \(String\) = (.*)$", output.stdout, re.M), output.stdout


for name, wanted in expected.items():
    for size in (1, 7, 100):
        source = f"OAPIF:{base}/ogc/collections/{name}"
        before = asked()
        found, _ = codes(source, "-oo", f"PAGE_SIZE={size}", environment={"OAPIF_PAGE_SIZE": str(size)})
        assert found == wanted, f"{name} by {size}: {len(found)} of {len(wanted)}"
        pages = asked() - before
        assert pages >= -(-len(wanted) // size), f"{name} by {size}: {pages} pages"
        print(f"  {name}: {len(found)} rows by {size}, {pages} pages")

with TemporaryDirectory() as folder:
    for name, wanted in expected.items():
        for suffix in ("gpkg", "fgb"):
            path = Path(folder) / f"{name}.{suffix}"
            with urllib.request.urlopen(f"{base}/ogc/collections/{name}/{name}.{suffix}") as answer:
                path.write_bytes(answer.read())
            found, told = codes(str(path))
            if suffix == "gpkg":
                assert found == wanted, f"{path.name}: {len(found)} of {len(wanted)}"
            else:
                assert found and set(found) <= set(wanted), path.name
            print(f"  {path.name}: {len(found)} rows")
            assert "WGS 84" in told, path.name

"""Copies a package and gives a place to whatever has none: points beside those there are, outlines and hosts of zones
like the first zone's, places of clusters. Regions and elements of the layout have theirs."""

import csv
import json
import shutil
import sys
from pathlib import Path

source, target = Path(sys.argv[1]), Path(sys.argv[2])
shutil.copytree(source, target)


def table(name):
    with open(target / f"{name}.csv", encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return reader.fieldnames, list(reader)


def write(name, fields, rows):
    with open(target / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


for name in ("projects", "enterprises"):
    fields, rows = table(name)
    at = next(row for row in rows if row["lon"])
    for row in rows:
        row["lon"], row["lat"] = row["lon"] or at["lon"], row["lat"] or at["lat"]
    write(name, fields, rows)

fields, outlines = table("footprints")
drawn = json.loads((target / "zones.geojson").read_text(encoding="utf-8"))
model = next(row for row in outlines if row["place_kind"] == "ZONE")
shape = next(one for one in drawn["features"] if one["id"] == model["code"])
known = {row["place_code"] for row in outlines if row["place_kind"] == "ZONE"}
for zone in table("zones")[1]:
    if zone["code"] not in known:
        code = f"fp-{zone['code']}"
        outlines.append({**model, "code": code, "place_code": zone["code"]})
        drawn["features"].append({**shape, "id": code})
write("footprints", fields, outlines)
(target / "zones.geojson").write_text(json.dumps(drawn, ensure_ascii=False), encoding="utf-8")

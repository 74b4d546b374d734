"""QGIS without a screen reads every row of every collection through paging, opens the files, and the vector tiles where
their address is given."""

import json
import sys
import urllib.request
from pathlib import Path

from qgis.core import QgsApplication, QgsVectorLayer, QgsVectorTileLayer

base, folder = sys.argv[1], Path(sys.argv[2])
QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()

with urllib.request.urlopen(f"{base}/ogc/collections") as answer:
    collections = [one["id"] for one in json.load(answer)["collections"]]


def codes(layer, what):
    assert layer.isValid(), f"{what}: {layer.error().message()}"
    return sorted(feature["code"] for feature in layer.getFeatures())


def matched(name):
    with urllib.request.urlopen(f"{base}/ogc/collections/{name}/items?limit=10000") as answer:
        found = json.load(answer)
    assert found["numberMatched"] == len(found["features"])
    return sorted(one["id"] for one in found["features"]), sorted(one["id"] for one in found["features"] if one["geometry"])


for name in collections:
    wanted, located = matched(name)
    for size in (1, 7, 100):
        source = f"url='{base}/ogc' typename='{name}' pagingEnabled='true' pageSize='{size}'"
        found = codes(QgsVectorLayer(source, name, "OAPIF"), name)
        assert found == wanted, f"{name} by {size}: {len(found)} of {len(wanted)}"
        print(f"  {name}: {len(found)} rows by {size}")
    for suffix, rows in (("gpkg", wanted), ("fgb", located)):
        path = folder / f"{name}.{suffix}"
        with urllib.request.urlopen(f"{base}/ogc/collections/{name}/{path.name}") as answer:
            path.write_bytes(answer.read())
        layer = QgsVectorLayer(str(path), name, "ogr")
        found = codes(layer, path.name)
        assert found == rows, f"{path.name}: {len(found)} of {len(rows)}"
        assert layer.crs().authid() == "EPSG:4326", layer.crs().authid()
        print(f"  {path.name}: {len(found)} rows")

# The address of vector tiles, with {z}, {x} and {y}.
for address in sys.argv[3:]:
    layer = QgsVectorTileLayer(f"type=xyz&url={base}{address}&zmin=0&zmax=14", "tiles")
    assert layer.isValid(), address
    print(f"  {address} opens")
del layer
application.exitQgis()

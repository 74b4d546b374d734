"""Each table of the schema gis, opened by ogrinfo through PG: and by QGIS: the rows are those of the collection."""

import json
import re
import subprocess
import sys
import urllib.request

from features import placed
from qgis.core import QgsApplication, QgsDataSourceUri, QgsVectorLayer, QgsWkbTypes

base, port = sys.argv[1], sys.argv[2]
QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()


def features(name):
    with urllib.request.urlopen(f"{base}/ogc/collections/{name}/items?limit=10000") as answer:
        return json.load(answer)["features"]


def opened(name, kind):
    """The rows of one type of geometry."""
    uri = QgsDataSourceUri()
    uri.setConnection("127.0.0.1", port, "postgres", "planatlas", "")
    uri.setDataSource("gis", name, "geom", "", "fid")
    uri.setSrid("4490")
    uri.setWkbType(kind)
    layer = QgsVectorLayer(uri.uri(False), name, "postgres")
    assert layer.isValid(), f"{name}: {layer.error().message()} {layer.dataProvider().error().message()}"
    assert layer.crs().authid() == "EPSG:4490", layer.crs().authid()
    assert [layer.fields()[at].name() for at in layer.primaryKeyAttributes()] == ["fid"]
    return layer


with urllib.request.urlopen(f"{base}/ogc/collections") as answer:
    collections = [one["id"] for one in json.load(answer)["collections"]]
kinds = {
    "Point": QgsWkbTypes.Point,
    "LineString": QgsWkbTypes.LineString,
    "Polygon": QgsWkbTypes.Polygon,
    "MultiPolygon": QgsWkbTypes.MultiPolygon,
    "MultiPoint": QgsWkbTypes.MultiPoint,
    "MultiLineString": QgsWkbTypes.MultiLineString,
}
for name in collections:
    rows = features(name)
    wanted = sorted(row["id"] for row in rows)
    source = f"PG:host=127.0.0.1 port={port} user=planatlas dbname=postgres schemas=gis"
    told = subprocess.run(["ogrinfo", "-ro", "-geom=SUMMARY", source, name], capture_output=True, text=True)
    assert told.returncode == 0 and "ERROR" not in told.stderr, told.stderr
    found = sorted(re.findall(r"^  code \(String\) = (.*)$", told.stdout, re.M))
    assert found == wanted, f"{name}: ogrinfo reads {len(found)} of {len(wanted)}"
    assert "China Geodetic Coordinate System 2000" in told.stdout, told.stdout[:3000]

    if name in ("layout", "clusters"):
        # Of mixed geometry QGIS opens each type by itself, and a multipolygon's layer takes the polygons in too.
        types = {row["geometry"]["type"] for row in rows if placed(row)}
        codes = set()
        for kind in types:
            codes |= {feature["code"] for feature in opened(name, kinds[kind]).getFeatures()}
        wanted = sorted(row["id"] for row in rows if placed(row))
        assert sorted(codes) == wanted, f"{name}: QGIS reads {len(codes)} of {len(wanted)}"
    else:
        kind = QgsWkbTypes.Point if name in ("projects", "enterprises") else QgsWkbTypes.MultiPolygon
        layer = opened(name, kind)
        read = list(layer.getFeatures())
        assert sorted(feature["code"] for feature in read) == wanted, f"{name}: QGIS reads {len(read)} of {len(wanted)}"
        located = sum(placed(row) for row in rows)
        assert sum(feature.hasGeometry() for feature in read) == located, name
        del layer, read
    print(f"  gis.{name}: {len(rows)} rows")
application.exitQgis()

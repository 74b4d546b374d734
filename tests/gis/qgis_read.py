"""QGIS without a screen reads every row of every collection through paging, opens the files, and draws the vector
tiles."""

import json
import sys
import urllib.request
from pathlib import Path

from features import placed
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

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
    features = found["features"]
    return sorted(one["id"] for one in features), sorted(one["id"] for one in features if placed(one))


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

def painted(layer, bounds):
    """How many pixels of a picture of the layer are not the paper's."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    world = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("OGC:CRS84"), settings.destinationCrs(), QgsProject.instance()
    )
    settings.setExtent(world.transformBoundingBox(QgsRectangle(*bounds)))
    settings.setOutputSize(QSize(400, 400))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    paper = QColor("white").rgb()
    return sum(picture.pixel(x, y) != paper for x in range(400) for y in range(400))


with urllib.request.urlopen(f"{base}/tiles") as answer:
    tiles = [one["name"] for one in json.load(answer)["layers"]]
for name in tiles:
    with urllib.request.urlopen(f"{base}/tiles/{name}.json") as answer:
        tilejson = json.load(answer)
    address, most = tilejson["tiles"][0], tilejson["maxzoom"]
    layer = QgsVectorTileLayer(f"type=xyz&url={address}&zmin=0&zmax={most}", name)
    assert layer.isValid(), address
    pixels = painted(layer, tilejson["bounds"])
    assert pixels > 100, f"{name}: only {pixels} pixels are drawn"
    print(f"  tiles of {name}: {pixels} of 160000 pixels drawn")
    del layer
application.exitQgis()

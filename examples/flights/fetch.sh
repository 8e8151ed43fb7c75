#!/usr/bin/env bash
# Gets the flights from the npm package vega-datasets and prepares them in data/files: the archive as it is, the feed with one record
# a line. What is there and has the right checksum is kept; the package is kept in a cache, so that a second checkout needs no network.
set -euo pipefail
cd "$(dirname "$0")"

version=3.2.1
cache="${LAKESMITH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lakesmith}/vega-datasets-$version"
out=data/files

# sha256 of the file in the package, its name
sources=(
  "dbeb920c90f59b6ccaff823dcc3d08f25a97fa1ce128d93f40be4e931f5900b0  flights-3m.parquet"
  "41de5f0e4177ae3a7f41a58e7c69dfa83547a11f83adac0c812ed77a9cfeb5d3  flights-2k.json"
  "15041d59d44b6d31924d1accfb2cd400bca146dd785822dd812809614629953a  flights-5k.json"
  "27d210ac12331b65934961f0448515f20a9479524da85382bc7bef7469b4ae4e  flights-10k.json"
  "52f0ddd892d4569284b845e17323abc9afb7d303ec8f63251634a20327a610bb  flights-20k.json"
)

intact() {
  (cd "$1" 2>/dev/null && printf '%s\n' "${sources[@]}" | sha256sum --check --status 2>/dev/null)
}

download() {
  command -v npm >/dev/null || { echo "fetch.sh: npm is needed to get the package vega-datasets (apt-get install npm)" >&2; exit 2; }
  local work
  work="$(mktemp -d)"
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  for attempt in 1 2 3 4; do
    echo "vega-datasets $version: download, attempt $attempt" >&2
    if (cd "$work" && npm pack --silent "vega-datasets@$version" >/dev/null && tar xzf "vega-datasets-$version.tgz"); then
      if intact "$work/package/data"; then
        mkdir -p "$cache"
        for line in "${sources[@]}"; do cp "$work/package/data/${line##* }" "$cache/"; done
        return
      fi
      echo "fetch.sh: the package does not hold the files with the expected checksums" >&2
    fi
    sleep $((attempt * 3))
  done
  echo "fetch.sh: vega-datasets $version could not be downloaded" >&2
  exit 1
}

intact "$cache" || download

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

#!/usr/bin/env bash
# Gets files of the npm package vega-datasets into a cache and prints its folder.
#   vega-datasets.sh FILE…
# A file that is there and has the right checksum is kept, so that a second checkout needs no network.
set -euo pipefail

version=3.2.1
cache="${LAKESMITH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lakesmith}/vega-datasets-$version"

# sha256 of the file in the package, its name
checksums() {
  grep -F "$(printf '  %s\n' "$@")" <<'LIST'
903c7169e6d558eefb95295fe2947ec8503135fbb855ea5c737cf4a90ea603ad  airports.csv
45777edf69984b37599e73dbfb34dbc976055243547407214261a4fcb9466462  birdstrikes.csv
e63c499759e3b07b49563e036f55290f87feb56def8703ec049ca305ab1523d3  movies.json
a42702a83ffbae679f95d1fa53e2cae0bae13b21e599a68cdd50a44fc52129f7  earthquakes.json
dbeb920c90f59b6ccaff823dcc3d08f25a97fa1ce128d93f40be4e931f5900b0  flights-3m.parquet
41de5f0e4177ae3a7f41a58e7c69dfa83547a11f83adac0c812ed77a9cfeb5d3  flights-2k.json
15041d59d44b6d31924d1accfb2cd400bca146dd785822dd812809614629953a  flights-5k.json
27d210ac12331b65934961f0448515f20a9479524da85382bc7bef7469b4ae4e  flights-10k.json
52f0ddd892d4569284b845e17323abc9afb7d303ec8f63251634a20327a610bb  flights-20k.json
LIST
}

intact() {
  (cd "$1" 2>/dev/null && checksums "${@:2}" | sha256sum --check --status 2>/dev/null)
}

download() {
  command -v npm >/dev/null || { echo "npm is needed to get the package vega-datasets (apt-get install npm)" >&2; exit 2; }
  local work
  work="$(mktemp -d)"
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  for attempt in 1 2 3 4; do
    echo "vega-datasets $version: download, attempt $attempt" >&2
    if (cd "$work" && npm pack --silent "vega-datasets@$version" >/dev/null && tar xzf "vega-datasets-$version.tgz"); then
      if intact "$work/package/data" "$@"; then
        mkdir -p "$cache"
        for file in "$@"; do cp "$work/package/data/$file" "$cache/"; done
        return
      fi
      echo "the package does not hold the files with the expected checksums" >&2
    fi
    sleep $((attempt * 3))
  done
  echo "vega-datasets $version could not be downloaded" >&2
  exit 1
}

intact "$cache" "$@" || download "$@"
echo "$cache"

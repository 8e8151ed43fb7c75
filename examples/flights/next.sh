#!/usr/bin/env bash
# Lets the next file arrive in data/landing: at first the archive and one file of the feed, then the rest of the feed, file by file.
set -euo pipefail
cd "$(dirname "$0")"

[ -d data/files ] || { echo "next.sh: run fetch.sh first" >&2; exit 2; }
mkdir -p data/landing/archive data/landing/feed
for file in archive/flights-3m.parquet feed/flights-2k.json feed/flights-5k.json feed/flights-10k.json feed/flights-20k.json; do
  if [ ! -e "data/landing/$file" ]; then
    cp "data/files/${file##*/}" "data/landing/.arriving"
    mv "data/landing/.arriving" "data/landing/$file"
    echo "arrived: $file"
    [ "$file" = archive/flights-3m.parquet ] || exit 0
  fi
done
echo "all files have arrived"

#!/usr/bin/env bash
# Gets the four files from the npm package vega-datasets and lets them arrive, as they are, in data/landing.
set -euo pipefail
cd "$(dirname "$0")"

files=(airports.csv birdstrikes.csv movies.json earthquakes.json)
cache="$(../vega-datasets.sh "${files[@]}")"
mkdir -p data/landing
for file in "${files[@]}"; do
  # beside the file first, so that an interrupted run leaves no half file
  cp "$cache/$file" "data/.$file"
  mv "data/.$file" "data/landing/$file"
done
echo "data/landing: $(ls data/landing | wc -l) files, $(du -sh data/landing | cut -f1)"

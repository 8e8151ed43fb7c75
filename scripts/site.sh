#!/usr/bin/env bash
# Builds the documentation as a site that needs no network: scripts/site.sh [LAKESMITH] → target/site/html/index.html.
# Python's packages are pinned and lie in target/site-tools; only installing them for the first time needs the network.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
lakesmith=${1:-$target/debug/lakesmith}
tools=$target/site-tools
if ! [ -x "$lakesmith" ]; then
  printf 'site: there is no %s; build it by `make build`\n' "$lakesmith" >&2
  exit 2
fi
if ! cmp -s docs/site/requirements.txt "$tools/requirements.txt"; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet -r docs/site/requirements.txt
  cp docs/site/requirements.txt "$tools/requirements.txt"
fi
"$tools/bin/python" docs/site/build.py "$lakesmith" "$target/site"

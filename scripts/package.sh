#!/usr/bin/env bash
# Packs a release: scripts/package.sh [BINARY] → dist/lakesmith-<version>-<target>.tar.gz with its .sha256, and a wheel.
# Without BINARY it is built first. The same binary and commit give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml)
target=$(rustc -vV | sed -n 's/^host: //p')
binary=${1:-}
if [ -z "$binary" ]; then
  cargo build --locked --release -p lakesmith
  binary=${CARGO_TARGET_DIR:-target}/release/lakesmith
fi
said=$("$binary" --version)
if [ "$said" != "lakesmith $version" ]; then
  printf 'package: %s says "%s", and this is version %s\n' "$binary" "$said" "$version" >&2
  exit 1
fi
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

name=lakesmith-$version-$target
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$work/$name
mkdir -p "$folder/completions" "$folder/man" dist

install -m 755 "$binary" "$folder/lakesmith"
install -m 644 LICENSE README.md CHANGELOG.md "$folder/"
python3 scripts/licences.py "$target" > "$folder/THIRD-PARTY-LICENCES.txt"
"$binary" completions bash       > "$folder/completions/lakesmith.bash"
"$binary" completions zsh        > "$folder/completions/_lakesmith"
"$binary" completions fish       > "$folder/completions/lakesmith.fish"
"$binary" completions elvish     > "$folder/completions/lakesmith.elv"
"$binary" completions powershell > "$folder/completions/_lakesmith.ps1"
"$binary" man                    > "$folder/man/lakesmith.1"
"$binary" schema spec            > "$folder/spark-pipeline.schema.json"

# names sorted, owners, modes and times fixed, no time in the gzip header
chmod -R u=rwX,go=rX "$folder"
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=ustar \
  -C "$work" -cf - "$name" | gzip -n -9 > "dist/$name.tar.gz"
rm -f dist/lakesmith-"$version"-py3-none-*.whl
wheel=$(python3 scripts/wheel.py "$binary" "$version" dist LICENSE "$folder/THIRD-PARTY-LICENCES.txt")
(cd dist && for file in "$name.tar.gz" "$(basename "$wheel")"; do sha256sum "$file" > "$file.sha256"; done)
ls -l dist/"$name.tar.gz" "$wheel" >&2

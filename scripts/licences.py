"""The licences of everything that is linked into the binary: python scripts/licences.py TARGET > THIRD-PARTY-LICENCES.txt.

Reads what cargo resolved for the target, without a network, and the licence files that lie in each crate's package. A crate whose licence is
not known to allow it fails.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "OpenSSL", "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "Zlib",
    "bzip2-1.0.6",
}
NAMES = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense)", re.I)


def linked(metadata):
    """Packages that the binary links or builds with; no development dependencies."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    start = next(package["id"] for package in metadata["packages"] if package["name"] == "lakesmith")
    seen, open_ = set(), [start]
    while open_:
        current = open_.pop()
        if current in seen:
            continue
        seen.add(current)
        for dependency in nodes[current]["deps"]:
            if any(kind["kind"] in (None, "build") for kind in dependency["dep_kinds"]):
                open_.append(dependency["pkg"])
    return [package for package in metadata["packages"] if package["id"] in seen and package["source"]]


def is_allowed(expression):
    """Whether one side of each OR, and all sides of each AND, are allowed."""
    expression = expression.replace("/", " OR ").replace("(", " ( ").replace(")", " ) ")
    words = re.sub(r"(\S+) WITH (\S+)", lambda m: f"{m[1]}_WITH_{m[2]}", expression).split()
    terms = [
        word if word in ("(", ")") else {"AND": "and", "OR": "or"}.get(word) or str(word.replace("_WITH_", " WITH ") in ALLOWED)
        for word in words
    ]
    return eval(" ".join(terms), {"__builtins__": {}}, {})  # only brackets, and, or, True and False are left


def main():
    target = sys.argv[1]
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", target]
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    packages = sorted(linked(metadata), key=lambda package: (package["name"], package["version"]))
    texts, unknown = {}, []
    for package in packages:
        licence = package["license"] or ""
        folder = Path(package["manifest_path"]).parent
        # what a package has taken from elsewhere brings its licence along in a folder of its own
        files = sorted(path for path in [*folder.glob("*"), *folder.glob("*/*")] if path.is_file() and NAMES.match(path.name))
        if package["license_file"]:
            files.append(folder / package["license_file"])
        if not licence and not files or licence and not is_allowed(licence):
            unknown.append(f"{package['name']} {package['version']}: {licence or 'no licence'}")
        for path in dict.fromkeys(path for path in files if path.suffix not in (".rs", ".c", ".h", ".py")):
            text = path.read_text(errors="replace").strip().replace("\r\n", "\n")
            texts.setdefault(text, []).append(f"{package['name']} {package['version']} ({path.relative_to(folder)})")
    if unknown:
        sys.exit("licences that nobody has looked at:\n  " + "\n  ".join(unknown))
    print("Lakesmith is licensed under Apache-2.0, see LICENSE. It contains Rust's standard library (MIT OR Apache-2.0) and")
    print(f"{len(packages)} packages of others. Where a package holds the text of its licence, the text follows below.\n")
    for package in packages:
        where = f"  {package['repository']}" if package["repository"] else ""
        print(f"{package['name']} {package['version']}  {package['license'] or 'see below'}{where}")
    for text, owners in sorted(texts.items(), key=lambda entry: entry[1]):
        print("\n" + "=" * 100 + "\n" + "\n".join(owners) + "\n" + "-" * 100 + f"\n{text}")


main()

"""A wheel that holds the binary: python scripts/wheel.py BINARY VERSION FOLDER [EXTRA LICENCE FILE…].

The wheel's platform tag says what the binary needs: the newest glibc symbol version in its dynamic section, and no libraries but those
that manylinux promises. The same binary and SOURCE_DATE_EPOCH give the same bytes.
"""

import base64
import hashlib
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

# libraries that every glibc system has (PEP 600)
PROMISED = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1", "libgcc_s.so.1"}
MACHINES = {"Advanced Micro Devices X86-64": "x86_64", "AArch64": "aarch64"}


def readelf(option, binary):
    return subprocess.run(["readelf", option, binary], check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


def platform_tag(binary):
    machine = re.search(r"Machine:\s+(.*)", readelf("-h", binary))[1].strip()
    if machine not in MACHINES:
        sys.exit(f"no wheel is built for {machine}")
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("-d", binary)))
    foreign = {name for name in needed - PROMISED if not name.startswith("ld-linux")}
    if foreign:
        sys.exit(f"{binary} needs libraries that manylinux does not promise: {', '.join(sorted(foreign))}")
    versions = {tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_(\d+\.\d+)", readelf("-V", binary))}
    if not versions:
        sys.exit(f"{binary} is not linked with glibc")
    major, minor = max(max(versions), (2, 17))
    return f"manylinux_{major}_{minor}_{MACHINES[machine]}"


def main():
    binary, version, folder, *licences = sys.argv[1:]
    tag = f"py3-none-{platform_tag(binary)}"
    epoch = max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800)  # ZIP knows no time before 1980
    stamp = time.gmtime(epoch)[:6]
    info = f"lakesmith-{version}.dist-info"
    readme = Path("README.md").read_text()
    metadata = (
        f"Metadata-Version: 2.4\nName: lakesmith\nVersion: {version}\n"
        "Summary: Declarative medallion pipelines on open Delta tables, in one binary\n"
        "License-Expression: Apache-2.0\n"
        + "".join(f"License-File: {Path(path).name}\n" for path in licences)
        + "Requires-Python: >=3.8\nDescription-Content-Type: text/markdown\n\n"
        + readme
    )
    wheel = f"Wheel-Version: 1.0\nGenerator: lakesmith\nRoot-Is-Purelib: false\nTag: {tag}\n"
    files = [
        (f"lakesmith-{version}.data/scripts/lakesmith", Path(binary).read_bytes(), 0o755),
        *((f"{info}/licenses/{Path(path).name}", Path(path).read_bytes(), 0o644) for path in licences),
        (f"{info}/METADATA", metadata.encode(), 0o644),
        (f"{info}/WHEEL", wheel.encode(), 0o644),
    ]
    record = ""
    for name, content, _ in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(content)}\n"
    files.append((f"{info}/RECORD", f"{record}{info}/RECORD,,\n".encode(), 0o644))
    path = Path(folder) / f"lakesmith-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content, mode in files:
            entry = zipfile.ZipInfo(name, stamp)
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    print(path)


main()

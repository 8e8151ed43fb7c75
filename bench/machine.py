"""Describes the machine of a result: what another reader needs to judge the figures, and nothing that names the machine."""

import os
import platform
import re


def describe(folder):
    """The machine, with the disk that holds this folder."""
    return {
        "cpu": _first(r"model name\s*:\s*(.+)", "/proc/cpuinfo") or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(_first(r"MemTotal:\s*(\d+)", "/proc/meminfo")) / 1024 / 1024, 1),
        "disk": _disk(folder),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


def _disk(folder):
    device = os.stat(folder).st_dev
    block = os.path.realpath(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")
    for queue in (os.path.join(block, "queue"), os.path.join(os.path.dirname(block), "queue")):
        if os.path.isdir(queue):
            if os.path.basename(os.path.dirname(queue)).startswith("vd"):
                return f"{_file_system(folder)} on a virtual disk"
            rotating = _first(r"(\d)", os.path.join(queue, "rotational")) == "1"
            return f"{_file_system(folder)} on a {'rotating' if rotating else 'solid state'} disk"
    return _file_system(folder)


def _file_system(folder):
    best = ("", "unknown")
    with open("/proc/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            _, point, kind = line.split()[:3]
            if os.path.realpath(folder).startswith(point) and len(point) > len(best[0]):
                best = (point, kind)
    return best[1]


def _first(pattern, path):
    with open(path, encoding="utf-8", errors="replace") as text:
        found = re.search(pattern, text.read())
    return found.group(1).strip() if found else None

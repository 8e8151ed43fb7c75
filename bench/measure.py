"""Runs a command and says what it cost: wall and CPU seconds, peak memory, and how busy everything else kept the machine meanwhile.

Keep the process that calls this small: the kernel counts a parent's memory at the moment of `exec` towards the child's peak.
"""

import os
import subprocess
import threading
import time
from statistics import median

# A run is disturbed when other processes took more than this share of all cores while it ran.
QUIET_SHARE = 0.05


def run(command, log, cwd=None, environment=None, watch=None):
    """Runs the command, its output in the file `log`. Exits with the end of that file when it fails.

    `watch` is a `Family` for a command whose CPU time is spent in processes that it does not wait for.
    """
    with open(log, "wb") as output:
        busy, started = _busy_seconds(), time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=environment)
        if watch:
            watch.follow(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        busy = _busy_seconds() - busy
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        with open(log, encoding="utf-8", errors="replace") as text:
            raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}\n{text.read()[-4000:]}")
    cpu, peak_kib = usage.ru_utime + usage.ru_stime, usage.ru_maxrss
    if watch:
        cpu, peak_kib = max(cpu, watch.cpu_seconds()), max(peak_kib, watch.peak_kib)
    return {
        "wall_s": round(wall, 4),
        "cpu_s": round(cpu, 4),
        "peak_rss_mib": round(peak_kib / 1024, 1),
        "others_share": round(max(0.0, busy - cpu) / (wall * os.cpu_count()), 3),
    }


class Family:
    """Looks every fifth of a second at a process and all its descendants: CPU time of each, and the most memory of all together."""

    def __init__(self):
        self.peak_kib = 0
        self._cpu = {}

    def follow(self, root):
        threading.Thread(target=self._look, args=(root,), daemon=True).start()

    def cpu_seconds(self):
        return sum(self._cpu.values()) / os.sysconf("SC_CLK_TCK")

    def _look(self, root):
        while os.path.exists(f"/proc/{root}"):
            resident = 0
            for process in self._members(root):
                try:
                    with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as stat:
                        fields = stat.read().rpartition(")")[2].split()
                except OSError:
                    continue
                self._cpu[process] = int(fields[11]) + int(fields[12])
                resident += int(fields[21]) * os.sysconf("SC_PAGE_SIZE") // 1024
            self.peak_kib = max(self.peak_kib, resident)
            time.sleep(0.2)

    @staticmethod
    def _members(root):
        found, waiting = [], [root]
        while waiting:
            process = waiting.pop()
            found.append(process)
            for task in _listed(f"/proc/{process}/task"):
                try:
                    with open(f"/proc/{process}/task/{task}/children", encoding="ascii") as children:
                        waiting += [int(child) for child in children.read().split()]
                except OSError:
                    continue
        return found


def summary(runs):
    """Medians of several runs, their spread, and whether the machine was quiet in all of them."""
    return {
        "runs": len(runs),
        "wall_s": round(median(run["wall_s"] for run in runs), 4),
        "wall_min_s": min(run["wall_s"] for run in runs),
        "wall_max_s": max(run["wall_s"] for run in runs),
        "cpu_s": round(median(run["cpu_s"] for run in runs), 4),
        "peak_rss_mib": max(run["peak_rss_mib"] for run in runs),
        "others_share": max(run["others_share"] for run in runs),
        "each": runs,
    }


def _listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _busy_seconds():
    """CPU seconds that all processes have used since the machine started, from /proc/stat; guests are in user time already."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _idle, _iowait, irq, softirq = (int(ticks) for ticks in stat.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")

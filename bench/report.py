"""Writes a result as JSON and as a Markdown page that says what was measured, on what, and whether the machine was quiet."""

import json
import os

import measure

NAMES = {"lakesmith": "Lakesmith", "duckdb": "DuckDB, by hand", "spark": "Apache Spark pipelines"}


def write(result, folder, name):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as text:
        json.dump(result, text, indent=1)
        text.write("\n")
    with open(os.path.join(folder, f"{name}.md"), "w", encoding="utf-8") as text:
        text.write("\n".join(page(result)) + "\n")
    print(f"results/{name}.md")


def page(result):
    machine, data, versions = result["machine"], result["data"], result["versions"]
    lines = [
        f"# Retail, {data['orders']:,} orders",
        "",
        f"{result['date']} · {machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB memory, {machine['disk']}, "
        f"{machine['system']} · " + ", ".join(f"{NAMES[name].split(',')[0]} {version}" for name, version in versions.items()),
        "",
        f"{data['files']} NDJSON files, {data['bytes'] / 1e6:,.0f} MB. `{result['command']}`",
        "",
    ]
    if result["build"] != "release":
        lines += [f"**Lakesmith here is not a release build but {result['build']}: its figures say little about the aims.**", ""]
    lines += quietness(result)
    for part, section in [("whole", whole), ("memory", memory), ("no_op", no_op), ("history", history)]:
        if part in result:
            lines += section(result[part], result)
    return lines


def quietness(result):
    share = max(shares(result), default=0.0)
    if share <= measure.QUIET_SHARE:
        return [f"The machine was quiet: other processes took at most {share:.0%} of its cores during any run.", ""]
    return [f"**The machine was not quiet: other processes took up to {share:.0%} of its cores during a run.** "
            "The columns \"others\" say how much in each; wall times are longer than on a quiet machine.", ""]


def shares(part):
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "others_share":
                yield value
            else:
                yield from shares(value)
    elif isinstance(part, list):
        for value in part:
            yield from shares(value)


def whole(part, _):
    base = part["engines"]["duckdb"]["wall_s"]
    lines = ["## NDJSON to bronze, silver and three gold views", "",
             "| | wall s (median) | min–max | CPU s | peak memory MiB | written MB | to DuckDB | runs | others |",
             "|---|---|---|---|---|---|---|---|---|"]
    for name, costs in part["engines"].items():
        lines.append(f"| {NAMES[name]} | {costs['wall_s']:.2f} | {costs['wall_min_s']:.2f}–{costs['wall_max_s']:.2f} | {costs['cpu_s']:.2f} "
                     f"| {costs['peak_rss_mib']:.0f} | {costs['each'][0]['bytes_written'] / 1e6:.0f} | {costs['wall_s'] / base:.2f} "
                     f"| {costs['runs']} | {costs['others_share']:.0%} |")
    rows = ", ".join(f"`{table}` {sums['rows']:,}" for table, sums in part["tables"].items())
    return lines + ["", f"Rows, equal in all engines and runs by checksum: {rows}.", ""]


def memory(part, _):
    lines = ["## Under a memory limit", "", "| | limit | peak memory MiB | wall s | CPU s | others |", "|---|---|---|---|---|---|"]
    for name, cost in part.items():
        lines.append(f"| {NAMES[name]} | {cost['limit']} | {cost['peak_rss_mib']:.0f} | {cost['wall_s']:.2f} | {cost['cpu_s']:.2f} "
                     f"| {cost['others_share']:.0%} |")
    return lines + ["", "The tables equal those without a limit.", ""]


def no_op(part, _):
    return ["## An update of this pipeline with nothing new", "", SMALL_HEAD, SMALL_RULE, small("cold process", part), ""]


def history(part, _):
    lines = ["## After many updates: bronze and silver only", "", SMALL_HEAD, SMALL_RULE]
    lengths = sorted((key for key in part if key.isdigit()), key=int)
    for what, label in [("new_file", "a new file of 10,000 rows"), ("no_op", "nothing new")]:
        lines += [small(f"{label}, after {int(length):,} files", part[length][what]) for length in lengths]
    if len(lengths) > 1:
        first, last = part[lengths[0]], part[lengths[-1]]
        ratios = [f"{label} {last[what]['wall_s'] / first[what]['wall_s']:.2f} in wall time, "
                  f"{last[what]['cpu_s'] / first[what]['cpu_s']:.2f} in CPU time"
                  for what, label in [("new_file", "a new file"), ("no_op", "nothing new")]]
        lines += ["", f"After {int(lengths[-1]):,} files to after {int(lengths[0])}: {'; '.join(ratios)}."]
    return lines + [""]


SMALL_HEAD = "| | wall ms (median) | min–max | CPU ms | peak memory MiB | runs | others |"
SMALL_RULE = "|---|---|---|---|---|---|---|"


def small(label, costs):
    return (f"| {label} | {costs['wall_s'] * 1000:.0f} | {costs['wall_min_s'] * 1000:.0f}–{costs['wall_max_s'] * 1000:.0f} "
            f"| {costs['cpu_s'] * 1000:.0f} | {costs['peak_rss_mib']:.0f} | {costs['runs']} | {costs['others_share']:.0%} |")

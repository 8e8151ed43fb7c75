"""Builds the documentation as a site: python docs/site/build.py LAKESMITH OUT.

The Markdown files of the repository are copied with their folders, so that their links stay as they are; links to anything else in
the repository lead to its web page. Pages that only the binary can tell (commands, conditions, schemas) are written from what it
prints. A link that leads nowhere fails the build. The result needs no network and no server.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config

ROOT = Path(__file__).resolve().parents[2]
WEB = "https://github.com/lakesmith/lakesmith/blob/main/"
PICTURE = "docs/retail.svg"
LAKESMITH = str(Path(sys.argv[1]).resolve())
OUT = Path(sys.argv[2]).resolve()
SOURCE = OUT / "source"


def told(*arguments):
    """What the binary prints, as wide as a page."""
    run = subprocess.run([LAKESMITH, *arguments], check=True, capture_output=True, text=True, env={"COLUMNS": "86", "NO_COLOR": "1"})
    return run.stdout.rstrip()


def put(path, text):
    path = SOURCE / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def title(path):
    first = next(line for line in (SOURCE / path).read_text().splitlines() if line.startswith("# "))
    return re.sub(r"[`*]", "", first[2:]).strip()


def copied():
    """Every Markdown file of the repository but those of the crates."""
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [path for path in files.stdout.split() if not path.startswith("crates/") and (ROOT / path).is_file()]


def with_links(path, text, pages):
    """The text with links to what is no page turned into web addresses; folders become their first page."""
    folder = Path(path).parent

    def link(match):
        target, _, anchor = match[2].partition("#")
        if not target or "://" in target or target.startswith("mailto:"):
            return match[0]
        there = os.path.normpath(folder / target)
        if there in pages:
            return match[0]
        for index in (f"{there}/README.md", f"{there}/index.md"):
            if index in pages:
                return f"{match[1]}({os.path.relpath(index, folder)}{'#' + anchor if anchor else ''})"
        return f"{match[1]}({WEB}{there})"

    lines, fence = [], None
    for line in text.splitlines():
        marks = re.match(r"\s*(`{3,})", line)
        if marks and fence is None:
            fence = marks[1]
            # a spec names the file that a block stands for
            line = re.sub(r"(`{3,}\w+) (?:file|example)=(\S+)$", r'\1 title="\2"', line)
        elif fence and line.strip() == fence:
            fence = None
        elif fence is None:
            line = re.sub(r"(\[[^\]]*\])\(([^)\s]+)\)", link, line)
        lines.append(line)
    return "\n".join(lines) + "\n"


def commands():
    page = "# Command line\n\nWhat `lakesmith COMMAND --help` prints; [commands by task](../docs/cli.md) tells what they are for.\n"
    overview = told("--help")
    page += f"\n```text\n{overview}\n```\n"
    names = re.findall(r"^  ([a-z-]+) ", overview.split("Commands:")[1].split("Options:")[0], re.M)
    for name in names:
        if name != "help":
            page += f"\n## {name}\n\n```text\n{told(name, '--help')}\n```\n"
    return page


def conditions():
    page = "# Error conditions\n\nWhat `lakesmith explain` tells about each. Names and SQLSTATEs are Spark's where Spark has them.\n"
    for condition in json.loads(told("explain", "-o", "json")):
        parts = condition["explanation"].split("`")
        text = "`".join(part if code % 2 else re.sub(r"([<>*_])", r"\\\1", part) for code, part in enumerate(parts))
        page += f"\n## {condition['condition']}\n\nSQLSTATE {condition['sqlstate']}. {text}\n"
    return page


def schema():
    spec = json.loads(told("schema", "spec"))
    page = "# Fields of the spec\n\nWhat `lakesmith schema spec` tells of `spark-pipeline.yml`; [projects](../docs/projects.md) explains them.\n"
    table = "\n| field | | default |\n|---|---|---|\n"
    for name, field in spec["properties"].items():
        table += f"| `{name}` | {field['description']} | {'`' + str(field['default']) + '`' if 'default' in field else ''} |\n"
    page += table + "\n## Settings\n\nKeys of `configuration` that mean something here; any other key is a value for `${key}`.\n"
    page += "\n| setting | | default |\n|---|---|---|\n"
    for name, field in spec["properties"]["configuration"]["properties"].items():
        page += f"| `{name}` | {field['description']} | `{field['default']}` |\n"
    page += "| `lakesmith.path.<prefix>` | Another place for one prefix of paths. | |\n"
    page += "\n## Output\n\nSchemas of what commands print with `-o json`.\n"
    for name in ["dry-run", "run", "plan", "graph", "rows", "tables", "history", "events", "explain", "sample-data"]:
        page += f"\n### {name}\n\n```json\n{told('schema', name)}\n```\n"
    return page


def functions():
    text = (SOURCE / "docs/compatibility.md").read_text()
    section = text.split("\n## Functions\n", 1)[1].split("\n## ", 1)[0].strip()
    return f"# Functions\n\n[Compatibility](../docs/compatibility.md) lists every specified case beside them.\n\n{section}\n"


def options():
    """The part of the page on files that a test holds against the reader's table."""
    text = (SOURCE / "docs/files.md").read_text()
    section = text.split("\n## Options\n", 1)[1].strip()
    return f"# Options of readers\n\n[Files](../docs/files.md) explains how they work together.\n\n{section}\n"


def navigation(pages):
    below = lambda folder: sorted(path for path in pages if path.startswith(folder))
    named = lambda paths: [{title(path): path} for path in paths]
    return [
        {"Start": ["index.md", {"Get started": "docs/get-started.md"}, {"Concepts": "docs/concepts.md"}, *named(below("examples/"))]},
        {"How to": named(below("docs/how-to/"))},
        {"Guide": named([f"docs/{name}.md" for name in ["projects", "sql", "dry-run", "running", "files", "expectations", "event-log", "tables", "json"]])},
        {"Reference": [*named(["docs/cli.md"]), {"Command line": "reference/commands.md"}, {"Spec and output": "reference/spec.md"},
                       {"Options of readers": "reference/options.md"}, {"Functions": "reference/functions.md"}, {"Error conditions": "reference/conditions.md"}]},
        {"Compatibility": ["docs/compatibility.md", "docs/conformance.md", *named(below("specs/"))]},
        {"Project": [{"Changelog": "CHANGELOG.md"}, *named([path for path in pages if path.startswith(("docs/benchmarks", "bench/"))]),
                     {"Architecture": "ARCHITECTURE.md"}, {"Contributing": "CONTRIBUTING.md"}, {"Decisions": named(below("docs/adr/"))},
                     *named([path for path in pages if path.startswith("client/")])]},
    ]


def without_network(html):
    """Takes the one script that the theme would fetch from elsewhere from here, and makes sure that no page loads anything else."""
    for page in html.rglob("*.html"):
        text = page.read_text()
        here = os.path.relpath(html / "docs/site/worker.js", page.parent)
        text = text.replace("https://unpkg.com/iframe-worker/shim", here)
        page.write_text(text)
        foreign = re.findall(r'<(?:script|img|iframe|source)[^>]+src="?https?:[^>]*>|<link(?![^>]+canonical)[^>]+href="?https?:[^>]*>', text)
        if foreign:
            sys.exit(f"{page} would load {foreign[0]}")
    for style in html.rglob("*.css"):
        foreign = re.search(r"url\(['\"]?https?:[^)]*\)", style.read_text())
        if foreign:
            sys.exit(f"{style} would load {foreign[0]}")


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    pages = copied()
    for path in pages:
        put(path, with_links(path, (ROOT / path).read_text(), {*pages, PICTURE}))
    shutil.copy(ROOT / PICTURE, SOURCE / PICTURE)
    (SOURCE / "docs/site").mkdir(parents=True, exist_ok=True)
    for asset in ("mark.svg", "site.css", "worker.js"):
        shutil.copy(ROOT / "docs/site" / asset, SOURCE / "docs/site" / asset)
    for name, page in [("commands", commands()), ("conditions", conditions()), ("spec", schema()), ("functions", functions()), ("options", options())]:
        put(f"reference/{name}.md", page)
    # the README is the first page
    (SOURCE / "README.md").rename(SOURCE / "index.md")
    for path in SOURCE.rglob("*.md"):
        folder = path.parent
        text = path.read_text()
        readme = os.path.relpath(SOURCE / "README.md", folder)
        index = os.path.relpath(SOURCE / "index.md", folder)
        path.write_text(text.replace(f"]({readme})", f"]({index})").replace(f"]({readme}#", f"]({index}#"))
    settings = (ROOT / "docs/site/mkdocs.yml").read_text()
    nav = yaml.safe_dump({"nav": navigation([path for path in pages if path not in ("README.md", "docs/README.md")])}, allow_unicode=True, sort_keys=False)
    (OUT / "mkdocs.yml").write_text(settings + nav)
    config = load_config(str(OUT / "mkdocs.yml"), strict=True)
    build(config)
    without_network(OUT / "html")
    print(f"{OUT / 'html' / 'index.html'}: {len(list((OUT / 'html').rglob('*.html')))} pages")


main()

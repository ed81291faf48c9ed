#!/usr/bin/env python3
"""Builds the documentation as a site, with a broken link as an error.

    python3 scripts/site.py [FOLDER]      default: site

The pages are those of docs/, the README, the changelog, the page of each check, and
what the program writes about itself (go run ./manual, with -race like the tests, so that
nothing is compiled once more). mkdocs-material is installed
into a folder of its own where it is missing.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MATERIAL = "mkdocs-material==9.8.2"
SOURCE = "https://github.com/sgaudit/sgaudit/blob/main/"
LINK = re.compile(r"(\]\()([^)\s]+)(\))")

# The order of the pages. A page without a place is an error.
NAV = [
    ("Start", ["index.md", "start.md", "lab.md"]),
    ("How to", ["for-engineers.md", "for-security-teams.md", "for-nights.md", "plans.md", "simulate.md", "exceptions.md", "usage.md", "graph.md", "snapshots.md", "formats.md", "nightly.md", "organisation.md", "shards.md", "releases.md", "troubleshooting.md", "faq.md"]),
    ("Reference", ["reference.md", "every-format.md", "exit-codes.md", "configuration.md", "environment.md", "permissions.md", "frameworks.md", "referrers.md", "upgrades.md", "glossary.md"]),
    ("Explanation", ["concepts.md", "architectures.md", "security.md", "comparison.md", "performance.md"]),
    ("Develop", ["contributing.md", "architecture.md", "changelog.md"]),
]


def gather(folder):
    """Copies every page into the folder, with its links as they are there."""
    shutil.copytree(ROOT / "docs", folder, dirs_exist_ok=True)
    moved = {ROOT / "README.md": "index.md", ROOT / "CONTRIBUTING.md": "contributing.md", ROOT / "CHANGELOG.md": "changelog.md"}
    (folder / "checks").mkdir()
    for page in sorted((ROOT / "audit" / "checks").glob("*.md")):
        moved[page] = f"checks/{page.stem.replace('_', '-')}.md"
    homes = {ROOT / "docs" / p.relative_to(folder): str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    homes.update(moved)
    for source, name in homes.items():
        if source.suffix != ".md":
            continue
        text = source.read_text()
        (folder / name).write_text(LINK.sub(lambda m: m[1] + target(m[2], source, name, homes) + m[3], text))
    subprocess.run(["go", "run", "-race", "./manual", str(folder / "manual")], cwd=ROOT, check=True)
    for page in (folder / "manual").glob("*.md"):
        page.rename(folder / page.name)
    shutil.rmtree(folder / "manual")


def target(link, source, name, homes):
    """Returns where a link of a page leads to on the site: a page that has moved, or a file of the repository."""
    if "://" in link or link.startswith(("#", "mailto:")):
        return link
    path, _, anchor = link.partition("#")
    anchor = f"#{anchor}" if anchor else ""
    found = (source.parent / path).resolve()
    if found in homes:
        return os.path.relpath(homes[found], os.path.dirname(name) or ".") + anchor
    if found.exists() and found.is_relative_to(ROOT):
        return SOURCE + str(found.relative_to(ROOT)) + anchor
    return link


def nav(folder):
    pages = {str(p.relative_to(folder)) for p in folder.rglob("*.md")}
    out, named = ["nav:"], set()
    for title, names in NAV:
        out.append(f"  - {title}:")
        out += [f"      - {n}" for n in names]
        named |= set(names)
    out.append("  - Checks:")
    out += [f"      - {n}" for n in sorted(pages) if n.startswith("checks/")]
    more = sorted(n for n in pages - named if not n.startswith("checks/"))
    if more:
        sys.exit(f"site.py: these pages have no place in NAV: {', '.join(more)}")
    return "\n".join(out) + "\n"


def mkdocs(folder):
    """Returns the command, and the environment that finds it."""
    if subprocess.run([sys.executable, "-c", "import material"], capture_output=True).returncode == 0:
        return dict(os.environ)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), MATERIAL], check=True)
    return {**os.environ, "PYTHONPATH": str(folder)}


def main():
    site = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "site").resolve()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        pages = work / "site-pages"
        gather(pages)
        config = (ROOT / "mkdocs.yml").read_text() + nav(pages)
        (work / "mkdocs.yml").write_text(config)
        env = mkdocs(work / "tools")
        done = subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)], cwd=work, env=env, text=True, capture_output=True)
        said = done.stdout + done.stderr
        if done.returncode:
            sys.exit(said)
        outside = [m for p in site.rglob("*.html") if p.name != "demo.html" for m in re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?://[^"]+)"', p.read_text()) if "canonical" not in m]
        outside += [f"{p.name} asks for the stars of the repository" for p in site.rglob("*.html") if 'data-md-component="source"' in p.read_text()]
        if outside:
            sys.exit(f"the site loads from elsewhere: {sorted(set(outside))[:5]}")
        print(f"{site}: {len(list(site.rglob('*.html')))} pages, no broken link, nothing loaded from elsewhere")


main()

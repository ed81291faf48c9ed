#!/usr/bin/env python3
"""Measure the report as a page and the pictures, and hold them to their budgets.

Makes up accounts of 10, 100, 1,000 and 10,000 groups, of which no two VPCs are
alike, and one with 100,000 findings; reads each once into a snapshot, and takes
for the page: its size, the processor time to write it (a run with -o html less
one without) and the memory of the run; in headless Chromium the first paint, the
time until filters work, the time that a search and a filter take, the JavaScript
heap and the nodes. For the picture: the size of the SVG, time and memory. Memory
is measured with GOGC=100, and cannot be less than that of Python itself.

Usage: scripts/sizes.py PATH-TO-SGAUDIT [--small] [--repeat N]

--small measures 10, 100 and 1,000 groups in half a minute, and holds only sizes to
their budgets: a busy machine fails nothing. Without it, times and memory count too.
It needs Chromium and the Python package playwright. Of N runs the fastest counts.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

ENV = {**os.environ, "AWS_EC2_METADATA_DISABLED": "true", "NO_COLOR": "1", "GOGC": "100"}  # so that memory is what is needed
PORTS = (22, 3389, 3306, 5432, 6379, 9200, 27017, 443, 80, 8080, 8443, 9090, 5000, 111, 445)


def estate(groups, mistakes, rules=(2, 6), seed=1):
    """An account of VPCs of some 40 groups in the notation of the tests. mistakes
    is the part of all rules that opens a port to the internet."""
    dice = random.Random(seed)
    lines = []
    number = vpc = 0
    while number < groups:
        vpc += 1
        lines += [f"vpc-{vpc:017x} 10.{vpc % 250}.0.0/16 tag Name=application-{vpc}", f"subnet-{vpc:017x} 10.{vpc % 250}.0.0/20 vpc vpc-{vpc:017x}",
                  f"igw-{vpc:017x} vpc vpc-{vpc:017x}", f"rtb-{vpc:017x} vpc vpc-{vpc:017x} main", "  route 0.0.0.0/0 igw-" + f"{vpc:017x}",
                  f"acl-{vpc:017x} vpc vpc-{vpc:017x} default subnet subnet-{vpc:017x}", "  in 100 allow all 0.0.0.0/0", "  out 100 allow all 0.0.0.0/0"]
        here = [f"sg-{number + k + 1:017x}" for k in range(min(dice.randint(10, 70), groups - number))]
        for k, group in enumerate(here):
            tier = dice.choice(("web", "worker", "api", "queue", "cache", "db", "batch", "edge", "admin"))
            lines.append(f"{group} application-{vpc}-{tier}-{k} vpc vpc-{vpc:017x}")
            for port in dice.sample(PORTS, dice.randint(*rules)):
                if dice.random() < mistakes:
                    source = dice.choice(("0.0.0.0/0", "0.0.0.0/0", "::/0"))
                else:
                    source = dice.choice((dice.choice(here), dice.choice(here), f"10.{vpc % 250}.{dice.randint(0, 15)}.0/24", f"203.0.113.{dice.randint(0, 9)}/32"))
                lines.append(f"  in tcp/{port} {source}")
            for e in range(dice.choice((0, 1, 1, 2, 3))):
                n = number + k + 1
                public = f" public 198.{18 + n // 60000}.{n // 240 % 250}.{n % 240 + 1}" if dice.random() < 0.3 and e == 0 else ""
                lines.append(f"eni-{n:012x}{e:05x} {group} 10.{vpc % 250}.{k % 16}.{10 + e + k // 16 * 4}{public} vpc vpc-{vpc:017x} subnet subnet-{vpc:017x} instance i-{n:017x}")
        number += len(here)
    return "\n".join(lines) + "\n"


def run(*words):
    """Returns the seconds of processor time and the largest resident memory in MB
    of a program."""
    out = os.open(os.devnull, os.O_WRONLY)
    errors = tempfile.TemporaryFile()
    child = os.posix_spawn(words[0], words, ENV, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)])
    os.close(out)
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        errors.seek(0)
        sys.exit(f"sizes.py: {' '.join(words)} ended with {status}: {errors.read().decode()[-2000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def best(repeat, *words):
    runs = [run(*words) for _ in range(repeat)]
    return min(r[0] for r in runs), min(r[1] for r in runs)


PAINT = """() => performance.getEntriesByType('paint').filter(e => e.name === 'first-contentful-paint').map(e => e.startTime)[0] / 1000"""
FILTER = """() => {
  const timed = act => { const t = performance.now(); act(); document.body.offsetHeight; return performance.now() - t; };
  const q = document.querySelector("#tools input"), s = document.querySelector("select[aria-label=Severity]");
  const search = timed(() => { q.value = 'tcp/22'; q.dispatchEvent(new Event('input')); });
  q.value = ''; q.dispatchEvent(new Event('input'));
  const filter = s ? timed(() => { s.value = 'medium'; s.dispatchEvent(new Event('change')); }) : 0;
  return [search, filter];
}"""


def browse(browser, file, repeat):
    """Opens a page and returns what it took, of several times the least."""
    least = None
    for _ in range(repeat):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        errors = []
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: errors.append(str(e)))
        started = time.monotonic()
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=60000)
        ready = time.monotonic() - started
        paint = page.evaluate(PAINT) or ready
        search, choose = page.evaluate(FILTER)
        heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
        nodes = page.evaluate("document.getElementsByTagName('*').length")
        if errors:
            sys.exit(f"sizes.py: {file.name}: {errors[:3]}")
        now = [paint, ready, search, choose, heap, nodes]
        least = now if least is None else [min(a, b) for a, b in zip(least, now)]
        context.close()
    return least


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sgaudit")
    parser.add_argument("--small", action="store_true", help="the small accounts only, and no budgets of time or memory")
    parser.add_argument("--repeat", type=int, default=1, metavar="N")
    args = parser.parse_args()
    sgaudit = os.path.abspath(args.sgaudit)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("sizes.py: no Chromium was found: install the package chromium")
    missed = []

    def hold(what, value, budget, unit, timed=True):
        if value > budget and not (timed and args.small):
            missed.append(f"{what}: {value:.4g} {unit}, the budget is {budget:g} {unit}")

    # Budgets of the page by the largest number of findings that they are for: MB of
    # file. Of the picture by the number of groups: seconds.
    page_budget = ((31, 0.25), (1000, 1), (10000, 4), (150000, 25))

    picture_budget = {1000: 0.05, 10000: 0.5}
    accounts = [(f"{n:,} groups", n, estate(n, 0.04)) for n in ((10, 100, 1000) if args.small else (10, 100, 1000, 10000))]
    if not args.small:
        accounts.append(("100,000 findings", 0, estate(22500, 1, (4, 6))))
    print(f"{'account':>18} {'findings':>8} | {'page MB':>7} {'write s':>7} {'MB mem':>6} {'paint s':>7} {'ready s':>7} {'search ms':>9} {'filter ms':>9} {'heap MB':>7} {'nodes':>6} | {'svg kB':>6} {'draw s':>6} {'MB mem':>6}")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as p:
        folder = pathlib.Path(name)
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--enable-precise-memory-info"])
        for label, groups, text in accounts:
            (folder / "estate.sg").write_text(text)
            history = folder / f"history{groups}"
            history.mkdir()
            run(sgaudit, "demo", "--estate", str(folder / "estate.sg"), "-q", "--depth", "network", "--max-rps", "10000", "--history", str(history), "-o", f"csv={folder}/first.csv")
            snapshot = str(next(f for f in history.rglob("*") if "snapshot" in f.name and f.is_file()))
            page = folder / "report.html"
            plain = best(args.repeat, sgaudit, "audit", "--from", snapshot, "-q", "-o", "prometheus=/dev/null")
            full = best(args.repeat, sgaudit, "audit", "--from", snapshot, "-q", "-o", f"html={page}")
            findings = (folder / "first.csv").read_bytes().count(b"\n") - 1
            size = page.stat().st_size / 1e6
            seen = browse(browser, page, args.repeat)
            svg = folder / "all.svg"
            drawn = best(args.repeat, sgaudit, "graph", "--input", snapshot, "-q", "-o", f"svg={svg}")
            drawn = (max(0, drawn[0] - plain[0]), drawn[1])
            kb = svg.stat().st_size / 1e3
            write = max(0, full[0] - plain[0])
            print(f"{label:>18} {findings:>8} | {size:7.2f} {write:7.2f} {full[1]:6.0f} {seen[0]:7.2f} {seen[1]:7.2f} {seen[2]:9.0f} {seen[3]:9.0f} {seen[4]:7.0f} {seen[5]:6.0f} | {kb:6.0f} {drawn[0]:6.2f} {drawn[1]:6.0f}", flush=True)
            hold(f"{label}: the page of {findings} findings", size, next(mb for most, mb in page_budget if findings <= most), "MB", timed=False)
            hold(f"{label}: the picture", kb, 200, "kB", timed=False)
            hold(f"{label}: writing the page", write, 10, "s")
            hold(f"{label}: memory beyond that of the audit", full[1] - plain[1], 300, "MB")
            hold(f"{label}: until filters work", seen[1], 2, "s")
            hold(f"{label}: the search", seen[2], 100, "ms")
            hold(f"{label}: the filter", seen[3], 100, "ms")
            if groups in picture_budget:
                hold(f"{label}: drawing", drawn[0], picture_budget[groups], "s")
        browser.close()
    for text in missed:
        print("missed:", text)
    sys.exit(1 if missed else 0)


main()

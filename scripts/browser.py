#!/usr/bin/env python3
"""Use the HTML report and the pictures as a person does, in headless Chromium.

Opens the demo's report from a file and filters, searches, groups, follows deep
links, copies a fix, draws a VPC, uses the keys, prints; looks for console
errors, requests, violations of the content security policy, and what axe finds
for readers who do not see the page; opens it without scripts and under a policy
that forbids them; takes screenshots, light and dark, wide and narrow.

Usage: scripts/browser.py PATH-TO-SGAUDIT [--shots FOLDER]
It needs Chromium and the Python packages playwright and axe-playwright-python.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ENV = {**os.environ, "AWS_EC2_METADATA_DISABLED": "true", "NO_COLOR": "1"}


def run(*words, cwd):
    out = subprocess.run(words, env=ENV, cwd=cwd, capture_output=True, text=True)
    if out.returncode not in (0, 3):
        sys.exit(f"browser.py: {' '.join(words)} ended with {out.returncode}: {out.stderr}")


class Watch:
    """Keeps what a page must not do."""

    def __init__(self, page, address):
        self.bad = []
        page.on("console", lambda m: self.bad.append(f"console {m.type}: {m.text}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.bad.append(f"error: {e}"))
        page.on("request", lambda r: self.bad.append(f"request: {r.url}") if r.url.split("#")[0] != address else None)

    def clean(self, what):
        if self.bad:
            sys.exit(f"browser.py: {what}: {self.bad}")


def expect(condition, text):
    if not condition:
        sys.exit(f"browser.py: {text}")


def ready(page):
    page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=20000)


def wait(page, question):
    """Asks until the answer is true. (The page's policy forbids what the library's own waiting does.)"""
    for _ in range(200):
        if question():
            return
        page.wait_for_timeout(25)
    sys.exit("browser.py: waited in vain")


def count(page):
    return int(page.locator("#count").inner_text().split(" of ")[0])


def use(browser, address, report):
    """Does what a person does with the page."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    watch = Watch(page, address)
    page.goto(address)
    ready(page)
    total = len(report["findings"])
    expect(count(page) == total, f"the page counts {count(page)} findings, the report holds {total}")
    expect(page.locator("#list details.f").first.get_attribute("open") is not None, "the first finding is not open")
    order = page.eval_on_selector_all("#list > details.f .sev", "all => all.map(e => e.textContent)")
    grave = ["critical", "high", "medium", "low", "info"]
    expect(order == sorted(order, key=grave.index), "the findings do not stand by severity")

    critical = sum(f["severity"] == "critical" for f in report["findings"])
    page.click(".numbers a >> nth=0")
    expect(count(page) == critical, f"the number of critical findings leads to {count(page)}, want {critical}")
    expect("f=sev:critical" in page.url, f"the filter is not in the address: {page.url}")
    cell = page.locator(".board a.in").first
    vpc = page.locator(".board tr:has(a.in) th a").first.get_attribute("href").removeprefix("#v-")
    cell.click()
    want = sum(f["vpc_id"] == vpc and f["exposure"]["verdict"] == "reachable" for f in report["findings"])
    expect(want > 0 and count(page) == want, f"a cell of the board leads to {count(page)} findings of {vpc}, want {want}")
    page.click(".numbers a >> nth=0")
    second = context.new_page()
    second.goto(page.url)
    ready(second)
    expect(count(second) == critical, "a link with a filter shows another list")
    second.close()
    page.click("#clear")
    expect(count(page) == total, "Clear does not show every finding")

    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("/")
    page.keyboard.type("mongodb")
    found = count(page)
    expect(0 < found < total, f"the search finds {found} of {total}")
    page.click("#clear")
    page.select_option("select[aria-label='Group by']", "check")
    heads = page.eval_on_selector_all(".group-head", "all => all.map(e => e.textContent)")
    expect(heads == sorted(set(heads)) and len(heads) > 5, f"grouping by check has the heads {heads}")
    page.click("#clear")

    one = next(f for f in report["findings"] if f["fix"]["commands"] and f["severity"] == "medium")
    page.goto(address + "#f-" + one["id"][:8])
    page.wait_for_selector(f"#f-{one['id']}[open] pre")
    box = page.locator(f"#f-{one['id']}")
    expect(one["exposure"]["evidence"][0] in box.inner_text(), "an opened finding does not show its evidence")
    box.locator(".copy").first.click()
    wait(page, lambda: page.locator("#say").text_content() == "Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    expect(copied.strip() == "\n".join(one["fix"]["commands"]), f"copied {copied!r}")

    page.goto(address + "#f=sev:low")
    page.reload()
    ready(page)
    hidden = next(f for f in report["findings"] if f["severity"] == "critical")
    page.goto(address + "#f-" + hidden["id"])
    page.wait_for_selector(f"#f-{hidden['id']}[open]")
    expect("filter was cleared" in page.locator("#note").inner_text(), "a link to a finding that the filter hides does not say that it cleared it")

    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("details.now").count() == 1, "j and k mark no finding")
    page.keyboard.press("?")
    expect(page.locator("dialog#help").is_visible(), "? shows no help")
    page.keyboard.press("Escape")

    two = page.locator("#list > details.f:has-text('2 rules')").first
    two.locator("summary").first.click()
    wait(page, lambda: two.locator("details.one pre").count() > 0)
    rules = two.locator("details.one")
    expect(rules.count() == 2 and rules.first.get_attribute("open") is not None, "a line of 2 rules does not hold two findings, the first one open")
    second = rules.nth(1).get_attribute("id")
    page.goto(address + "#" + second)
    page.wait_for_selector(f"#{second}[open] pre")

    tab = page.locator("[role=tab]").first
    tab.focus()
    page.keyboard.press("ArrowRight")
    other = page.locator("[role=tab][aria-selected=true]").first
    expect(other.inner_text() == "Terraform", "the right arrow does not lead to the tab Terraform")
    expect(page.locator("[role=tabpanel]:visible").first.get_attribute("aria-label") == "Terraform", "the tab Terraform shows something else")

    picture = page.locator(f"#{hidden['id']}".replace("#", "#f-")).locator(".place")
    page.goto(address + "#f-" + hidden["id"])
    wait(page, lambda: picture.locator("svg").count() == 1)
    expect(picture.locator(f"svg g[id*='{hidden['group_id']}']").count() == 1, "the picture beside a finding does not show its group")
    picture.locator("a", has_text="Show in the picture").click()
    wait(page, lambda: page.locator("svg g.here").count() == 1)

    drawn = page.locator("details.v[data-block]").first
    page.goto(address + "#" + drawn.get_attribute("id"))
    wait(page, lambda: drawn.locator("svg").count() == 1)
    box_link = page.locator(".picture.wide svg a").first
    target = box_link.get_attribute("href")
    expect(target.startswith("#sg-") and page.locator(target).count() == 1, f"a box leads to {target}, which is not there once")
    page.goto(address + target)
    wait(page, lambda: page.locator(target + "[open] .text").count() == 1)
    page.fill("#group-search", "no such group")
    expect(page.locator("#group-list details").count() == 0, "the search for groups finds what is not there")
    page.fill("#group-search", "")
    ids = page.eval_on_selector_all("[id]", "all => all.map(e => e.id)")
    expect(len(ids) == len(set(ids)), f"ids are there twice: {sorted(i for i in set(ids) if ids.count(i) > 1)[:5]}")

    pdf = page.pdf(format="A4", print_background=True)
    expect(len(pdf) > 20000, "the printed page is empty")
    watch.clean("the report")
    context.close()


def since_baseline(browser, sgaudit, folder, report):
    """A report in which three findings are new."""
    report = {**report, "findings": report["findings"][3:]}
    pathlib.Path(folder, "baseline.json").write_text(json.dumps(report))
    run(sgaudit, "demo", "-q", "--baseline", "baseline.json", "-o", "html=since.html", cwd=folder)
    context = browser.new_context()
    page = context.new_page()
    page.goto(pathlib.Path(folder, "since.html").as_uri())
    ready(page)
    page.get_by_text("Show the new ones").click()
    wait(page, lambda: count(page) == 3)
    expect(page.locator("#list .mark", has_text="NEW").count() > 0, "new findings are not marked")
    expect(page.locator("select[aria-label=Baseline]").input_value() == "new", "the filter of the baseline is not shown")
    context.close()


def without_script(browser, address, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    shown = page.locator("#list details[id^='f-']").count()
    expect(shown == len(report["findings"]), f"{shown} findings without a script, want {len(report['findings'])}")
    first = report["findings"][0]
    text = page.locator(f"#f-{first['id']}").text_content()
    expect(first["exposure"]["evidence"][0] in text and first["fix"]["commands"][0] in text, "without a script a finding lacks its evidence or its fix")
    expect(not page.locator("#tools").is_visible(), "without a script the filters are there")
    context.close()


def under_policy(browser, html, report):
    """A server such as Jenkins forbids scripts and styles."""
    context = browser.new_context()
    page = context.new_page()
    page.route("http://report.invalid/", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"}))
    page.goto("http://report.invalid/")
    expect(page.locator("#list details[id^='f-']").count() == len(report["findings"]), "under a strict policy findings are missing")
    expect(page.locator(".picture.narrow").is_hidden(), "without style both pictures are shown")
    context.close()


def accessible(browser, address):
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(address)
        ready(page)
        found = Axe().run(page).response["violations"]
        grave = [f"{v['id']}: {v['help']} ({len(v['nodes'])}: {v['nodes'][0]['html'][:120]})" for v in found if v["impact"] in ("serious", "critical")]
        expect(not grave, f"axe, {scheme}: {grave}")
        context.close()


def shots(browser, folder, where):
    os.makedirs(where, exist_ok=True)
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, device_scale_factor=1)
            page = context.new_page()
            for name in ("report.html", "layers.svg", "column.svg", "board.svg", "matrix.svg"):
                if name.endswith(".svg"):  # an SVG alone is no page that can be photographed
                    frame = pathlib.Path(folder, "frame.html")
                    frame.write_text(f'<meta name="color-scheme" content="light dark"><body style="margin:0"><img src="{name}" style="max-width:100%">')
                    page.goto(frame.as_uri())
                else:
                    page.goto(pathlib.Path(folder, name).as_uri())
                    ready(page)
                page.screenshot(path=os.path.join(where, f"{name.split('.')[0]}-{scheme}-{width}.png"), full_page=True)
            context.close()


def hostile(browser, sgaudit, folder):
    names = ["<script>document.title='run'</script>", "\"><img src=x onerror=\"document.title='run'\">", "]]><b>", "a\u202eb", "x" * 250]
    lines = ["vpc-1 10.0.0.0/16"]
    for i, name in enumerate(names):
        lines += [f"sg-{i + 1} {json.dumps(name)} vpc vpc-1", f"  in tcp/22 0.0.0.0/0 {json.dumps(name[:200])}", f"eni-{i + 1} sg-{i + 1} 10.0.0.{i + 10} vpc vpc-1"]
    pathlib.Path(folder, "hostile.sg").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run(sgaudit, "demo", "--estate", "hostile.sg", "-q", "-o", "html=hostile.html", cwd=folder)
    context = browser.new_context()
    page = context.new_page()
    address = pathlib.Path(folder, "hostile.html").as_uri()
    watch = Watch(page, address)
    page.goto(address)
    ready(page)
    for d in page.locator("#list details.f").all()[:6]:
        d.evaluate("e => { e.open = true }")
    page.wait_for_timeout(300)
    expect(page.title() == "Security group audit", "a name of a group ran")
    expect(names[0] in page.locator("#list").inner_text(), "a hostile name is not shown as it is")
    watch.clean("the report of hostile names")
    context.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sgaudit")
    parser.add_argument("--shots", metavar="FOLDER", help="keep screenshots here")
    args = parser.parse_args()
    sgaudit = os.path.abspath(args.sgaudit)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    expect(chromium, "no Chromium was found: install the package chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as p:
        run(sgaudit, "demo", "-q", "-o", "html=report.html", "-o", "json=report.json", cwd=folder)
        for view in ("layers", "column", "board", "matrix"):
            run(sgaudit, "graph", "--demo", "-q", "--view", view, "-o", f"svg={view}.svg", cwd=folder)
        report = json.loads(pathlib.Path(folder, "report.json").read_text())
        address = pathlib.Path(folder, "report.html").as_uri()
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        use(browser, address, report)
        since_baseline(browser, sgaudit, folder, report)
        without_script(browser, address, report)
        under_policy(browser, pathlib.Path(folder, "report.html").read_text(), report)
        accessible(browser, address)
        hostile(browser, sgaudit, folder)
        if args.shots:
            shots(browser, folder, args.shots)
        browser.close()
    print(f"the report of {len(report['findings'])} findings: used, printed, read without script and under a policy; no request, no error, nothing serious for axe")


main()

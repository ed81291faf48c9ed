#!/usr/bin/env python3
"""Every format of a report, opened by a reader that is not ours.

usage: formats.py SGAUDIT [SARIF-MULTITOOL]

Audits the demo account once, writes every format from the saved report, reads
each with the library that its users have, and compares the ids of the findings
with those of the JSON. It needs ocsf-json-schema, jsonschema, botocore,
junitparser, prometheus-client, markdown-it-py, openpyxl, pyarrow, duckdb and
sqlglot (with the dialect of Athena); with sarif-multitool also GitHub's own rules for SARIF are checked. Where LibreOffice (soffice) is
installed it opens the workbook and the CSV. No network is used.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter

import botocore.session
import botocore.validate
import duckdb
import junitparser
import openpyxl
import pyarrow.parquet
import sqlglot
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from prometheus_client.parser import text_string_to_metric_families

problems = []


def expect(what, have, want):
    print(f"  {what}: {have}")
    if have != want:
        problems.append(f"{what}: {have!r}, want {want!r}")


def read(name):
    with open(name, encoding="utf-8", newline="") as f:
        return f.read()


def sarif(name, report, ids, tool):
    runs = json.loads(read(name))["runs"]
    results = [r for run in runs for r in run["results"]]
    expect("sarif: ids agree", {r["partialFingerprints"]["primaryLocationLineHash"] for r in results} == ids, True)
    expect("sarif: locations", sum(bool(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for r in results), len(ids))
    if tool:
        out = name + ".checked"
        subprocess.run([tool, "validate", name, "--rule-kind", "Ghas", "--output", out, "--log", "ForceOverwrite"], check=True, stdout=subprocess.DEVNULL)
        found = [r for run in json.loads(read(out))["runs"] for r in run["results"]]
        expect("sarif: errors and warnings by GitHub's rules", [r["ruleId"] for r in found if r.get("level", "warning") in ("error", "warning")], [])


def ocsf(name, report, ids, tool):
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.5.0")).get_class_schema("compliance_finding", profiles=["cloud"])
    validator = Draft202012Validator(schema)
    events = json.loads(read(name))
    wrong = [f"{'/'.join(map(str, e.path))}: {e.message[:200]}" for event in events for e in validator.iter_errors(event)]
    expect("ocsf: errors by the schema", wrong[:3], [])
    expect("ocsf: ids agree", {e["finding_info"]["uid"] for e in events if e["compliance"]["status_id"] == 3} == ids, True)


def asff(name, report, ids, tool):
    model = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings").input_shape
    found = json.loads(read(name))
    wrong = botocore.validate.ParamValidator().validate({"Findings": found}, model)
    expect("asff: errors by botocore", wrong.generate_report(), "")
    expect("asff: ids agree", {f["Id"].removeprefix("sgaudit/") for f in found if f["Compliance"]["Status"] == "FAILED"} == ids, True)


def junit(name, report, ids, tool):
    suites = junitparser.JUnitXml.fromfile(name)
    cases = [case for suite in suites for case in suite]
    names = Counter((case.classname, suite.name, case.name) for suite in suites for case in suite)
    expect("junit: cases with the same name", [n for n, count in names.items() if count > 1], [])
    failed = [c for c in cases if any(isinstance(r, junitparser.Failure) for r in c.result)]
    expect("junit: failures", len(failed), sum(f["status"] == "open" for f in report["findings"]))
    expect("junit: ids agree", {c.name.rpartition("[")[2].rstrip("]") for c in cases if c.name.endswith("]")} >= ids, True)
    expect("junit: the counts of the file", (suites.tests, suites.failures), (len(cases), len(failed)))


def prometheus(name, report, ids, tool):
    families = {f.name: f for f in text_string_to_metric_families(read(name))}
    want = Counter((f["account_id"], f["region"], f["check"], f["severity"]) for f in report["findings"] if f["status"] == "open")
    have = {(s.labels["account"], s.labels["region"], s.labels["check"], s.labels["severity"]): s.value for s in families["sgaudit_findings"].samples}
    expect("prometheus: findings agree", have == want, True)
    expect("prometheus: samples with a time", [s for f in families.values() for s in f.samples if s.timestamp], [])


def markdown(name, report, ids, tool):
    page = MarkdownIt("commonmark").enable("table").render(read(name))
    expect("markdown: rows", page.count("<tr>") - page.count("<thead>"), min(40, sum(f["status"] == "open" for f in report["findings"])))
    expect("markdown: links and pictures", page.count("<a ") + page.count("<img"), 0)


def codequality(name, report, ids, tool):
    issues = json.loads(read(name))
    expect("codequality: ids agree", {i["fingerprint"] for i in issues} >= ids, True)
    expect("codequality: paths and severities", all(
        i["location"]["path"].startswith("aws/") and i["location"]["lines"]["begin"] == 1 and i["severity"] in ("info", "minor", "major", "critical", "blocker")
        for i in issues), True)


def table(name, report, ids, tool):
    rows = list(csv.DictReader(read(name).splitlines()))
    expect("csv: ids agree", {row["id"] for row in rows if row["id"]} == ids, True)
    opened = by_libreoffice(name)
    if opened is not None:
        expect("csv: ids in LibreOffice agree", {row["id"] for row in opened if row["id"]} == ids, True)


def by_libreoffice(name, sheet=1):
    """The rows of a sheet as LibreOffice shows them, or None without it."""
    if not shutil.which("soffice"):
        print("  soffice is not installed")
        return None
    # 44: comma, 34: quote, 76: UTF-8; every cell as it is shown; the number of the sheet
    convert = f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{sheet}"
    profile = "-env:UserInstallation=file://" + os.path.abspath("profile")
    shutil.rmtree("opened", ignore_errors=True)
    subprocess.run(["soffice", profile, "--headless", "--convert-to", convert, "--outdir", "opened", name], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (file,) = os.listdir("opened")
    return list(csv.DictReader(read(os.path.join("opened", file)).splitlines()))


def xlsx(name, report, ids, tool):
    book = openpyxl.load_workbook(name)
    rows = {}
    for sheet in book:
        names = [cell.value for cell in sheet[1]]
        rows[sheet.title] = [dict(zip(names, (cell.value for cell in row))) for row in sheet.iter_rows(min_row=2)]
    found = {status: {f["id"] for f in report["findings"] if f["status"] == status} for status in ("open", "suppressed")}
    expect("xlsx: ids agree", ({r["id"] for r in rows["Findings"]}, {r["id"] for r in rows["Suppressed"]}) == (found["open"], found["suppressed"]), True)
    expect("xlsx: gaps", sum(r["operation"] is not None for r in rows["Coverage"]), sum(len(c["gaps"]) for c in report["coverage"]))
    expect("xlsx: not evaluated", len(rows["Not evaluated"]), len(report["not_evaluated"]))
    expect("xlsx: charts", len(book["Summary"]._charts), 4)
    expect("xlsx: accounts that are not text", [r["account_id"] for r in rows["Findings"] if not isinstance(r["account_id"], str)], [])
    formulas = {cell.value.split("(")[0] for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
    expect("xlsx: formulas", formulas, {"=HYPERLINK"})
    opened = by_libreoffice(name, 2)
    if opened is not None:
        expect("xlsx: ids in LibreOffice agree", {r["id"] for r in opened} == found["open"], True)
        expect("xlsx: accounts in LibreOffice agree", {r["account_id"] for r in opened} == {f["account_id"] for f in report["findings"]}, True)


def lists(directory, report):
    """The lists of what was audited, and the sheets of the same."""
    count = {key: sum(c[key] for c in report["coverage"]) for key in ("security_groups", "rules", "network_interfaces")}
    open_ones = [f for f in report["findings"] if f["status"] == "open"]
    findings = sum("rule" in f for f in open_ones)
    # A finding about a whole group counts on each rule that its fix revokes in the group.
    findings += sum(len(step["rules"]) for f in open_ones if "rule" not in f for step in f["fix"]["steps"]
                    if step["verb"] == "revoke" and step["group_id"] == f["group_id"])
    for file, key in (("rules", "rules"), ("groups", "security_groups"), ("interfaces", "network_interfaces")):
        rows = list(csv.DictReader(read(os.path.join(directory, file + ".csv")).splitlines()))
        expect(f"{file}-csv: rows", sum(not row["note"] for row in rows), count[key])
        if file == "rules":
            expect("rules-csv: findings about rules", sum(int(row["findings"] or 0) for row in rows), findings)
    book = openpyxl.load_workbook(os.path.join(directory, "all.xlsx"), read_only=True)
    expect("xlsx: rows of Rules, Groups, Interfaces", [sum(1 for _ in book[s].rows) - 1 for s in ("Rules", "Groups", "Interfaces")], [count["rules"], count["security_groups"], count["network_interfaces"]])
    opened = by_libreoffice(os.path.join(directory, "all.xlsx"), 3)
    if opened is not None:
        expect("xlsx: rules in LibreOffice", len(opened), count["rules"])


def ndjson(name, report, ids, tool):
    records = [json.loads(line) for line in read(name).splitlines()]
    expect("ndjson: ids agree", {r["id"] for r in records if r["record"] == "finding"} == ids, True)


def parquet(name, report, ids, tool):
    rows = pyarrow.parquet.read_table(name).to_pylist()
    expect("parquet: ids agree", {r["id"] for r in rows if r["id"]} == ids, True)
    gaps = sum(len(c["gaps"]) for c in report["coverage"])
    reasons = {(n["account_id"], n["region"], n["reason"]) for n in report["not_evaluated"]}
    expect("parquet: gaps and what was not evaluated", sum(r["status"] == "not-evaluated" for r in rows), gaps + len(reasons))
    expect("parquet: suppressed", sum(r["status"] == "suppressed" for r in rows), report["summary"]["suppressed"])
    expect("parquet: attached", sorted(r["attached"] for r in rows if r["id"]), sorted(f["attached"] for f in report["findings"]))
    started = {r["started_at"].isoformat(timespec="seconds") for r in rows}
    expect("parquet: times", started, {report["started_at"][:19] + "+00:00"})


def lake(program, report):
    """Folders with a file for each region, as Athena reads them: by DuckDB, with the columns of the statement."""
    count = {"rules": "rules", "groups": "security_groups", "interfaces": "network_interfaces"}
    formats = ["parquet"] + [f"{table}-{kind}" for table in count for kind in ("parquet", "ndjson")]
    subprocess.run([program, "demo", "--quiet"] + [arg for f in formats for arg in ("-o", f"{f}={f}/")], check=True)
    for name in formats:
        kind = name.rpartition("-")[2]
        ddl = subprocess.run([program, "ddl", name, "--location", "s3://my-bucket/sgaudit/"], check=True, capture_output=True, text=True).stdout
        create = sqlglot.parse_one(ddl, dialect="athena")
        expect(f"{name}: the statement", (type(create).__name__, create.args["kind"]), ("Create", "TABLE"))
        columns = {c.name: c.args["kind"].sql() for c in create.find_all(sqlglot.exp.ColumnDef)}
        read_files = "read_parquet" if kind == "parquet" else "read_json"
        source = f"{read_files}('{name}/*/*/part-0.{kind}', hive_partitioning=true, hive_types={{'account': VARCHAR, 'region': VARCHAR}})"
        kinds = {"TEXT": "VARCHAR", "BIGINT": "BIGINT", "TIMESTAMP": "TIMESTAMP WITH TIME ZONE"}
        files = dict(duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {source})").fetchall())
        wrong = [c for c, k in columns.items() if c not in files or kind == "parquet" and files[c] != kinds[k]]
        expect(f"{name}: columns that the files have not", wrong, [])
        expect(f"{name}: columns that the statement has not", sorted(set(files) - set(columns)), [])
        rows = "" if name == "parquet" else "WHERE coalesce(CAST(note AS VARCHAR), '') = ''"
        found = duckdb.sql(f"SELECT account, region, count(*) FROM {source} {rows} GROUP BY ALL").fetchall()
        if name == "parquet":
            want = Counter((f["account_id"], f["region"]) for f in report["findings"])
        else:
            want = Counter({(c["account_id"], c["region"]): c[count[name.rpartition("-")[0]]] for c in report["coverage"]})
        expect(f"{name}: rows of each partition agree", {(a, r): n for a, r, n in found} == {k: n for k, n in want.items() if n}, True)


def slack(name, report, ids, tool):
    message = json.loads(read(name))
    expect("slack: blocks", len(message["blocks"]) <= 50 and len(json.dumps(message)) < 13200, True)


def teams(name, report, ids, tool):
    expect("teams: size", len(json.dumps(json.loads(read(name)))) < 28000, True)


# What is read by a person, or is the report itself.
readable = {"table", "html", "json"}
# What a saved report does not hold: the audit writes it, and lists() reads it.
of_inventory = {f"{table}-{kind}" for table in ("rules", "groups", "interfaces") for kind in ("csv", "ndjson", "parquet")}
readers = {
    "sarif": sarif, "ocsf": ocsf, "asff": asff, "junit": junit, "prometheus": prometheus, "markdown": markdown,
    "codequality": codequality, "csv": table, "ndjson": ndjson, "parquet": parquet, "xlsx": xlsx, "slack": slack, "teams": teams,
}


def main():
    program = os.path.abspath(sys.argv[1])
    tool = sys.argv[2] if len(sys.argv) > 2 else None
    os.chdir(tempfile.mkdtemp())
    made = ["json=report.json", "rules-csv=rules.csv", "groups-csv=groups.csv", "interfaces-csv=interfaces.csv", "xlsx=all.xlsx"]
    subprocess.run([program, "demo", "--quiet"] + [arg for m in made for arg in ("-o", m)], check=True)
    report = json.loads(read("report.json"))
    ids = {f["id"] for f in report["findings"]}
    offered = subprocess.run([program, "__complete", "show", "-o", "="], check=True, capture_output=True, text=True).stdout.split()
    for name in offered:
        if name not in readers:
            expect(f"{name}: is read", name in readable | of_inventory, True)
            continue
        file = "report." + name
        subprocess.run([program, "show", "report.json", "--quiet", "-o", f"{name}={file}"], check=True)
        readers[name](file, report, ids, tool)
    lists(".", report)
    lake(program, report)
    subprocess.run([program, "show", "report.json", "--quiet", "-o", "json=again.json"], check=True)
    expect("json: show writes the same bytes", read("again.json") == read("report.json"), True)
    expect("formats without a reader", sorted(set(readers) - set(offered)), [])
    for problem in problems:
        print("FAILED", problem)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()

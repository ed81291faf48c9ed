#!/usr/bin/env python3
"""Runs other auditors and sgaudit on the same account, and compares time and results.

    python3 scripts/peers.py SGAUDIT             Cloud Custodian (95 MB)
    python3 scripts/peers.py SGAUDIT --prowler   also Prowler (1.6 GB)

The account is the demo, served on loopback; every program gets made-up keys. What makes
such a comparison unfair: a first run that compiles bytecode (each program runs twice,
the second run counts), checks that have nothing to do with security groups (only those
about groups run), and a machine that does something else (processor time is then better
than wall time). The programs are installed with pip into a temporary folder, or taken
from the folder PEERS if that variable is set.
"""

import argparse
import csv
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

CUSTODIAN, PROWLER = "c7n==0.9.53", "prowler==5.46.0"
REGIONS = ["eu-central-1", "eu-west-1", "us-east-1"]
DATABASES = [1433, 1521, 3306, 5432, 6379, 9200, 9042, 11211, 27017]


def opened(ports):
    """A filter of Cloud Custodian: open to everybody over IPv4 or IPv6."""
    return {"or": [{"type": "ingress", **ports, key: {"value": value}} for key, value in (("Cidr", "0.0.0.0/0"), ("CidrV6", "::/0"))]}


POLICIES = {
    "all-traffic": [opened({"IpProtocol": "-1"})],
    "administration": [opened({"Ports": [22, 3389]})],
    "database": [opened({"Ports": DATABASES})],
    "not-web": [opened({"OnlyPorts": [80, 443]})],
    "default-with-rules": [{"type": "default-vpc"}, {"type": "value", "key": "IpPermissions", "value": "empty", "op": "ne"}],
    "launch-wizard": [{"type": "value", "key": "GroupName", "op": "glob", "value": "launch-wizard-*"}],
    "unused": ["unused"],
}

# What is so in the demo account: the group, the checks of sgaudit, the policies of Cloud
# Custodian and the checks of Prowler that would say it.
FACTS = [
    ("RDP open by 0.0.0.0/1 and 128.0.0.0/1", "windows-jump-host", ["admin-port-open-to-internet"], ["administration"], ["port_3389"]),
    ("SSH open over IPv6", "shop-bastion", ["admin-port-open-to-internet"], ["administration"], ["port_22"]),
    ("MongoDB open", "staging-mongodb", ["database-port-open-to-internet"], ["database"], ["mongodb"]),
    ("Prometheus and others open in a range of ports", "monitoring", ["high-risk-port-open-to-internet", "database-port-open-to-internet"], ["database", "not-web"], ["high_risk", "kafka", "cassandra", "elasticsearch"]),
    ("all traffic open, on an unused group", "launch-wizard-1", ["all-traffic-open-to-internet"], ["all-traffic"], ["any_port", "all_ports"]),
    ("two unused groups that reference each other", "legacy-cart", ["unused-group"], ["unused"], ["not_used"]),
    ("SSH bypasses the bastion", "orders-wrong-application", ["bastion-bypassed"], [], []),
    ("addresses of a subnet instead of a group", "orders-wrong-database", ["ip-source-should-be-group"], [], []),
]


def measured(args, env, cwd):
    """Runs a command and returns its exit code, wall and processor seconds, and the most memory in MB."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(args, env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1, 2, 3):
        print(said[-2000:], file=sys.stderr)
    return code, time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said


def installed(work, package, program):
    folder = pathlib.Path(os.environ.get("PEERS") or work) / program
    if not (folder / "bin" / program).exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", package], check=True)
    return str(folder / "bin" / program)


def twice(run):
    run("warm")
    return run("counts")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("sgaudit")
    options.add_argument("--prowler", action="store_true")
    chosen = options.parse_args()
    program = str(pathlib.Path(chosen.sgaudit).resolve())
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        server = subprocess.Popen([program, "demo", "--serve"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={"PATH": os.environ["PATH"], "HOME": folder})
        try:
            url = next(w for line in server.stdout for w in line.replace("=", " ").split() if w.startswith("http://127.0.0.1"))
            env = {"PATH": os.environ["PATH"], "HOME": folder, "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
            compare(program, chosen.prowler, env, work)
        finally:
            server.terminate()


def compare(program, prowler, env, work):
    where = [a for r in REGIONS for a in ("--region", r)]
    rows, found = [], {}

    def sgaudit(name):
        return measured([program, "audit", "--quiet", "--no-cache", "-o", f"json={name}.json", "-o", f"csv={name}.csv", *where], env, work)

    rows.append(("sgaudit", *twice(sgaudit)[:4]))
    report = json.loads((work / "counts.json").read_text())
    found["sgaudit"] = {(f.get("group_name"), f["check"]) for f in report["findings"]}
    names = {f["group_id"]: f["group_name"] for f in report["findings"] if f.get("group_id")}

    custodian = installed(work, CUSTODIAN, "custodian")
    policies = {"policies": [{"name": n, "resource": "aws.security-group", "filters": f} for n, f in POLICIES.items()]}
    (work / "policies.json").write_text(json.dumps(policies))

    def run_custodian(name):
        return measured([custodian, "run", "--output-dir", name, "--cache", f"{name}.cache", *where, "policies.json"], env, work)

    code, wall, cpu, memory, said = twice(run_custodian)
    rows.append(("Cloud Custodian", code, wall, cpu, memory))
    groups = {}
    for policy in POLICIES:
        for file in (work / "counts").rglob(f"{policy}/resources.json"):
            for g in json.loads(file.read_text()):
                groups.setdefault(policy, []).append(g["GroupName"])
    found["Cloud Custodian"] = {(g, p) for p, held in groups.items() for g in held}
    # A policy that needs a service which the demo account does not have ends with an error.
    failed = {p for p in POLICIES if f" - {p}" in said.split("had errors while executing")[-1]} if code else set()

    if prowler:
        tool = installed(work, PROWLER, "prowler")
        listed = subprocess.run([tool, "aws", "--list-checks"], env=env, text=True, capture_output=True).stdout
        checks = sorted({w.strip("[]") for w in listed.split() if w.strip("[]").startswith("ec2_securitygroup")})

        def run_prowler(name):
            return measured([tool, "aws", "--region", *REGIONS, "--checks", *checks, "-M", "csv", "-o", name, "-F", "out", "--no-banner"], env, work)

        rows.append(("Prowler", *twice(run_prowler)[:4]))
        with open(work / "counts" / "out.csv", newline="") as file:
            wrong = [r for r in csv.DictReader(file, delimiter=";") if r["STATUS"] == "FAIL"]
        found["Prowler"] = {(names.get(r["RESOURCE_UID"].rsplit("/", 1)[-1]), r["CHECK_ID"]) for r in wrong}

    base = rows[0]
    print("| program | wall | processor | memory | processor × | memory × |\n| --- | --- | --- | --- | --- | --- |")
    for name, _, wall, cpu, memory in rows:
        print(f"| {name} | {wall:.2f} s | {cpu:.2f} s | {memory:.0f} MB | {cpu / base[3]:.0f} | {memory / base[4]:.1f} |")
    programs = [r[0] for r in rows]
    print("\n| in the demo account | " + " | ".join(programs) + " |\n|" + " --- |" * (len(programs) + 1))
    for fact, group, checks, wanted, parts in FACTS:
        cells = []
        for p in programs:
            said = sorted({c for g, c in found[p] if g == group and (c in checks or c in wanted or any(x in c for x in parts))})
            ended = p == "Cloud Custodian" and failed.intersection(wanted)
            cells.append(", ".join(said) or ("not tried: the policy ends with an error" if ended else "no"))
        print(f"| {fact} (`{group}`) | " + " | ".join(cells) + " |")


main()

#!/usr/bin/env python3
"""Audit answers that the AWS CLI saved, and compare with the live audit.

On the demo's endpoint and on moto, with one file for each list and with one
for each page. Usage: scripts/offline.py PATH-TO-SGAUDIT
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import moto as emulator  # scripts/moto.py

LISTS = [
    "describe-security-groups", "describe-network-interfaces", "describe-security-group-rules", "describe-managed-prefix-lists", "describe-vpcs",
    "describe-subnets", "describe-route-tables", "describe-network-acls", "describe-internet-gateways", "describe-egress-only-internet-gateways",
    "describe-nat-gateways", "describe-vpc-peering-connections", "describe-flow-logs", "describe-security-group-vpc-associations",
    "describe-launch-template-versions --versions $Latest $Default", "describe-vpc-endpoints", "describe-client-vpn-endpoints",
    "describe-verified-access-endpoints", "describe-instance-connect-endpoints", "describe-vpc-block-public-access-options",
    "describe-vpc-block-public-access-exclusions",
]
PAGED = LISTS[:3] + ["describe-subnets"]


def aws(url, region, words):
    out = subprocess.run(["aws", "ec2", *words, "--region", region, "--endpoint-url", url, "--output", "json"], env=emulator.ENV, capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(f"offline.py: aws ec2 {' '.join(words)}: {out.stderr.strip()}")
    return out.stdout


def save(url, region, folder, lists, paged):
    place = os.path.join(folder, region)
    os.makedirs(place)
    for words in (words.split() for words in lists):
        number, token = 1, None
        while True:
            more = ["--max-items", "4"] + (["--starting-token", token] if token else []) if paged and words[0] in PAGED else []
            text = aws(url, region, words + more)
            with open(os.path.join(place, f"{words[0]}-{number}.json"), "w", encoding="utf-8") as f:
                f.write(text)
            token = json.loads(text).get("NextToken") if more else None
            if not token:
                break
            number += 1


def findings(sgaudit, *args):
    out = subprocess.run([sgaudit, "audit", *args, "-o", "json"], env=emulator.ENV, capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(f"offline.py: {' '.join(args)} ended with {out.returncode}:\n{out.stderr}")
    return json.loads(out.stdout)["findings"]


def compare(name, sgaudit, url, region, depth, lists, extra=lambda place: None):
    live = findings(sgaudit, "--endpoint-url", url, "--region", region, "--depth", depth)
    for paged in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            save(url, region, folder, lists, paged)
            extra(os.path.join(folder, region))
            saved = findings(sgaudit, "--from", folder)
            if saved != live:
                for a, b in zip(live, saved):
                    if a != b:
                        print("live: ", json.dumps(a), "\nsaved:", json.dumps(b))
                        break
                sys.exit(f"offline.py: {name}: {len(live)} findings live, {len(saved)} of what was saved, and not the same")
            files = sum(len(f) for _, _, f in os.walk(folder))
            print(f"offline.py: {name}: the same {len(live)} findings live and of {files} saved files")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    sgaudit = os.path.abspath(sys.argv[1])
    server = subprocess.Popen([sgaudit, "demo", "--serve", "--address", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=emulator.ENV)
    try:
        url = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline()).group(0)

        def entries(place):
            for name, words in (
                ("pl-0a100001", ["get-managed-prefix-list-entries", "--prefix-list-id", "pl-0a100001"]),
                ("stale-1", ["describe-stale-security-groups", "--vpc-id", "vpc-0a100001"]), ("stale-2", ["describe-stale-security-groups", "--vpc-id", "vpc-0a100002"]),
            ):
                with open(os.path.join(place, name + ".json"), "w", encoding="utf-8") as f:
                    f.write(aws(url, "us-east-1", words))

        compare("demo", sgaudit, url, "us-east-1", "network", LISTS, entries)
    finally:
        server.terminate()
        server.wait()
    url = f"http://127.0.0.1:{emulator.free_port()}"
    server = emulator.start_moto(url)
    try:
        emulator.Seeder(url, "eu-west-1").seed(47)
        compare("moto", sgaudit, url, "eu-west-1", "groups", LISTS[:2])
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Compare sgaudit on moto with sgaudit on its own endpoint.

moto is an emulator of EC2 that others wrote. This script starts it on
loopback, fills three regions through the AWS CLI, writes down in sgaudit's
notation what it asked for, audits both, and fails unless the findings are the
same. Usage: scripts/moto.py PATH-TO-SGAUDIT
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2"]
ACCOUNT = "123456789012"  # moto's account

ENV = {
    **{k: v for k, v in os.environ.items() if not k.startswith("AWS_") and not k.lower().endswith("_proxy")},
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_PAGER": "",
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_moto(url):
    port = url.rsplit(":", 1)[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port],
        env={**ENV, "MOTO_ENABLE_ISO_REGIONS": "false"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    for _ in range(150):
        if process.poll() is not None:
            sys.exit("moto.py: moto.server ended at once; is moto[server] installed?")
        try:
            urllib.request.urlopen(url + "/moto-api/data.json", timeout=1).read()
            return process
        except OSError:
            time.sleep(0.2)
    process.kill()
    sys.exit("moto.py: moto.server did not answer within 30 seconds")


class Seeder:
    """Creates resources in one region and writes each down in the notation."""

    def __init__(self, url, region):
        self.url, self.region = url, region
        self.lines = [f"region {region}"]
        self.rules = {}

    def aws(self, *args):
        out = subprocess.run(
            ["aws", "ec2", *args, "--endpoint-url", self.url, "--region", self.region, "--output", "json"],
            env=ENV, capture_output=True, text=True,
        )
        if out.returncode != 0:
            sys.exit(f"moto.py: aws ec2 {' '.join(args)}: {out.stderr.strip()}")
        return json.loads(out.stdout) if out.stdout.strip() else {}

    def default_groups(self):
        """Moto makes a default group in every VPC, with AWS's own rules."""
        for g in self.aws("describe-security-groups", "--filters", "Name=group-name,Values=default")["SecurityGroups"]:
            inbound = [f"  in all {p['GroupId']}" for perm in g["IpPermissions"] for p in perm["UserIdGroupPairs"]]
            outbound = [f"  out all {r['CidrIp']}" for perm in g["IpPermissionsEgress"] for r in perm["IpRanges"]]
            self.lines += [f"{g['GroupId']} default vpc {g['VpcId']} owner {ACCOUNT}", *inbound, *outbound]

    def group(self, vpc, name):
        gid = self.aws("create-security-group", "--group-name", name, "--description", name, "--vpc-id", vpc)["GroupId"]
        self.rules[gid] = (f"{gid} {name} vpc {vpc} description {name}", ["  out all 0.0.0.0/0"])
        return gid

    def allow(self, gid, traffic, peer):
        protocol, _, ports = traffic.partition("/")
        permission = {"IpProtocol": "-1" if protocol == "all" else protocol}
        if ports:
            first, _, last = ports.partition("-")
            permission |= {"FromPort": int(first), "ToPort": int(last or first)}
        if peer.startswith("sg-"):
            permission["UserIdGroupPairs"] = [{"GroupId": peer}]
        elif ":" in peer:
            permission["Ipv6Ranges"] = [{"CidrIpv6": peer}]
        else:
            permission["IpRanges"] = [{"CidrIp": peer}]
        self.aws("authorize-security-group-ingress", "--group-id", gid, "--ip-permissions", json.dumps([permission]))
        self.rules[gid][1].append(f"  in {traffic} {peer}")

    def interface(self, vpc, subnet, address, *groups):
        eni = self.aws("create-network-interface", "--subnet-id", subnet, "--private-ip-address", address,
                       "--groups", *groups)["NetworkInterface"]["NetworkInterfaceId"]
        self.lines.append(f"{eni} {','.join(groups)} {address} vpc {vpc} subnet {subnet} status available")

    def instance(self, vpc, subnet, address, *groups):
        run = self.aws("run-instances", "--image-id", "ami-12c6146b", "--subnet-id", subnet, "--private-ip-address", address,
                       "--security-group-ids", *groups)["Instances"][0]
        eni = run["NetworkInterfaces"][0]
        seen = self.aws("describe-network-interfaces", "--network-interface-ids", eni["NetworkInterfaceId"])["NetworkInterfaces"][0]
        public = seen.get("Association", {}).get("PublicIp")
        self.lines.append(f"{eni['NetworkInterfaceId']} {','.join(groups)} {seen['PrivateIpAddress']}"
                          + (f" public {public}" if public else "")
                          + f" vpc {vpc} subnet {subnet} instance {run['InstanceId']}")

    def seed(self, number):
        vpc = self.aws("create-vpc", "--cidr-block", f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        subnet = self.aws("create-subnet", "--vpc-id", vpc, "--cidr-block", f"10.{number}.1.0/24")["Subnet"]["SubnetId"]
        web, app, db = (self.group(vpc, n) for n in ("web", "application", "database"))
        ring = [self.group(vpc, n) for n in ("ring-a", "ring-b")]
        halves, wide, idle = (self.group(vpc, n) for n in ("halves", "wide", "idle"))
        for traffic, peer in [("tcp/80", "0.0.0.0/0"), ("tcp/443", "0.0.0.0/0"), ("tcp/443", "::/0"), ("tcp/22", "0.0.0.0/0"),
                              ("tcp/20-25", "::/0"), ("tcp/22", "203.0.113.0/24")]:
            self.allow(web, traffic, peer)
        self.allow(app, "tcp/8080", web)
        self.allow(app, "tcp/8443", f"10.{number}.1.10/32")
        self.allow(db, "tcp/3306", app)
        self.allow(db, "tcp/3306", f"10.{number}.1.0/24")
        self.allow(db, "tcp/5432", "0.0.0.0/0")
        self.allow(ring[0], "tcp/443", ring[1])
        self.allow(ring[1], "tcp/443", ring[0])
        self.allow(halves, "tcp/3389", "0.0.0.0/1")
        self.allow(halves, "tcp/3380-3400", "128.0.0.0/1")
        self.allow(wide, "all", "0.0.0.0/0")
        self.allow(wide, "udp/11211", "::/0")
        self.allow(idle, "tcp/7777", "0.0.0.0/0")
        self.instance(vpc, subnet, f"10.{number}.1.10", web)
        self.instance(vpc, subnet, f"10.{number}.1.20", app, web)
        self.interface(vpc, subnet, f"10.{number}.1.30", db)
        self.interface(vpc, subnet, f"10.{number}.1.40", halves, wide)
        self.default_groups()
        for head, rules in self.rules.values():
            self.lines += [head, *rules]
        return self.lines


def audit(sgaudit, *args):
    command = [sgaudit, *args, "--debug", "--depth", "groups", "-o", "json"]
    for region in REGIONS:
        command += ["--region", region]
    out = subprocess.run(command, env=ENV, capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(f"moto.py: {' '.join(command)} ended with {out.returncode}:\n{out.stderr}")
    if "unknown shape" in out.stderr:
        sys.exit(f"moto.py: {' '.join(command)} left answers to the SDK's decoder:\n{out.stderr}")
    report = json.loads(out.stdout)
    for c in report["coverage"]:
        if c["status"] != "complete":
            sys.exit(f"moto.py: {c['region']} is {c['status']}: {c['gaps']}")
    return report


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    sgaudit = os.path.abspath(sys.argv[1])
    if not shutil.which("aws"):
        sys.exit("moto.py: the AWS CLI is needed: pip install awscli")
    url = f"http://127.0.0.1:{free_port()}"
    moto = start_moto(url)
    try:
        lines = [f"account {ACCOUNT}"]
        for number, region in enumerate(REGIONS, start=41):
            lines += Seeder(url, region).seed(number)
        live = audit(sgaudit, "audit", "--endpoint-url", url)
        with tempfile.TemporaryDirectory() as folder:
            snapshot = os.path.join(folder, "snapshot.json.zst")
            command = [sgaudit, "snapshot", "--endpoint-url", url, "--depth", "groups", "-o", snapshot]
            for region in REGIONS:
                command += ["--region", region]
            subprocess.run(command, env=ENV, check=True, stderr=subprocess.DEVNULL)
            out = subprocess.run([sgaudit, "audit", "--from", snapshot, "-o", "json"], env=ENV, capture_output=True, text=True)
            if out.returncode != 0 or json.loads(out.stdout)["findings"] != live["findings"]:
                sys.exit(f"moto.py: the snapshot has other findings than the live run: {out.stderr}")
            estate = os.path.join(folder, "estate.sg")
            with open(estate, "w", encoding="utf-8") as f:
                f.write("\n".join(lines) + "\n")
            served = audit(sgaudit, "demo", "--estate", estate)
            if live["findings"] != served["findings"]:
                ours = {f["id"]: f for f in served["findings"]}
                theirs = {f["id"]: f for f in live["findings"]}
                for i in sorted(ours.keys() | theirs.keys()):
                    if ours.get(i) != theirs.get(i):
                        print("moto: ", json.dumps(theirs.get(i)), "\nserved:", json.dumps(ours.get(i)), "\n")
                sys.exit("moto.py: the findings differ")
    finally:
        moto.terminate()
        moto.wait()
    if len(live["findings"]) < 30:
        sys.exit(f"moto.py: only {len(live['findings'])} findings: the seed did not arrive")
    print(f"moto.py: the same {len(live['findings'])} findings on moto, in its snapshot and on the served estate, in {len(REGIONS)} regions")


if __name__ == "__main__":
    main()

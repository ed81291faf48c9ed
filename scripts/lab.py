#!/usr/bin/env python3
"""Run the commands of docs/lab.md, and compare what they print with the page.

Each block of sh is run, in one shell, and has to print the lines of the block of text
that follows it, in their order; … stands for any text. Twice: on the writable endpoint
of sgaudit, and on moto, an emulator of EC2 that others wrote. The account also has groups
of a colleague with the same mistakes, which have to be as they were at the end. On both
the blocks of hcl are applied too, where Terraform and its AWS provider are there: first
wrong, with the findings of the page, then corrected, without them.
Usage: scripts/lab.py PATH-TO-SGAUDIT
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

import moto as emulator  # scripts/moto.py
import terraform  # scripts/terraform.py

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "..", "docs", "lab.md")
END = "=== end of block"

# Who reaches whom in each architecture, before the fix and after it.
WAYS = [("lab-application", "10.60.2.20", "tcp/5432"), ("lab-function", "10.60.2.80", "tcp/3306"), ("lab-load-balancer", "10.60.2.30", "tcp/8080"),
        ("lab-bastion", "10.60.2.50", "tcp/22"), ("lab-client", "10.60.2.60", "tcp/8443")]

# The groups of a colleague, with each mistake of the page, and names of the page.
COLLEAGUE = """
set -e
export AWS_DEFAULT_REGION=eu-west-1
aws() { command aws ec2 "$@" --output text; }
VPC=$(aws create-vpc --cidr-block 10.99.0.0/16 --query Vpc.VpcId)
SUBNET=$(aws create-subnet --vpc-id $VPC --cidr-block 10.99.1.0/24 --query Subnet.SubnetId)
PEER=$(aws create-vpc --cidr-block 10.98.0.0/16 --query Vpc.VpcId)
PEER_SUBNET=$(aws create-subnet --vpc-id $PEER --cidr-block 10.98.1.0/24 --query Subnet.SubnetId)
PEERING=$(aws create-vpc-peering-connection --vpc-id $PEER --peer-vpc-id $VPC --query VpcPeeringConnection.VpcPeeringConnectionId)
aws accept-vpc-peering-connection --vpc-peering-connection-id $PEERING >&2
for ONE in "$VPC 10.98.0.0/16" "$PEER 10.99.0.0/16"; do
  TABLE=$(aws describe-route-tables --filters Name=vpc-id,Values=${ONE% *} --query 'RouteTables[0].RouteTableId')
  aws create-route --route-table-id $TABLE --destination-cidr-block ${ONE#* } --vpc-peering-connection-id $PEERING >&2
done
OPEN=$(aws create-security-group --vpc-id $VPC --group-name lab-backend --description open --query GroupId)
USER=$(aws create-security-group --vpc-id $VPC --group-name user --description user --query GroupId)
FAR=$(aws create-security-group --vpc-id $PEER --group-name far --description far --query GroupId)
aws create-network-interface --subnet-id $SUBNET --groups $OPEN --private-ip-address 10.99.1.10 >&2
aws create-network-interface --subnet-id $SUBNET --groups $USER --private-ip-address 10.99.1.20 >&2
aws create-network-interface --subnet-id $PEER_SUBNET --groups $FAR --private-ip-address 10.98.1.10 >&2
for RULE in 22=0.0.0.0/0 8080=0.0.0.0/0 5432=10.99.1.20/32 8443=10.98.1.0/24; do
  aws authorize-security-group-ingress --group-id $OPEN --protocol tcp --port ${RULE%=*} --cidr ${RULE#*=} >&2
done
echo $OPEN $USER $FAR
"""


def blocks():
    """The blocks of sh, with the lines that each has to print, and those of hcl."""
    with open(PAGE, encoding="utf-8") as f:
        found = re.findall(r"^```(sh|text|hcl)\n(.*?)^```$", f.read(), re.M | re.S)
    commands, configuration = [], []
    for kind, text in found:
        if kind == "sh":
            commands.append((text, []))
        elif kind == "text":
            commands[-1][1].extend(text.splitlines())
        else:
            configuration.append(text)
    return commands, configuration


def run(name, sgaudit, url, folder):
    """Run all commands of the page on an endpoint. Returns how many blocks and lines there were."""
    commands, _ = blocks()
    tools = os.path.join(folder, "bin")
    os.makedirs(tools)
    os.symlink(sgaudit, os.path.join(tools, "sgaudit"))
    env = {**emulator.ENV, "AWS_ENDPOINT_URL": url, "PATH": tools + os.pathsep + os.environ["PATH"], "NO_COLOR": "1"}
    script = "".join(f"{text}\necho '{END}' $?\n" for text, _ in commands)
    out = subprocess.run(["bash"], input=script, env=env, cwd=folder, capture_output=True, text=True)
    if "LAB_LOG" in os.environ: # everything that was printed, to look into
        with open(os.environ["LAB_LOG"] + "." + name.split()[0], "w", encoding="utf-8") as f:
            f.write(out.stdout + "\n" + out.stderr)
    printed = re.split(rf"^{END} \d+\n", out.stdout, flags=re.M)
    if len(printed) != len(commands) + 1:
        sys.exit(f"lab.py: {name}: {len(printed) - 1} of {len(commands)} blocks were run\n{out.stdout[-2000:]}\n{out.stderr[-2000:]}")
    lines = 0
    for (text, wanted), got in zip(commands, printed):
        rest = got.splitlines()
        for want in wanted:
            lines += 1
            pattern = ".*".join(re.escape(part) for part in want.strip().split("…"))
            at = next((i for i, line in enumerate(rest) if re.fullmatch(pattern, line.strip())), None)
            if at is None:
                sys.exit(f"lab.py: {name}: after\n{text}\nthe page says\n{want}\nand the commands print\n{got}\n{out.stderr[-3000:]}")
            rest = rest[at + 1:]
    if re.search(r"An error occurred|command not found|usage:", out.stderr):
        sys.exit(f"lab.py: {name}: a command failed\n{out.stderr[-3000:]}")
    return len(commands), lines


def aws(url, *args):
    """The answer of EC2 in the region of the page."""
    out = subprocess.run(["aws", "ec2", *args, "--endpoint-url", url, "--region", "eu-west-1", "--output", "json"],
                         env=emulator.ENV, capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def colleague(sgaudit, url):
    """Create the groups of somebody else, in which sgaudit finds each mistake of the page. Returns their ids."""
    env = {**emulator.ENV, "AWS_ENDPOINT_URL": url}
    out = subprocess.run(["bash"], input=COLLEAGUE, env=env, capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(f"lab.py: the groups of the colleague were not created\n{out.stderr}")
    commands, _ = blocks()
    checks = sorted(set(re.findall(r"--check (\S+)", "".join(text for text, _ in commands))))
    others = out.stdout.split()
    if missing := set(checks) - {check for _, check in findings(sgaudit, url, checks, "--group", others[0])}:
        sys.exit(f"lab.py: the groups of the colleague have no finding of {missing}")
    return others


def findings(sgaudit, url, checks, *part):
    """The findings of some checks about a part of the account, as pairs of the group's name and the check."""
    out = subprocess.run([sgaudit, "audit", "--region", "eu-west-1", *part, "--check", ",".join(checks), "-o", "json"],
                         env={**emulator.ENV, "AWS_ENDPOINT_URL": url}, capture_output=True, text=True)
    return {(f["group_name"], f["check"]) for f in json.loads(out.stdout)["findings"]}


def state_of(url, groups):
    """The groups and their interfaces, as EC2 describes them."""
    interfaces = aws(url, "describe-network-interfaces", "--filters", "Name=group-id,Values=" + ",".join(groups))["NetworkInterfaces"]
    return aws(url, "describe-security-groups", "--group-ids", *groups)["SecurityGroups"], {i["NetworkInterfaceId"]: i["Groups"] for i in interfaces}


def left_over(url, others):
    """What the page does not clean up: VPCs with its addresses, and groups with its names but those of others."""
    vpcs = [v["VpcId"] for v in aws(url, "describe-vpcs")["Vpcs"] if v["CidrBlock"] in ("10.60.0.0/16", "10.70.0.0/16")]
    groups = [g["GroupName"] for g in aws(url, "describe-security-groups")["SecurityGroups"]
              if g["GroupName"].startswith("lab-") and g["GroupId"] not in others]
    return vpcs + groups


def writable(sgaudit, folder):
    with open(os.path.join(folder, "empty.sg"), "w", encoding="utf-8") as f:
        f.write("account 123456789012\nregion eu-west-1\n")
    url = f"http://127.0.0.1:{emulator.free_port()}"
    server = subprocess.Popen([sgaudit, "demo", "--serve", "--writable", "--estate", os.path.join(folder, "empty.sg"), "--address", url[len("http://"):]],
                              env=emulator.ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=1)
        except urllib.error.HTTPError:
            return url, server
        except OSError:
            time.sleep(0.1)
    sys.exit("lab.py: sgaudit demo --serve did not answer")


def on_moto(_sgaudit, _folder):
    url = f"http://127.0.0.1:{emulator.free_port()}"
    return url, emulator.start_moto(url)


def apply(sgaudit, url, folder):
    """Apply what the page writes as Terraform, wrong and corrected, audit both, and take it back."""
    plugins = terraform.plugins()
    if not plugins:
        return "Terraform or its AWS provider is missing"
    commands, configuration = blocks()
    provider = terraform.PROVIDER.replace("us-east-1", "eu-west-1").replace(
        "  skip_metadata_api_check", "  endpoints {\n    ec2 = \"%s\"\n  }\n  skip_metadata_api_check" % url)
    work = os.path.join(folder, "terraform")
    os.makedirs(work)
    w = terraform.Workspace(work, provider + "\n".join(configuration), plugins)
    # What the audits of the page print: (group, check) of each finding.
    wanted = set()
    for text, printed in commands:
        checks = re.findall(r"^sgaudit audit .*--check (\S+)$", text, re.M)
        wanted |= {(m[1], checks[-1]) for line in printed if (m := re.match(r"(?:CRITICAL|HIGH|MEDIUM|LOW) …(lab-[a-z-]+)…", line))}
    checks = sorted({check for _, check in wanted})
    for state, want in (("false", wanted), ("true", set())):
        w.run("apply", "-auto-approve", "-input=false", "-var", "corrected=" + state)
        vpc = w.run("output", "-raw", "vpc").strip()
        found = findings(sgaudit, url, checks, "--vpc", vpc)
        if found != want:
            sys.exit(f"lab.py: Terraform with corrected={state}: the findings are {sorted(found)}, and the page has {sorted(want)}")
        for sender, receiver, port in WAYS:
            said = subprocess.run([sgaudit, "reach", "--region", "eu-west-1", "--from", sender, "--to", receiver, "--port", port, "--expect", "reachable"],
                                  env={**emulator.ENV, "AWS_ENDPOINT_URL": url}, capture_output=True, text=True)
            if "\n  REACHABLE: " + port not in said.stdout:
                sys.exit(f"lab.py: Terraform with corrected={state}: {sender} does not reach {receiver}\n{said.stdout}\n{said.stderr}")
    w.run("destroy", "-auto-approve", "-input=false")
    return f"{len(configuration)} blocks of Terraform applied, first with {len(wanted)} findings, then corrected without, and destroyed"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    sgaudit = os.path.abspath(sys.argv[1])
    for name, start in (("writable endpoint", writable), ("moto", on_moto)):
        with tempfile.TemporaryDirectory() as folder:
            url, server = start(sgaudit, folder)
            try:
                others = colleague(sgaudit, url)
                before = state_of(url, others)
                count, lines = run(name, sgaudit, url, folder)
                more = "; " + apply(sgaudit, url, folder)
                if left := left_over(url, others):
                    sys.exit(f"lab.py: {name}: the page leaves {left} behind")
                if (after := state_of(url, others)) != before:
                    sys.exit(f"lab.py: {name}: the page changes the groups of a colleague:\n{before}\n{after}")
            finally:
                server.terminate()
                server.wait()
        print(f"lab.py: {name}: {count} blocks of commands print the {lines} lines of the page{more}")


if __name__ == "__main__":
    main()

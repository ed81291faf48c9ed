#!/usr/bin/env python3
"""Make real plans of Terraform, and let sgaudit simulate them.

Each file of cli/testdata/plans is a change of the demo account, with what sgaudit has
to say of it in its comments. Terraform and the AWS provider make the plan, offline;
sgaudit simulates it with --fail-on and --new-only. With --record the plan is written
beside the file, for the tests that run without Terraform.

Then the configuration that sgaudit fix writes, of each kind of step, is applied to moto,
an emulator of EC2, and undone.
Usage: scripts/terraform.py PATH-TO-SGAUDIT [--record] [NAME...]

TERRAFORM_PROVIDERS names the folder of the provider: the one above registry.terraform.io.
Without Terraform or the provider, the recorded plans are simulated.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import moto as emulator  # scripts/moto.py

HERE = os.path.dirname(os.path.abspath(__file__))
PLANS = os.path.join(HERE, "..", "cli", "testdata", "plans")

PROVIDER = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
"""

ENV = {
    **{k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_")) and not k.lower().endswith("_proxy")},
    "AWS_EC2_METADATA_DISABLED": "true", "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1",
    "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def plugins():
    """The folder of the AWS provider, or nothing where it or Terraform is missing."""
    if not shutil.which("terraform"):
        return None
    folder = os.environ.get("TERRAFORM_PROVIDERS", "")
    found = glob.glob(os.path.join(folder, "registry.terraform.io", "hashicorp", "aws", "*", "*"))
    return folder if found else None


class Workspace:
    """A folder with a configuration of Terraform."""

    def __init__(self, folder, text, plugin_dir, env=ENV):
        self.folder, self.env = folder, env
        self.write("main.tf", text)
        self.run("init", "-plugin-dir=" + plugin_dir)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def run(self, *args):
        out = subprocess.run(["terraform", args[0], "-no-color", *args[1:]] if args[0] != "show" else ["terraform", *args],
                             cwd=self.folder, env=self.env, capture_output=True, text=True)
        if out.returncode != 0:
            sys.exit(f"terraform.py: terraform {' '.join(args)}:\n{out.stdout}\n{out.stderr}")
        return out.stdout

    def plan(self, *args):
        self.run("plan", "-input=false", "-out=p.tfplan", *args)
        return self.run("show", "-json", "p.tfplan")


def state(text):
    """The state that the comments of a file give."""
    resources = []
    for address, version, attributes in re.findall(r"^# state (\S+) (\d+) (.*)$", text, re.M):
        kind, name = address.split(".")
        resources.append({"mode": "managed", "type": kind, "name": name,
                          "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                          "instances": [{"schema_version": int(version), "attributes": json.loads(attributes)}]})
    return json.dumps({"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "plans", "outputs": {}, "resources": resources})


def make(path, workspace):
    """The plan of a file, without what sgaudit does not read."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    workspace.write("terraform.tfstate", state(text))
    workspace.write("main.tf", PROVIDER + text)
    plan = json.loads(workspace.plan("-refresh=false"))
    for key in ("planned_values", "prior_state", "relevant_attributes", "timestamp"):
        plan.pop(key, None)
    return json.dumps(plan, indent=1, sort_keys=True) + "\n"


def simulate(sgaudit, path, plan):
    """Hold what sgaudit says of a plan to the comments of its file."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    want = dict(re.findall(r"^# (exit|fail-on|enable) (.*)$", text, re.M))
    command = [sgaudit, "simulate", "--demo", "--terraform", plan, "--new-only", "--fail-on", want.get("fail-on", "high")]
    if "enable" in want:
        config = plan + ".yaml"
        with open(config, "w", encoding="utf-8") as f:
            f.write("checks:\n  enable: [" + want["enable"] + "]\n")
        command += ["--config", config]
    out = subprocess.run(command, env=ENV, capture_output=True, text=True)
    whole = out.stdout + out.stderr
    if out.returncode != int(want["exit"]):
        sys.exit(f"terraform.py: {path}: exit code {out.returncode}, want {want['exit']}\n{whole}")
    for say in re.findall(r"^# says (.*)$", text, re.M):
        if say not in whole:
            sys.exit(f"terraform.py: {path}: sgaudit does not say {say!r}\n{whole}")
    out = subprocess.run([*command, "-o", "json"], env=ENV, capture_output=True, text=True)
    answer = json.loads(out.stdout)
    for side, severity, check in re.findall(r"^# (new|fixed|raised|widened) (\S+) (\S+)$", text, re.M):
        if (severity, check) not in {(f["severity"], f["check"]) for f in answer.get(side + "_findings", [])}:
            sys.exit(f"terraform.py: {path}: {check} ({severity}) is not among the {side} findings\n{whole}")
    return int(want["exit"])


class Account:
    """An account on moto that sgaudit audits."""

    def __init__(self, sgaudit, url, folder):
        self.sgaudit, self.folder = sgaudit, folder
        self.env = {**emulator.ENV, "AWS_ENDPOINT_URL": url}
        self.seeder = emulator.Seeder(url, REGION)

    def run(self, *args):
        out = subprocess.run([self.sgaudit, *args], env=self.env, cwd=self.folder, capture_output=True, text=True)
        if out.returncode not in (0, 3):  # 3: moto does not know every call
            sys.exit(f"terraform.py: sgaudit {' '.join(args)}:\n{out.stdout}\n{out.stderr}")

    def audit(self):
        self.run("audit", "--region", REGION, "-o", "json=report.json")
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as f:
            return {f["id"]: f for f in json.load(f)["findings"]}

    def rules(self):
        """Every rule, with the names of groups in the place of their ids."""
        names = {g["GroupId"]: g["GroupName"] for g in self.seeder.aws("describe-security-groups")["SecurityGroups"]}
        found = []
        for r in self.seeder.aws("describe-security-group-rules")["SecurityGroupRules"]:
            peer = r.get("CidrIpv4") or r.get("CidrIpv6") or r.get("PrefixListId") or names.get(r.get("ReferencedGroupInfo", {}).get("GroupId"))
            found.append(str((names[r["GroupId"]], r["IsEgress"], r["IpProtocol"], r["FromPort"], r["ToPort"], peer)))
        return sorted(found)

    def carried(self):
        """The groups of each interface."""
        return {i["PrivateIpAddress"]: sorted(g["GroupId"] for g in i["Groups"]) for i in self.seeder.aws("describe-network-interfaces")["NetworkInterfaces"]}


REGION = "eu-west-1"
BLOCK = re.compile(r"^(import|resource) [^\n]*\{\n.*?^\}\n", re.M | re.S)
GONE = re.compile(r'(revoke|delete)_')


def fixes(sgaudit, plugin_dir):
    """Apply what sgaudit fix writes as Terraform to moto, and undo it."""
    url = f"http://127.0.0.1:{emulator.free_port()}"
    server = emulator.start_moto(url)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return carry_out(Account(sgaudit, url, folder), url, plugin_dir)
    finally:
        server.terminate()
        server.wait()


def carry_out(account, url, plugin_dir):
    s = account.seeder
    vpc = s.aws("create-vpc", "--cidr-block", "10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = s.aws("create-subnet", "--vpc-id", vpc, "--cidr-block", "10.77.1.0/24")["Subnet"]["SubnetId"]
    web, app, db, cache, idle = (s.group(vpc, n) for n in ("web", "application", "database", "cache", "idle"))
    default = next(g["GroupId"] for g in s.aws("describe-security-groups")["SecurityGroups"] if g["GroupName"] == "default" and g["VpcId"] == vpc)
    s.allow(web, "tcp/22", "0.0.0.0/0")            # revoke
    s.allow(db, "tcp/5432", "10.77.1.20/32")       # allow the application's group, revoke
    s.allow(cache, "tcp/6379", "10.77.1.16/28")    # a new group for an interface, allow it, revoke
    s.allow(idle, "tcp/443", "203.0.113.0/24")     # delete the group
    s.interface(vpc, subnet, "10.77.1.10", web)
    s.interface(vpc, subnet, "10.77.1.20", app)
    s.interface(vpc, subnet, "10.77.1.21", default)
    s.interface(vpc, subnet, "10.77.1.40", db)
    s.interface(vpc, subnet, "10.77.1.41", cache)
    before, rules, carried = account.audit(), account.rules(), account.carried()
    account.run("snapshot", "--region", REGION, "-o", "now.json")
    # moto does not know every call, so that no group is proven to be unused: deletions stand in comments, which are taken off.
    account.run("fix", "--input", "now.json", "--skip-check", "unused-group", "-o", "terraform=fix.tf")
    account.run("fix", "--input", "now.json", "--check", "unused-group", "--with-deletes", "-o", "terraform=gone.tf")
    text = ""
    for name in ("fix.tf", "gone.tf"):
        with open(os.path.join(account.folder, name), encoding="utf-8") as f:
            lines = [line.removeprefix("# ") for line in f] if name == "gone.tf" else list(f)
        text += "\n".join(b[0] for b in BLOCK.finditer("".join(lines))) + "\n"
    os.remove(os.path.join(account.folder, "gone.tf"))
    with open(os.path.join(account.folder, "fix.tf"), "w", encoding="utf-8") as f:
        f.write(text)
    kinds = {k for k in ("resource \"aws_security_group\" \"group", "attach_", "allow_", "revoke_", "delete_") if k in text}
    if len(kinds) < 5:
        sys.exit(f"terraform.py: the plan does not have every kind of step: {sorted(kinds)}\n{text}")
    provider = PROVIDER.replace("us-east-1", REGION).replace("  skip_metadata_api_check", '  endpoints {\n    ec2 = "%s"\n  }\n  skip_metadata_api_check' % url)
    w = Workspace(account.folder, provider, plugin_dir)
    # First all of it: what is new comes, and what is to go is taken over.
    w.run("plan", "-input=false")
    w.run("apply", "-auto-approve", "-input=false")
    # Then without the blocks of what is to go.
    blocks = list(BLOCK.finditer(text))
    kept = "\n".join(b[0] for b in blocks if not GONE.search(b[0]))
    gone = "\n".join(b[0] for b in blocks if b[1] == "resource" and GONE.search(b[0]))
    w.write("fix.tf", kept)
    w.run("apply", "-auto-approve", "-input=false")
    after = account.audit()
    left = [f["message"] for i, f in after.items() if i in before and before[i]["fix"]["commands"] and "new group" not in f["message"]]
    if left:
        sys.exit(f"terraform.py: still there after the configuration was applied: {left}")
    # And back: what came goes, and what went comes.
    w.write("fix.tf", gone)
    w.run("apply", "-auto-approve", "-input=false")
    again = account.rules()
    lost = [r for r in rules if r not in again and "'idle'" not in r]
    more = [r for r in again if r not in rules]
    if lost or more:
        sys.exit(f"terraform.py: after the undo {lost} are missing and {more} are new")
    if account.carried() != carried:
        sys.exit(f"terraform.py: after the undo the interfaces have other groups: {account.carried()}, before {carried}")
    return f"terraform.py: moto: {len(blocks)} blocks of sgaudit fix applied; {len(before)} findings before, {len(after)} after; undone"


def main():
    args = sys.argv[1:]
    record = "--record" in args
    names = [a for a in args[1:] if a != "--record"]
    if not args:
        sys.exit(__doc__.strip())
    sgaudit, plugin_dir = os.path.abspath(args[0]), plugins()
    if not plugin_dir:
        print("terraform.py: Terraform or its AWS provider is missing (TERRAFORM_PROVIDERS): the recorded plans are simulated")
    codes = {}
    if plugin_dir:
        home = tempfile.TemporaryDirectory()
        workspace = Workspace(home.name, PROVIDER, plugin_dir)
    for path in sorted(glob.glob(os.path.join(PLANS, "*.tf"))):
        name = os.path.basename(path)[:-3]
        if names and name not in names:
            continue
        recorded = os.path.join(PLANS, name + ".json")
        if plugin_dir:
            plan = make(path, workspace)
            if record:
                with open(recorded, "w", encoding="utf-8") as f:
                    f.write(plan)
        else:
            with open(recorded, encoding="utf-8") as f:
                plan = f.read()
        with tempfile.TemporaryDirectory() as folder:
            made = os.path.join(folder, "plan.json")
            with open(made, "w", encoding="utf-8") as f:
                f.write(plan)
            code = simulate(sgaudit, path, made)
        codes[code] = codes.get(code, 0) + 1
    if plugin_dir and not names:
        print(fixes(sgaudit, plugin_dir))
    print(f"terraform.py: {sum(codes.values())} plans simulated: " + ", ".join(f"{n} with exit code {c}" for c, n in sorted(codes.items())))


if __name__ == "__main__":
    main()

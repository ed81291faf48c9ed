#!/usr/bin/env python3
"""Make real plans of Terraform, and let sgaudit simulate them.

Each file of cli/testdata/plans is a change of the demo account, with what sgaudit has
to say of it in its comments. Terraform and the AWS provider make the plan, offline;
sgaudit simulates it with --fail-on and --new-only. With --record the plan is written
beside the file, for the tests that run without Terraform.
Usage: scripts/terraform.py PATH-TO-SGAUDIT [--record] [NAME...]

TF_PLUGIN_DIR names the folder of the provider: the one above registry.terraform.io.
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
    folder = os.environ.get("TF_PLUGIN_DIR", "/opt/tf-plugins")
    found = glob.glob(os.path.join(folder, "registry.terraform.io", "hashicorp", "aws", "*", "*"))
    return folder if found else None


class Workspace:
    """A folder with a configuration of Terraform."""

    def __init__(self, folder, text, plugin_dir, env=ENV):
        self.folder, self.env = folder, env
        with open(os.path.join(folder, "main.tf"), "w", encoding="utf-8") as f:
            f.write(text)
        self.run("init", "-plugin-dir=" + plugin_dir)

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


def make(path, plugin_dir):
    """The plan of a file, without what sgaudit does not read."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "terraform.tfstate"), "w", encoding="utf-8") as f:
            f.write(state(text))
        plan = json.loads(Workspace(folder, PROVIDER + text, plugin_dir).plan("-refresh=false"))
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
    for side, severity, check in re.findall(r"^# (new|fixed|raised) (\S+) (\S+)$", text, re.M):
        if (severity, check) not in {(f["severity"], f["check"]) for f in answer.get(side + "_findings", [])}:
            sys.exit(f"terraform.py: {path}: {check} ({severity}) is not among the {side} findings\n{whole}")
    return int(want["exit"])


def main():
    args = sys.argv[1:]
    record = "--record" in args
    names = [a for a in args[1:] if a != "--record"]
    if not args:
        sys.exit(__doc__.strip())
    sgaudit, plugin_dir = os.path.abspath(args[0]), plugins()
    if not plugin_dir:
        print("terraform.py: Terraform or its AWS provider is missing (TF_PLUGIN_DIR): the recorded plans are simulated")
    codes = {}
    for path in sorted(glob.glob(os.path.join(PLANS, "*.tf"))):
        name = os.path.basename(path)[:-3]
        if names and name not in names:
            continue
        recorded = os.path.join(PLANS, name + ".json")
        if plugin_dir:
            plan = make(path, plugin_dir)
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
    print(f"terraform.py: {sum(codes.values())} plans simulated: " + ", ".join(f"{n} with exit code {c}" for c, n in sorted(codes.items())))


if __name__ == "__main__":
    main()

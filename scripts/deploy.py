#!/usr/bin/env python3
"""Reads the files of deploy/ with the validators of those who take them.

CloudFormation: cfn-lint. Kubernetes: the schemas of 1.34. Step Functions: asl-validator
(npm), over the definition in its template. Terraform: fmt and validate, where a copy of
the provider is installed. Slurm: the script runs as the tasks of an array, with a stand-in
for sgaudit. systemd: systemd-analyze, where it is installed. Usage: scripts/deploy.py FOLDER-FOR-TOOLS [FOLDER-OF-TERRAFORM-PROVIDERS]
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent / "deploy"


def run(*words, **options):
    done = subprocess.run([str(w) for w in words], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode:
        sys.exit(f"deploy.py: {' '.join(str(w) for w in words)}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def definition(template):
    """The state machine of a CloudFormation template, as JSON."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def tagged(loader, _, node):
        kinds = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence, yaml.MappingNode: loader.construct_mapping}
        return kinds[type(node)](node)

    Loader.add_multi_constructor("!", tagged)
    machine = yaml.load(template.read_text(), Loader)["Resources"]["Machine"]["Properties"]["Definition"]
    text = json.dumps(machine)
    for name, value in {"Cluster": "c", "TaskDefinition": "t", "SecurityGroup": "sg-1", "Bucket": "b", "RoleName": "r", "Subnets": "subnet-1,subnet-2"}.items():
        text = text.replace("${%s}" % name, value)
    if "${" in text:
        sys.exit(f"deploy.py: {template.name} has a substitution that this script does not know")
    return text


def slurm(work):
    """Runs the script as tasks 0, 2 and 49 of an array, and looks at what it starts."""
    stand_in = work / "sgaudit"
    stand_in.write_text('#!/bin/sh\necho "$*" >>calls\n[ -e again ] && exit 0\n: >again\nexit 3\n')
    stand_in.chmod(0o700)
    for task in ("0", "2", "49"):
        place = work / task
        place.mkdir()
        env = {**os.environ, "PATH": f"{work}:{os.environ['PATH']}", "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": task, "SLURM_ARRAY_TASK_COUNT": "50"}
        script = (ROOT / "slurm/audit.sbatch").read_text().replace("sleep ", ": ")
        run("bash", "-c", script, env=env, cwd=place)
        calls = (place / "calls").read_text().splitlines()
        if len(calls) != 2 or "--shard auto/50 --engine --output part=run-7/" not in calls[1]:
            sys.exit(f"deploy.py: task {task} started {calls}")


def main():
    tools = pathlib.Path(sys.argv[1]).resolve()
    python = tools / "python"
    run(sys.executable, "-m", "pip", "install", "--quiet", "--target", python, "cfn-lint", "kubernetes-validate", "pyyaml")
    env = {**os.environ, "PYTHONPATH": str(python)}
    sys.path.insert(0, str(python))
    templates = [p for p in sorted(ROOT.glob("*/*.yaml")) if "AWSTemplateFormatVersion" in p.read_text()]
    run(python / "bin/cfn-lint", *templates, env=env)
    print(f"cfn-lint: {len(templates)} templates")
    manifests = sorted((ROOT / "kubernetes").glob("*.yaml"))
    for manifest in manifests:
        run(python / "bin/kubernetes-validate", "--strict", "-k", "1.34", manifest, env=env)
    print(f"kubernetes-validate: {len(manifests)} manifests")
    if shutil.which("npm"):
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", tools / "npm", "asl-validator")
        file = tools / "state-machine.json"
        file.write_text(definition(ROOT / "step-functions/state-machine.yaml"))
        run(tools / "npm/node_modules/.bin/asl-validator", "--json-path", file)
        print("asl-validator: the state machine")
    else:
        print("npm is missing: the state machine is read by cfn-lint alone")
    run("bash", "-n", ROOT / "slurm/audit.sbatch")
    work = tools / "slurm"
    work.mkdir()
    slurm(work)
    print("slurm: the tasks of an array")
    if shutil.which("systemd-analyze"):
        units = tools / "systemd"
        shutil.copytree(ROOT / "systemd", units)
        service = units / "sgaudit.service"
        service.write_text(service.read_text().replace("/usr/local/bin/sgaudit-nightly", shutil.which("true")))
        said = run("systemd-analyze", "verify", service, units / "sgaudit.timer")
        if said.strip():
            sys.exit(f"deploy.py: {said}")
        print("systemd-analyze: the service and its timer")
        if shutil.which("systemd-sysusers"):
            (units / "root/etc").mkdir(parents=True)
            run("systemd-sysusers", f"--root={units / 'root'}", units / "sysusers.conf")
            if "sgaudit:" not in (units / "root/etc/passwd").read_text():
                sys.exit("deploy.py: systemd-sysusers did not make the user sgaudit")
            print("systemd-sysusers: the user")
    else:
        print("systemd-analyze is missing: the units were not read")
    if shutil.which("terraform") and len(sys.argv) > 2:
        place = tools / "terraform"
        shutil.copytree(ROOT / "role", place)
        run("terraform", "fmt", "-check", "-diff", place)
        run("terraform", "init", "-input=false", f"-plugin-dir={sys.argv[2]}", cwd=place)
        run("terraform", "validate", cwd=place)
        print("terraform: fmt and validate")
    else:
        print("terraform or its provider is missing: deploy/role/main.tf was not read")


main()

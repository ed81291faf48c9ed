#!/usr/bin/env python3
"""Audit saved answers of AWS Config about groups that idle resources hold.

The estate is that of scripts/referrers.py, on moto. Its groups are saved with the AWS
CLI, and an answer of `aws configservice select-resource-config` is written beside them,
in which AWS Config relates each resource of a type that it knows to its group. This
script fails unless these groups are not reported as unused, with AWS Config and the time
of the recording as the evidence, and unless the same groups are reported as unused
without that file. Usage: scripts/config.py PATH-TO-SGAUDIT
"""

import json
import os
import subprocess
import sys
import tempfile

from moto import ENV, free_port, start_moto  # the scripts beside this one
from referrers import REGION, fill

ACCOUNT = "123456789012"
RECORDED = "2026-11-20T08:00:00.123Z"

# How sgaudit calls a resource, and the type that AWS Config calls it by.
TYPES = {
    "Auto Scaling launch configuration": "AWS::AutoScaling::LaunchConfiguration", "ECS service": "AWS::ECS::Service", "Batch compute environment": "AWS::Batch::ComputeEnvironment",
    "CodeBuild project": "AWS::CodeBuild::Project", "SageMaker domain": "AWS::SageMaker::Domain", "SageMaker model": "AWS::SageMaker::Model", "RDS DB instance": "AWS::RDS::DBInstance",
    "RDS DB cluster": "AWS::RDS::DBCluster", "Redshift cluster": "AWS::Redshift::Cluster", "MSK cluster": "AWS::MSK::Cluster", "OpenSearch domain": "AWS::OpenSearch::Domain",
    "App Runner VPC connector": "AWS::AppRunner::VpcConnector", "EKS cluster": "AWS::EKS::Cluster", "Transfer Family server": "AWS::Transfer::Server",
}
FIELDS = ["accountId", "awsRegion", "resourceType", "resourceId", "resourceName", "configurationItemCaptureTime", "configurationItemStatus", "relationships"]


def results(held):
    """The answer, with one resource for each group that AWS Config knows the holder of, and those groups."""
    known, rows = {}, []
    for gid, words in held.items():
        for kind, config_type in TYPES.items():
            if words.startswith(kind + " "):
                known[gid] = kind
                rows.append({"accountId": ACCOUNT, "awsRegion": REGION, "resourceType": config_type, "resourceId": "id-of-" + gid, "resourceName": "holder",
                             "configurationItemCaptureTime": RECORDED, "configurationItemStatus": "OK", "relationships": [
                                 {"relationshipName": "Is contained in Vpc", "resourceType": "AWS::EC2::VPC", "resourceId": "vpc-1"},
                                 {"relationshipName": "Is associated with SecurityGroup", "resourceType": "AWS::EC2::SecurityGroup", "resourceId": gid}]})
    return known, {"Results": [json.dumps(r) for r in rows], "QueryInfo": {"SelectFields": [{"Name": f} for f in FIELDS]}}


def unused(sgaudit, folder):
    """The findings about unused groups, by group."""
    run = subprocess.run([sgaudit, "audit", "--input", folder, "--account", ACCOUNT, "--region", REGION, "--check", "unused-group", "-o", "json"], env=ENV, capture_output=True, text=True)
    if run.returncode not in (0, 3):
        sys.exit(f"config.py: sgaudit ended with {run.returncode}: {run.stderr}")
    return {f["group_id"]: f for f in json.loads(run.stdout)["findings"]}


def main():
    url = f"http://127.0.0.1:{free_port()}"
    moto = start_moto(url)
    try:
        held, _, free = fill(url)
        with tempfile.TemporaryDirectory() as folder:
            for name in ("security-groups", "network-interfaces"):
                text = subprocess.run(["aws", "ec2", "describe-" + name, "--region", REGION, "--endpoint-url", url, "--output", "json"], env=ENV, capture_output=True, text=True, check=True).stdout
                with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as f:
                    f.write(text)
            before = unused(sys.argv[1], folder)
            known, answer = results(held)
            with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as f:
                json.dump(answer, f)
            after = unused(sys.argv[1], folder)
        live = subprocess.run(["aws", "configservice", "select-resource-config", "--expression", "SELECT resourceId", "--region", REGION, "--endpoint-url", url],
                              env=ENV, capture_output=True, text=True)
    finally:
        moto.kill()
        moto.wait()
    wrong = []
    for gid in (*held, free):
        if before[gid]["severity"] != "low" or before[gid]["unused"]["held_by"]:
            wrong.append(f"{gid}, without AWS Config: {before[gid]['severity']} {before[gid]['unused']}")
        told = f"but {known.get(gid)} holder (id-of-{gid}) uses it (AWS Config, recorded 2026-11-20T08:00:00Z)"
        if gid in known and (after[gid]["severity"] != "info" or told not in after[gid]["message"]):
            wrong.append(f"{gid} is held by {known[gid]}: {after[gid]['severity']} {after[gid]['message']}")
        if gid not in known and after[gid]["severity"] != "low":
            wrong.append(f"{gid}, of which AWS Config knows nothing: {after[gid]['severity']} {after[gid]['message']}")
    print("moto answers advanced queries of AWS Config, which are tried live by the tests alone, with", (live.stdout or live.stderr).split())
    print(f"config.py: {len(known)} groups are held by what AWS Config knows; {len(held) + 1 - len(known)} others stay unused")
    if wrong or len(known) < 8:
        sys.exit("config.py: " + "\n".join(wrong or [f"only {len(known)} groups are held"]))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Audit an organization of moto's in one run of sgaudit.

moto is an emulator of AWS that others wrote. This script starts it on loopback,
makes an organization of five accounts there, one of them in an organizational
unit and one closed, opens a port in each of them, and fails unless sgaudit reads
the active ones through their roles and finds each port where it was opened.
Usage: scripts/organization.py PATH-TO-SGAUDIT
"""

import json
import os
import subprocess
import sys
import tempfile

import boto3

import moto as single

REGION = "eu-west-1"


def client(service, url, keys=None):
    keys = keys or {"AccessKeyId": "testing", "SecretAccessKey": "testing"}
    return boto3.client(
        service, endpoint_url=url, region_name=REGION, aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys.get("SessionToken"),
    )


def open_port(ec2, name, port):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    return group


def audit(binary, url, code, *flags):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command = [binary, "audit", "--endpoint-url", url, "--depth", "groups", "--check", "admin-port-open-to-internet",
                   "--region", REGION, "-o", "json=" + report, *flags]
        run = subprocess.run(command, env=single.ENV, capture_output=True, text=True, timeout=120)
        if run.returncode != code:
            sys.exit(f"organization.py: {' '.join(command)} ended with {run.returncode}, not {code}:\n{run.stderr}")
        with open(report) as f:
            return json.load(f), run.stderr


def expect(what, got, want):
    if got != want:
        sys.exit(f"organization.py: {what}: {got}, not {want}")


def main():
    binary = os.path.abspath(sys.argv[1])
    url = f"http://127.0.0.1:{single.free_port()}"
    process = single.start_moto(url)
    try:
        org = client("organizations", url)
        org.create_organization(FeatureSet="ALL")
        root = org.list_roots()["Roots"][0]["Id"]
        names = {single.ACCOUNT: "master"}
        for name in ["shop", "data", "tools", "gone"]:
            names[org.create_account(Email=name + "@example.com", AccountName=name)["CreateAccountStatus"]["AccountId"]] = name
        ids = {name: account for account, name in names.items()}
        unit = org.create_organizational_unit(ParentId=root, Name="shops")["OrganizationalUnit"]["Id"]
        org.move_account(AccountId=ids["shop"], SourceParentId=root, DestinationParentId=unit)
        org.tag_resource(ResourceId=ids["data"], Tags=[{"Key": "environment", "Value": "production"}])
        org.close_account(AccountId=ids["gone"])

        groups = {}
        for i, (name, account) in enumerate(sorted(ids.items())):
            keys = None
            if account != single.ACCOUNT:
                role = f"arn:aws:iam::{account}:role/audit"
                keys = client("sts", url).assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
            groups[account] = open_port(client("ec2", url, keys), name, 22)

        report, stderr = audit(binary, url, 0, "--org", "--role-name", "audit", "--external-id", "shop-7")
        found = {f["account_id"]: f["group_id"] for f in report["findings"]}
        active = {account: group for account, group in groups.items() if account != ids["gone"]}
        expect("the groups with an open port", found, active)
        states = {c["account_id"]: c["status"] for c in report["coverage"]}
        expect("the coverage", states, {a: "skipped" if a == ids["gone"] else "complete" for a in groups})
        if "left out: gone" not in stderr:
            sys.exit("organization.py: the closed account was not named:\n" + stderr)
        for flags, want in [(["--ou", unit], "shop"), (["--ou", root, "--account-tag", "environment=production"], "data")]:
            report, _ = audit(binary, url, 0, "--org", "--role-name", "audit", *flags)
            expect(" ".join(flags), {c["account_id"] for c in report["coverage"]}, {ids[want]})
        print(f"moto's organization: {len(active)} accounts read through their roles, 1 left out, one unit and one tag chosen")
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()

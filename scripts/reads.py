#!/usr/bin/env python3
"""Read the endpoint of sgaudit demo with boto3, by every call of EC2 that reads.

Every paginator of boto3 and every other describe that EC2's model has is
called in each region: with the documented filters, with an unknown one, page
by page. What the calls find must be what a snapshot of sgaudit holds. Twice:
for the demo account, and for an estate with one of everything.
Usage: scripts/reads.py PATH-TO-SGAUDIT
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

ENV = {
    "PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

# What a snapshot holds, by the call that lists it: the list of the snapshot, of
# the answer, and the id there.
SAME = {
    "DescribeSecurityGroups": ("securitygroups", "SecurityGroups", "GroupId"),
    "DescribeNetworkInterfaces": ("networkinterfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    "DescribeManagedPrefixLists": ("prefixlists", "PrefixLists", "PrefixListId"),
    "DescribeVpcs": ("vpcs", "Vpcs", "VpcId"),
    "DescribeSubnets": ("subnets", "Subnets", "SubnetId"),
    "DescribeRouteTables": ("routetables", "RouteTables", "RouteTableId"),
    "DescribeNetworkAcls": ("networkacls", "NetworkAcls", "NetworkAclId"),
    "DescribeInternetGateways": ("internetgateways", "InternetGateways", "InternetGatewayId"),
    "DescribeNatGateways": ("natgateways", "NatGateways", "NatGatewayId"),
    "DescribeFlowLogs": ("flowlogs", "FlowLogs", "FlowLogId"),
    "DescribeVpcPeeringConnections": ("vpcpeeringconnections", "VpcPeeringConnections", "VpcPeeringConnectionId"),
    "DescribeLaunchTemplates": ("launchtemplates", "LaunchTemplates", "LaunchTemplateId"),
    "DescribeLaunchTemplateVersions": ("launchtemplates", "LaunchTemplateVersions", "LaunchTemplateId"),
    "DescribeVpcEndpoints": ("vpcendpoints vpce-", "VpcEndpoints", "VpcEndpointId"),
    "DescribeClientVpnEndpoints": ("vpcendpoints cvpn-", "ClientVpnEndpoints", "ClientVpnEndpointId"),
    "DescribeVerifiedAccessEndpoints": ("vpcendpoints vae-", "VerifiedAccessEndpoints", "VerifiedAccessEndpointId"),
    "DescribeInstanceConnectEndpoints": ("vpcendpoints eice-", "InstanceConnectEndpoints", "InstanceConnectEndpointId"),
    "DescribeSecurityGroupVpcAssociations": ("securitygroupvpcassociations", "SecurityGroupVpcAssociations", "GroupId"),
    "DescribeVpcBlockPublicAccessExclusions": ("exclusions", "VpcBlockPublicAccessExclusions", "ExclusionId"),
}


def fail(text):
    sys.exit(f"reads.py: {text}")


# The names that older snapshots have for the same.
OLD = {
    "groups": "securitygroups", "interfaces": "networkinterfaces", "peerings": "vpcpeeringconnections",
    "endpoints": "vpcendpoints", "associations": "securitygroupvpcassociations", "publicaccess": "vpcblockpublicaccess", "vpc": "vpcid", "instance": "instanceid",
    "group": "groupid",
}


def plain(value):
    """The snapshot with the letters of its keys alone, in lower case."""
    if isinstance(value, dict):
        keys = {k: re.sub("[^a-z]", "", k.lower()) for k in value}
        return {OLD.get(keys[k], keys[k]): plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


class Region:
    """What the snapshot holds of one region."""

    def __init__(self, region):
        self.region, self.name = region, region.get("region") or region["name"]

    def ids(self, what):
        if what == "exclusions":
            found = (self.region.get("vpcblockpublicaccess") or {}).get("exclusions")
        else:
            found = self.region.get(what.split()[0])
        prefix = what.partition(" ")[2]
        ids = sorted(i["groupid" if what == "securitygroupvpcassociations" else "id"] for i in found or [])
        return [i for i in ids if i.startswith(prefix)]

    def rules(self):
        return sum(len(g.get("rules") or []) for g in self.region.get("securitygroups") or [])

    def instances(self):
        return sorted({i["instanceid"] for i in self.region.get("networkinterfaces") or [] if i.get("instanceid")})


def parameters(shape, known, structure=False):
    """The parameters that a call must have, made up where nothing is known."""
    def made_up(name, shape):
        kind = shape.type_name
        if kind == "list":
            return [made_up(name, shape.member)]
        if name in known:
            return known[name]
        if kind == "structure":
            return parameters(shape, known, True)
        if kind in ("integer", "long"):
            return shape.metadata.get("min", 1)
        if kind == "boolean":
            return False
        if kind == "timestamp":
            return "2026-01-01T00:00:00Z"
        return shape.metadata.get("enum", ["none-0c0ffee0"])[0]
    names = shape.required_members or (list(shape.members) if structure else [])
    return {name: made_up(name, shape.members[name]) for name in names}


class Reader:
    def __init__(self, url, region):
        self.client = boto3.client("ec2", region_name=region.name, endpoint_url=url, aws_access_key_id="demo", aws_secret_access_key="demo",
                                   config=Config(retries={"total_max_attempts": 1}))
        self.model, self.region = self.client.meta.service_model, region
        self.known = {}
        for name, what in (("VpcId", "vpcs"), ("PrefixListId", "prefixlists"), ("GroupId", "securitygroups"), ("NetworkInterfaceId", "networkinterfaces"),
                           ("ClientVpnEndpointId", "vpcendpoints cvpn-")):
            ids = region.ids(what)
            if ids:
                self.known[name] = ids[0]
        if "VpcId" not in self.known and region.region.get("securitygroups"):
            self.known["VpcId"] = region.region["securitygroups"][0]["vpcid"]
        if region.instances():
            self.known["InstanceId"] = region.instances()[0]

    def wanted(self, action):
        """The parameters of a call."""
        shape = self.model.operation_model(action).input_shape
        given = parameters(shape, self.known)
        if "IncludeManagedResources" in shape.members:
            given["IncludeManagedResources"] = True
        if action == "DescribeLaunchTemplateVersions":
            given["Versions"] = ["$Latest"]
        return given

    def call(self, action, size=None, **more):
        """One whole answer, joined from its pages where the call has some."""
        given = {**self.wanted(action), **more}
        name = xform_name(action)
        if not self.client.can_paginate(name):
            return getattr(self.client, name)(**given)
        size = given.pop("MaxResults", size) if size is None else size
        pages = self.client.get_paginator(name).paginate(**given, PaginationConfig={"PageSize": size} if size else {})
        return pages.build_full_result()

    def refused(self, action, code, message="", **more):
        """Whether a call ends with an error of that code."""
        try:
            self.call(action, **more)
        except ClientError as err:
            return re.search(code, err.response["Error"]["Code"]) and message in err.response["Error"]["Message"]
        return False


def documented(table, action):
    return [] if table[action] in ("-", "*") else table[action].split(",")


def filters_of(reader, action, table):
    """Every documented filter is taken, and one that EC2 does not know is not."""
    takes = reader.model.operation_model(action).input_shape.members
    name = next((n for n in ("Filters", "Filter") if n in takes), None)
    if name is None or not documented(table, action):
        return 0
    names = [n + "Name" if n == "tag:" else n for n in documented(table, action)]
    for i in range(0, len(names), 50):
        reader.call(action, **{name: [{"Name": n, "Values": ["no such value"]} for n in names[i:i + 50]]})
    if not reader.refused(action, "InvalidParameterValue", "The filter 'no-such-filter' is invalid", **{name: [{"Name": "no-such-filter", "Values": ["x"]}]}):
        fail(f"{action} takes a filter that EC2 does not know")
    return len(names)


def read(url, region, table):
    reader = Reader(url, region)
    answered = items = filters = missing = newer = 0
    for action in reader.model.operation_names:
        paged = reader.client.can_paginate(xform_name(action))
        if not paged and not action.startswith(("Describe", "List")):
            continue
        if action not in table: # this boto3 is newer than the table
            newer += 1
            if not reader.refused(action, "InvalidAction"):
                fail(f"{action} is answered, but not in fixtures/endpoint/ec2_reads.txt")
            continue
        try:
            answer = reader.call(action)
        except ClientError as err:
            # A call about one resource of a kind that is not there.
            if not re.search(r"NotFound|MissingParameter", err.response["Error"]["Code"]):
                fail(f"{action} in {region.name}: {err}")
            missing += 1
            continue
        answered += 1
        lists = [v for k, v in answer.items() if isinstance(v, list)]
        items += sum(map(len, lists))
        filters += filters_of(reader, action, table)
        if action in SAME:
            what, key, id_key = SAME[action]
            got = sorted(i[id_key] for i in answer[key])
            if got != region.ids(what):
                fail(f"{action} in {region.name}: {got}, but the snapshot has {region.ids(what)}")
            if paged and len(got) > 1 and action != "DescribeLaunchTemplateVersions":
                if sorted(i[id_key] for i in reader.call(action, size=5)[key]) != got:
                    fail(f"{action} in {region.name}: the pages do not hold what one answer does")
    rules = reader.call("DescribeSecurityGroupRules")["SecurityGroupRules"]
    instances = [i for r in reader.call("DescribeInstances")["Reservations"] for i in r["Instances"]]
    interfaces = sorted(e["NetworkInterfaceId"] for i in instances for e in i["NetworkInterfaces"])
    attached = sorted(e["id"] for e in region.region.get("networkinterfaces") or [] if e.get("instanceid"))
    for name, got, want in (("rules", len(rules), region.rules()), ("instances", sorted(i["InstanceId"] for i in instances), region.instances()),
                            ("interfaces of instances", interfaces, attached)):
        if got != want:
            fail(f"{name} in {region.name}: {got}, but the snapshot has {want}")
    for i in instances:
        primary = min(i["NetworkInterfaces"], key=lambda e: e["NetworkInterfaceId"])
        if i["SecurityGroups"] != primary["Groups"] or i["State"]["Name"] != "running":
            fail(f"{i['InstanceId']} has not the groups of its interface {primary['NetworkInterfaceId']}")
    return answered, missing, newer, items, filters


def chosen(url, regions):
    """Filters and ids choose what they are about."""
    reader = Reader(url, regions[0])
    names = [r.name for r in regions]
    for given, want in (({}, names), ({"RegionNames": names[:1]}, names[:1]), ({"AllRegions": True}, names),
                        ({"Filters": [{"Name": "region-name", "Values": names[-1:]}]}, names[-1:]),
                        ({"Filters": [{"Name": "region-name", "Values": ["*-?*"]}]}, names),
                        ({"Filters": [{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]}, names),
                        ({"Filters": [{"Name": "opt-in-status", "Values": ["opted-in"]}]}, [])):
        got = [r["RegionName"] for r in reader.call("DescribeRegions", **given)["Regions"]]
        if sorted(got) != sorted(want):
            fail(f"DescribeRegions {given}: {got}, not {want}")
    for region in regions:
        reader = Reader(url, region)
        for table in reader.call("DescribeRouteTables")["RouteTables"]:
            for a in table["Associations"]:
                if "SubnetId" not in a:
                    continue
                got = reader.call("DescribeRouteTables", Filters=[{"Name": "association.subnet-id", "Values": [a["SubnetId"]]}])["RouteTables"]
                if [t["RouteTableId"] for t in got] != [table["RouteTableId"]]:
                    fail(f"association.subnet-id {a['SubnetId']} does not find {table['RouteTableId']}")
        for group in reader.call("DescribeSecurityGroups")["SecurityGroups"]:
            for tag in group.get("Tags", []):
                got = reader.call("DescribeSecurityGroups", Filters=[{"Name": "tag:" + tag["Key"], "Values": [tag["Value"]]}])["SecurityGroups"]
                if group["GroupId"] not in [g["GroupId"] for g in got] or any(tag not in g["Tags"] for g in got):
                    fail(f"tag:{tag['Key']} finds {[g['GroupId'] for g in got]}")
    for action, given, code in (
        ("DescribeSecurityGroups", {"GroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        ("DescribeInstances", {"InstanceIds": ["i-0123456789abcdef0"]}, "InvalidInstanceID.NotFound"),
        ("DescribeVolumes", {"VolumeIds": ["vol-0123456789abcdef0"]}, "InvalidVolume.NotFound"),
        ("DescribeVpcs", {"VpcIds": ["vpc-0123456789abcdef0"]}, "InvalidVpcID.NotFound"),
        ("DescribeVpcs", {"DryRun": True}, "DryRunOperation"),
        ("DescribeTransitGateways", {"TransitGatewayIds": ["tgw-0123456789abcdef0"]}, "InvalidTransitGatewayID.NotFound"),
    ):
        if not reader.refused(action, "^" + re.escape(code) + "$", **given):
            fail(f"{action} {given} does not end with {code}")
    scaling = boto3.client("autoscaling", region_name=regions[0].name, endpoint_url=url, aws_access_key_id="demo", aws_secret_access_key="demo")
    if scaling.describe_launch_configurations()["LaunchConfigurations"] != []:
        fail("there are launch configurations")


def serve(sgaudit, folder, name, table, *flags):
    server = subprocess.Popen([sgaudit, "demo", "--serve", "--address", "127.0.0.1:0", *flags], stdout=subprocess.PIPE, text=True, env=ENV)
    try:
        url = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline()).group(0)
        snapshot = os.path.join(folder, "snapshot.json")
        subprocess.run([sgaudit, "snapshot", "--depth", "services", "--quiet", "-o", snapshot], env={**ENV, "AWS_ENDPOINT_URL": url}, check=True)
        with open(snapshot, encoding="utf-8") as f:
            regions = [Region(r) for r in plain(json.load(f))["inventory"]["regions"]]
        chosen(url, regions)
        sums = [sum(n) for n in zip(*(read(url, region, table) for region in regions))]
        print("reads.py: {}: {} regions; {} calls answered with {} items, {} about a resource that is not there; {} filters taken{}".format(
            name, len(regions), sums[0], sums[3], sums[1], sums[4], f"; {sums[2]} calls are newer than the table" if sums[2] else ""))
    finally:
        server.terminate()
        server.wait()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    sgaudit = os.path.abspath(sys.argv[1])
    fixtures = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "endpoint")
    with open(os.path.join(fixtures, "ec2_reads.txt"), encoding="utf-8") as f:
        table = {line.split()[0]: line.split()[5] for line in f if not line.startswith("#")}
    with tempfile.TemporaryDirectory() as folder:
        serve(sgaudit, folder, "demo", table)
        serve(sgaudit, folder, "everything", table, "--estate", os.path.join(fixtures, "testdata", "everything.sg"))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Ask sgaudit's verbs about an account of moto's, and boto3 about the same.

moto is an emulator of AWS that others wrote. This script starts it on loopback
and fills two regions: rules with every kind of source, instances, an interface
of a load balancer and one of a database. Then it runs the verbs rules, group,
interfaces and reach live, from a snapshot, and through a proxy that denies or
drops the calls of one region, and fails unless every rule and every interface is
as boto3 lists it, in table, CSV and JSON, with the names beside the ids.
Usage: scripts/verbs.py PATH-TO-SGAUDIT
"""

import csv
import http.client
import http.server
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import boto3

from moto import ACCOUNT, ENV, free_port, start_moto  # the script beside this one

REGIONS = ["eu-west-1", "us-east-1"]
LOST = "us-east-1"  # the region that the proxy does not let through


def fail(text):
    sys.exit(f"verbs.py: {text}")


def expect(what, got, want):
    if got == want:
        return
    if isinstance(got, dict) and isinstance(want, dict):
        for key in sorted(got.keys() | want.keys(), key=str):
            if got.get(key) != want.get(key):
                print(f"{key}:\n  sgaudit {got.get(key)}\n  boto3   {want.get(key)}")
        fail(f"{what} differ")
    fail(f"{what}: {str(got)[:500]}, not {str(want)[:500]}")


def fill(ec2):
    """Makes a VPC with a group for each kind of source, and what they are attached to.

    moto fails at a rule of another protocol than TCP, UDP and ICMP."""
    def tags(kind, name):
        return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]

    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16", TagSpecifications=tags("vpc", "shop"))["Vpc"]["VpcId"]
    far = ec2.create_vpc(CidrBlock="10.8.0.0/16", TagSpecifications=tags("vpc", "tools"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.1.0/24", TagSpecifications=tags("subnet", "public"))["Subnet"]["SubnetId"]
    inner = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.2.0/24", TagSpecifications=tags("subnet", "private"))["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=far)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    offices = ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=5, AddressFamily="IPv4",
        Entries=[{"Cidr": "203.0.113.0/24", "Description": "Berlin"}, {"Cidr": "198.51.100.0/24", "Description": "Lima"}])["PrefixList"]["PrefixListId"]

    def group(name, network=vpc):
        return ec2.create_security_group(GroupName=name, Description=f"{name}, made by verbs.py", VpcId=network)["GroupId"]

    def rule(gid, protocol, ports, outbound=False, **source):
        permission = {"IpProtocol": protocol, **source}
        if ports:
            permission |= {"FromPort": ports[0], "ToPort": ports[1]}
        call = ec2.authorize_security_group_egress if outbound else ec2.authorize_security_group_ingress
        call(GroupId=gid, IpPermissions=[permission])

    def v4(block, text=""):
        return {"IpRanges": [{"CidrIp": block, **({"Description": text} if text else {})}]}

    def ref(gid, text=""):
        return {"UserIdGroupPairs": [{"GroupId": gid, **({"Description": text} if text else {})}]}

    web, app, db, tools, idle = group("web"), group("application"), group("database"), group("tools", far), group("not-used")
    rule(web, "tcp", (22, 22), **v4("0.0.0.0/0", "offices, \"temporary\""))
    rule(web, "tcp", (443, 443), **v4("0.0.0.0/0"))
    rule(web, "tcp", (443, 443), Ipv6Ranges=[{"CidrIpv6": "::/0", "Description": "over IPv6"}])
    rule(web, "tcp", (20, 25), PrefixListIds=[{"PrefixListId": offices, "Description": "from the offices"}])
    rule(web, "icmp", (8, 0), **v4("10.0.0.0/8"))
    rule(web, "tcp", (9000, 9000), **ref(web, "itself"))
    rule(app, "tcp", (8080, 8080), **ref(web, "from the web"))
    rule(app, "udp", (53, 53), **v4("10.7.0.0/16"))
    rule(app, "tcp", (5432, 5432), outbound=True, **ref(db))
    rule(db, "tcp", (5432, 5432), **ref(app))
    rule(db, "tcp", (0, 65535), **ref(tools, "by the peering connection"))
    rule(db, "-1", None, **v4("10.7.2.0/24"))
    rule(idle, "-1", None, **v4("0.0.0.0/0"))

    def instance(name, network, address, *groups):
        made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=network, PrivateIpAddress=address,
                                 SecurityGroupIds=list(groups), TagSpecifications=tags("instance", name))["Instances"][0]
        # EC2 gives the interface no tag of the instance's; sgaudit reads the tag of the interface.
        ec2.create_tags(Resources=[made["NetworkInterfaces"][0]["NetworkInterfaceId"]], Tags=[{"Key": "Name", "Value": name}])

    def interface(description, network, address, *groups):
        return ec2.create_network_interface(SubnetId=network, PrivateIpAddress=address, Groups=list(groups), Description=description)["NetworkInterface"]["NetworkInterfaceId"]

    instance("web-a", subnet, "10.7.1.10", web)
    instance("app-a", inner, "10.7.2.10", app, web)
    interface("ELB app/front/50dc6c495c0c9188", subnet, "10.7.1.20", web)
    named = interface("RDSNetworkInterface", inner, "10.7.2.20", db)
    ec2.create_tags(Resources=[named], Tags=[{"Key": "Name", "Value": "orders"}])
    return ec2.describe_instances()


def text_of(protocol, first, last):
    """The ports of a rule as sgaudit writes them."""
    if protocol == "icmp":
        return f"{first}" if last == -1 else f"{first}/{last}"
    if protocol not in ("tcp", "udp") or (first, last) == (0, 65535):
        return "all"
    return f"{first}" if first == last else f"{first}-{last}"


def read(ec2, region):
    """What boto3 lists in a region: rules by id, interfaces by id, names of groups and prefix lists."""
    def pages(call, key):
        return [item for page in ec2.get_paginator(call).paginate() for item in page[key]]

    listed = pages("describe_security_groups", "SecurityGroups")
    names = {g["GroupId"]: g["GroupName"] for g in listed}
    # moto's list of rules lacks the descriptions of references; the groups have them.
    about = {(g["GroupId"], p.get("FromPort"), r["GroupId"]): r.get("Description", "")
             for g in listed for p in g["IpPermissions"] for r in p["UserIdGroupPairs"]}
    names |= {p["PrefixListId"]: p["PrefixListName"] for p in ec2.describe_managed_prefix_lists()["PrefixLists"]}
    rules = {}
    for r in pages("describe_security_group_rules", "SecurityGroupRules"):
        source = r.get("CidrIpv4") or r.get("CidrIpv6") or r.get("PrefixListId") or r["ReferencedGroupInfo"]["GroupId"]
        protocol = {"-1": "all"}.get(r["IpProtocol"], r["IpProtocol"])
        rules[r["SecurityGroupRuleId"]] = (
            ACCOUNT, region, r["GroupId"], names[r["GroupId"]], "egress" if r["IsEgress"] else "ingress", protocol,
            text_of(protocol, r.get("FromPort"), r.get("ToPort")), source, names.get(source, ""),
            r.get("Description") or about.get((r["GroupId"], r.get("FromPort"), source), ""))
    interfaces = {}
    for e in pages("describe_network_interfaces", "NetworkInterfaces"):
        interfaces[e["NetworkInterfaceId"]] = (
            ACCOUNT, region, e["VpcId"], e["SubnetId"], tuple(sorted(a["PrivateIpAddress"] for a in e["PrivateIpAddresses"])),
            e.get("Association", {}).get("PublicIp", ""), tuple(sorted((g["GroupId"], g["GroupName"]) for g in e["Groups"])))
    return rules, interfaces, names


def split(text):
    return [part for part in text.split("; ") if part]


def as_rules(rows):
    """The same from the rows of sgaudit rules."""
    found = {}
    for r in rows:
        if r["note"]:
            continue
        for rule in split(r["rule_ids"]):
            if rule in found:
                fail(f"{rule} stands in two rows")
            found[rule] = tuple(r[k] for k in ("account_id", "region", "group_id", "group_name", "direction", "protocol", "ports", "source", "source_name", "description"))
    return found


def as_interfaces(rows):
    found = {}
    for r in rows:
        if not r["note"]:
            found[r["interface_id"]] = (
                r["account_id"], r["region"], r["vpc_id"], r["subnet_id"], tuple(sorted(split(r["private_ips"]))), r["public_ips"],
                tuple(sorted(zip(split(r["group_ids"]), split(r["group_names"])))))
    return found


class Sgaudit:
    def __init__(self, binary, folder):
        self.binary, self.folder, self.runs = binary, folder, 0

    def run(self, code, *args):
        """Runs a command line in pipes, and returns standard output and standard error."""
        env = {**ENV, "XDG_CACHE_HOME": self.folder, "HOME": self.folder, "TERM": "xterm-256color"}
        out = subprocess.run([self.binary, *args], env=env, capture_output=True, timeout=120)
        self.runs += 1
        line = "sgaudit " + " ".join(args)
        if out.returncode != code:
            fail(f"{line} ended with {out.returncode}, not {code}:\n{out.stderr.decode()}")
        if b"\x1b" in out.stdout + out.stderr:
            fail(f"{line} wrote an escape sequence into a pipe")
        return out.stdout.decode(), out.stderr.decode()

    def rows(self, code, *args):
        """The rows of a list, which are the same in JSON and in CSV."""
        text, stderr = self.run(code, *args, "-o", "json")
        rows = json.loads(text)["rows"]
        table, _ = self.run(code, *args, "-o", "csv")
        cells = list(csv.DictReader(io.StringIO(table)))
        expect("rows of CSV", [{k: v for k, v in r.items()} for r in cells],
               [{k: "" if v is None else str(v) for k, v in r.items()} for r in rows])
        return rows, stderr


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands calls on to moto. Those of one region are denied, or their connection ends.

    For the lists of EC2 that moto does not have it answers that there is nothing.
    """
    protocol_version = "HTTP/1.1"
    target, mode = None, "pass"
    lacking = set()

    def do_GET(self):
        self.do_POST()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        lost = f"/{LOST}/ec2/" in self.headers.get("Authorization", "")
        if lost and self.mode == "silent":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if lost and self.mode == "denied":
            text = (b"<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation."
                    b"</Message></Error></Errors><RequestID>1</RequestID></Response>")
            return self.answer(403, "text/xml", text)
        there = http.client.HTTPConnection("127.0.0.1", int(self.target.rsplit(":", 1)[1]), timeout=60)
        there.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "accept-encoding")})
        got = there.getresponse()
        status, kind, text = got.status, got.headers.get("Content-Type", "text/xml"), got.read()
        there.close()
        action = urllib.parse.parse_qs(body.decode()).get("Action", [""])[0]
        if status == 500 and action.startswith("Describe"):
            self.lacking.add(action)
            inner = ""
            if action == "DescribeVpcBlockPublicAccessOptions":
                inner = "<vpcBlockPublicAccessOptions><internetGatewayBlockMode>off</internetGatewayBlockMode></vpcBlockPublicAccessOptions>"
            status, text = 200, f'<{action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>{inner}</{action}Response>'.encode()
        self.answer(status, kind, text)

    def answer(self, status, kind, text):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass


def compare(sgaudit, source, seen, code=0):
    """Compares the lists with what boto3 saw, in three formats."""
    rules, interfaces, names = seen
    for verb, read_rows, want in [("rules", as_rules, rules), ("interfaces", as_interfaces, interfaces)]:
        rows, stderr = sgaudit.rows(code, verb, *source)
        expect(f"the {verb} of {' '.join(source)}", read_rows(rows), want)
        notes = [r for r in rows if r["note"]]
        expect(f"{verb}: the regions with a note", sorted({r["region"] for r in notes}), [LOST] if code == 3 else [])
        if code == 3 and LOST not in stderr:
            fail(f"{verb}: standard error does not name {LOST}:\n{stderr}")
        table, _ = sgaudit.run(code, verb, *source)
        lines = table.splitlines()
        expect(f"{verb}: the lines of the table", len(lines), 1 + len(rows))
        for row in rows:
            if row["note"]:
                continue
            if verb == "rules":
                parts = [f"{row['group_name']} ({row['group_id']})", row["source"], row["source_name"], row["description"]]
            else:
                parts = [row["interface_id"], *split(row["group_names"]), *split(row["private_ips"]), row["public_ips"]]
            if not any(all(part in line for part in parts) for line in lines):
                fail(f"{verb}: no line of the table has {parts}")
    return rules


def groups(sgaudit, source, seen):
    """sgaudit group by id and by name: what boto3 lists of its rules, and the names of all."""
    rules, interfaces, names = seen
    asked = {r[2] for r in rules.values()}
    for gid in sorted(asked):
        answer = json.loads(sgaudit.run(0, "group", gid, *source, "-o", "json")[0])["groups"]
        expect(f"group {gid}", [(g["group_id"], g["group_name"]) for g in answer], [(gid, names[gid])])
        g = answer[0]
        got = {}
        for direction, side in [("ingress", "inbound"), ("egress", "outbound")]:
            for r in g[side]:
                got |= {rule: (direction, r["peer"], r["peer_name"], r["description"]) for rule in r["rule_ids"]}
        expect(f"the rules of group {gid}", got, {i: (r[4], r[7], r[8], r[9]) for i, r in rules.items() if r[2] == gid})
        expect(f"what {gid} is attached to", {m["interface_id"] for m in g["attached"]}, {i for i, e in interfaces.items() if gid in dict(e[6])})
        expect(f"who references {gid}", {(o["group_id"], o["group_name"]) for o in g["referenced_by"]},
               {(r[2], r[3]) for r in rules.values() if r[7] == gid and r[2] != gid})
        text = sgaudit.run(0, "group", gid, *source)[0]
        for needed in [f"{names[gid]} ({gid}) in "] + [f"{r[8]} ({r[7]})" for r in rules.values() if r[2] == gid and r[8]]:
            if needed not in text:
                fail(f"sgaudit group {gid} does not print {needed!r}:\n{text}")
    for name in ["web", "database"]:
        answer = json.loads(sgaudit.run(0, "group", name, *source, "-o", "json")[0])["groups"]
        expect(f"the groups with the name {name}", {g["group_id"] for g in answer}, {i for i in asked if names[i] == name})
    _, stderr = sgaudit.run(2, "group", "datbase", *source)
    if "did you mean database?" not in stderr:
        fail(f"sgaudit group datbase suggests nothing:\n{stderr}")


def reach(sgaudit, source, seen):
    """sgaudit reach by names and kinds, and its exit codes."""
    rules, interfaces, _ = seen
    at = {address: {i for i, e in interfaces.items() if address in e[4]} for address in ("10.7.1.10", "10.7.2.10", "10.7.2.20")}
    web, app, db = at.values()

    def ask(code, *args):
        text = sgaudit.run(code, "reach", *args, *source, "-o", "json")[0]
        return {a["interface"]: a["verdict"] for a in json.loads(text)["answers"]}

    internet = ["--from", "internet", "--port"]
    expect("reach web-a", ask(0, "--to", "web-a", *internet, "tcp/22"), {i: "reachable" for i in web})
    expect("reach app-a", ask(0, "--to", "app-a", *internet, "tcp/22"), {i: "not-reachable" for i in app})
    expect("reach kind:instance", ask(0, "--to", "kind:instance", *internet, "tcp/443"),
           {**{i: "reachable" for i in web}, **{i: "not-reachable" for i in app}})
    balancers = {i for i, e in interfaces.items() if "10.7.1.20" in e[4]}
    for to in ("kind:application-load-balancer", "front"):
        expect(f"reach {to}", ask(0, "--to", to, *internet, "tcp/443"), {i: "not-reachable" for i in balancers})
    expect("reach kind:database", ask(0, "--to", "kind:database", *internet, "tcp/5432"), {i: "not-reachable" for i in db})
    for i in db:
        region = interfaces[i][1]
        sender = [e for e in app if interfaces[e][1] == region][0]
        expect(f"reach {i} from {sender}", ask(0, "--to", i, "--from", sender, "--port", "tcp/5432"), {i: "reachable"})
    ask(1, "--to", "kind:instance", *internet, "tcp/443", "--expect", "not-reachable")
    ask(0, "--to", "app-a", *internet, "tcp/443", "--expect", "not-reachable")
    sgaudit.run(2, "reach", "--to", "no-such-name", *internet, "tcp/443", *source)
    text = sgaudit.run(0, "reach", "--to", "web-a", *internet, "tcp/22", *source)[0]
    for needed in [f"web-a ({i}" for i in web] + [f"web ({r[2]})" for r in rules.values() if r[3] == "web"] + ["REACHABLE"]:
        if needed not in text:
            fail(f"sgaudit reach --to web-a does not print {needed!r}:\n{text}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    url = f"http://127.0.0.1:{free_port()}"
    moto = start_moto(url)
    Proxy.target = url
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        rules, interfaces, names, per = {}, {}, {}, {}
        for region in REGIONS:
            ec2 = boto3.client("ec2", endpoint_url=url, region_name=region, aws_access_key_id="testing", aws_secret_access_key="testing")
            fill(ec2)
            per[region] = read(ec2, region)
            for into, part in zip((rules, interfaces, names), per[region]):
                into |= part
        kinds = {"-".join(k for k in ("pl-", "sg-", ":", ".") if k in r[7])[:3] for r in rules.values()}
        expect("kinds of sources", kinds, {"pl-", "sg-", ":", "."})
        seen = (rules, interfaces, names)
        with tempfile.TemporaryDirectory() as folder:
            sgaudit = Sgaudit(os.path.abspath(sys.argv[1]), folder)
            regions = [part for region in REGIONS for part in ("--region", region)]
            live = ["--endpoint-url", f"http://127.0.0.1:{proxy.server_port}", *regions]
            saved = os.path.join(folder, "account.json.zst")
            sgaudit.run(0, "snapshot", *live, "-o", saved)
            for source in (live, ["--input", saved]):
                compare(sgaudit, source, seen)
                groups(sgaudit, source, seen)
                reach(sgaudit, source, seen)
            for verb in ("rules", "interfaces"):
                expect(f"{verb}: the snapshot's CSV", sgaudit.run(0, verb, "--input", saved, "-o", "csv")[0], sgaudit.run(0, verb, *live, "-o", "csv")[0])
            kept = tuple({k: v for k, v in part.items() if v[1] == REGIONS[0]} for part in seen[:2]) + (names,)
            Proxy.mode = "denied"
            compare(sgaudit, live, kept, code=3)
            sgaudit.run(3, "group", [r[2] for r in kept[0].values() if r[3] == "web"][0], *live)
            sgaudit.run(3, "reach", "--to", "web-a", "--port", "tcp/22", "--from", "internet", *live)
            Proxy.mode = "silent"  # one run of each, as it waits for the deadline
            for verb, rows_of, want in [("rules", as_rules, kept[0]), ("interfaces", as_interfaces, kept[1])]:
                text, stderr = sgaudit.run(3, verb, *live, "--region-deadline", "15s", "-o", "json")
                expect(f"the {verb} without an answer from {LOST}", rows_of(json.loads(text)["rows"]), want)
                if LOST not in stderr:
                    fail(f"{verb}: standard error does not name {LOST}:\n{stderr}")
            Proxy.mode = "pass"
            compare(sgaudit, live, seen)
    finally:
        proxy.shutdown()
        moto.terminate()
        moto.wait()
    print(f"verbs.py: {len(rules)} rules and {len(interfaces)} interfaces as boto3 lists them, in {sgaudit.runs} runs of rules, group, interfaces and reach; moto does not have {', '.join(sorted(Proxy.lacking))}")


if __name__ == "__main__":
    main()

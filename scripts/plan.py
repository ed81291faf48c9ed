#!/usr/bin/env python3
"""Run the plan of sgaudit fix with the AWS CLI, and audit again.

Twice: on a writable demo endpoint, and on moto, an emulator of EC2 that others
wrote. Afterwards what the plan was for is gone, nothing is new, what had to
talk still can, and rules that shared a permission with a revoked one are there.
Then the undo brings every group and every rule back.
Usage: scripts/plan.py PATH-TO-SGAUDIT
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import moto as emulator  # scripts/moto.py

# Who has to talk in the demo account, whatever the plan does.
NEEDS = [
    ("eni-0a100001", "eni-0a100003", "tcp/8080"),  # load balancer to web server
    ("eni-0a100007", "eni-0a100003", "tcp/22"),    # bastion to web server
    ("eni-0a100003", "eni-0a100005", "tcp/9443"),  # web server to application
    ("eni-0a100005", "eni-0a100008", "tcp/3306"),  # application to orders
    ("eni-0a100005", "eni-0a100009", "tcp/5432"),  # application to catalogue
    ("eni-0a100006", "eni-0a100009", "tcp/5432"),
    ("eni-0a10000a", "eni-0a100009", "tcp/5432"),  # function to catalogue
    ("eni-0a10000e", "eni-0a10000f", "tcp/6379"),  # payments to its cache
    ("eni-0d200004", "eni-0d200008", "tcp/5432"),
]


# A description that the AWS CLI takes for a file to send, where it stands alone.
FILE = "file:///etc/passwd"


def kept(finding):
    """Whether the plan leaves the deletion of the finding's group as a comment."""
    unused = finding.get("unused")
    return unused and (not unused["full_search"] or unused["grade"] in ("unattached", "unreferenced"))


def as_if_searched(name):
    """Changes a report into that of an account where every service answered that it does not use a group."""
    with open(name, encoding="utf-8") as f:
        report = json.load(f)
    for finding in report["findings"]:
        if unused := finding.get("unused"):
            unused["full_search"] = True
            if unused["grade"] == "unreferenced":
                unused["grade"] = "not-held"
    with open(name, "w", encoding="utf-8") as f:
        json.dump(report, f)


class Account:
    """An endpoint, with sgaudit and the AWS CLI pointed at it."""

    def __init__(self, sgaudit, url, folder, flags):
        self.sgaudit, self.url, self.folder, self.flags = sgaudit, url, folder, flags
        self.env = {**emulator.ENV, "AWS_ENDPOINT_URL": url}

    def run(self, *command, codes=(0,)):
        out = subprocess.run(command, env=self.env, capture_output=True, text=True, cwd=self.folder)
        if out.returncode not in codes:
            sys.exit(f"plan.py: {' '.join(command)} ended with {out.returncode}:\n{out.stdout}\n{out.stderr}")
        return out.stdout

    def audit(self, name):
        # 3: moto does not know every call; what is asked about here it knows.
        self.run(self.sgaudit, "snapshot", *self.flags, "-o", "now.json", codes=(0, 3))
        self.run(self.sgaudit, "audit", "--from", "now.json", "-o", f"json={name}", codes=(0, 3))
        with open(os.path.join(self.folder, name), encoding="utf-8") as f:
            return {f["id"]: f for f in json.load(f)["findings"]}

    def rules(self):
        """Every rule, without its id: what a plan and its undo must agree on."""
        found = set()
        for region in self.regions():
            for r in json.loads(self.run("aws", "ec2", "describe-security-group-rules", "--region", region, "--output", "json"))["SecurityGroupRules"]:
                peer = r.get("CidrIpv4") or r.get("CidrIpv6") or r.get("PrefixListId") or r.get("ReferencedGroupInfo", {}).get("GroupId")
                found.add((region, r["GroupId"], r["IsEgress"], r["IpProtocol"], r["FromPort"], r["ToPort"], peer))
        return found

    def groups(self):
        """The ids of every group."""
        return set(self.named())

    def named(self):
        """Every group by its id: region, VPC, name, description and tags, which an undo brings back."""
        return {g["GroupId"]: (region, g.get("VpcId"), g["GroupName"], g["Description"], json.dumps(g.get("Tags", []), sort_keys=True))
                for region in self.regions()
                for g in json.loads(self.run("aws", "ec2", "describe-security-groups", "--region", region, "--output", "json"))["SecurityGroups"]}

    def by_names(self):
        """Every group, and every rule with its description and tags: groups by name, since an undo gives them other ids."""
        named = self.named()
        found = [repr(g) for g in named.values()]
        for region in self.regions():
            for r in json.loads(self.run("aws", "ec2", "describe-security-group-rules", "--region", region, "--output", "json"))["SecurityGroupRules"]:
                referenced = r.get("ReferencedGroupInfo", {}).get("GroupId")
                peer = r.get("CidrIpv4") or r.get("CidrIpv6") or r.get("PrefixListId") or named.get(referenced, referenced)
                found.append(repr((named[r["GroupId"]], r["IsEgress"], r["IpProtocol"], r["FromPort"], r["ToPort"], peer,
                                   r.get("Description", ""), json.dumps(r.get("Tags", []), sort_keys=True))))
        return sorted(found)

    def regions(self):
        if "--region" in self.flags:
            return [r for flag, r in zip(self.flags, self.flags[1:]) if flag == "--region"]
        return [r["RegionName"] for r in json.loads(self.run("aws", "ec2", "describe-regions", "--region", "us-east-1", "--output", "json"))["Regions"]]

    def talks(self, source, target, traffic):
        out = self.run(self.sgaudit, "reach", "--snapshot", "now.json", "--from", source, "--to", target, "--port", traffic, "-o", "json", codes=(0, 3))
        return re.search(r'"verdict":\s*"(\S+)"', out).group(1) == "reachable"

    def carry_out(self, needs):
        before, rules, self.before = self.audit("before.json"), self.rules(), self.by_names()
        for need in needs:
            if not self.talks(*need):
                sys.exit(f"plan.py: {need} cannot talk even before the plan")
        self.run(self.sgaudit, "fix", "--from", "before.json", "--with-deletes", "-o", "plan.sh", codes=(0, 3))
        tried = self.run("sh", "plan.sh", "--dry-run")
        if self.rules() != rules:
            sys.exit("plan.py: the plan changed something with --dry-run")
        self.run("sh", "plan.sh")
        after = self.audit("after.json")
        fixed = {i for i, f in before.items() if f["fix"]["commands"] and not kept(f)}
        for i in after.keys() & fixed:
            sys.exit(f"plan.py: still there after the plan: {after[i]['check']} {after[i]['resource_id']}: {after[i]['message']}")
        for i in after.keys() - before.keys():
            sys.exit(f"plan.py: new after the plan: {after[i]['check']} {after[i]['resource_id']}: {after[i]['message']}")
        for need in needs:
            if not self.talks(*need):
                sys.exit(f"plan.py: {need} cannot talk any more")
        return rules, sum(line.startswith("[") for line in tried.splitlines()), len(fixed), len(before), len(after)

    def carried(self, interface):
        """The groups that an interface carries."""
        found = json.loads(self.run("aws", "ec2", "describe-network-interfaces", "--region", self.regions()[0], "--network-interface-ids", interface, "--output", "json"))
        return {g["GroupId"] for g in found["NetworkInterfaces"][0]["Groups"]}

    def undo(self, rules):
        """Undo the plan: every group and every rule is there again as it was, deleted groups with other ids."""
        tried = self.run("sh", "plan.sh", "--undo", "--dry-run").splitlines()
        self.run("sh", "plan.sh", "--undo")
        again, back = self.by_names(), len(self.rules())
        if again != self.before or back != len(rules):
            sys.exit("plan.py: the undo does not bring back what was there:\n" + "\n".join(sorted(set(again) ^ set(self.before))))
        return sum(line.startswith("[") for line in tried), back


def demo(sgaudit, folder):
    server = subprocess.Popen([sgaudit, "demo", "--serve", "--writable", "--address", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=emulator.ENV)
    try:
        url = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline()).group(0)
        account = Account(sgaudit, url, folder, ["--depth", "services"])
        rules, steps, fixed, before, after = account.carry_out(NEEDS)
        kept = {r for r in rules if r[1] == "sg-0a100014"}  # one permission: 0.0.0.0/0 and the application's group
        if len(kept & account.rules()) != len(kept) - 1:
            sys.exit("plan.py: not exactly one of the two rules of sg-0a100014 is gone")
        undone, back = account.undo(rules)
        print(f"plan.py: demo: {steps} changes; {before} findings before, {after} after, all {fixed} with commands gone, none new; {len(NEEDS)} pairs that have to talk still can; the undo, {undone} changes, brings back all {back} rules")
    finally:
        server.terminate()
        server.wait()


# A database that lets a range in, and in the range an instance that carries
# nothing but the default group, which a rule must not reference.
SHARED = """account 123456789012
region eu-west-1
vpc-0000000a 10.0.0.0/16 owner 123456789012
subnet-0000000a 10.0.0.0/24 vpc vpc-0000000a
rtb-0000000a main vpc vpc-0000000a
  route 10.0.0.0/16 local
acl-0000000a vpc vpc-0000000a subnet subnet-0000000a default
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
sg-00000001 default vpc vpc-0000000a
  out all 0.0.0.0/0 id sgr-00000001
sg-00000002 database vpc vpc-0000000a
  in tcp/5432 10.0.0.0/28 "clients" id sgr-00000002
sg-00000003 application vpc vpc-0000000a
  out all 0.0.0.0/0 id sgr-00000003
eni-00000001 sg-00000001 10.0.0.4 vpc vpc-0000000a subnet subnet-0000000a instance i-00000001
eni-00000002 sg-00000002 10.0.0.20 vpc vpc-0000000a subnet subnet-0000000a instance i-00000002
eni-00000003 sg-00000003 10.0.0.5 vpc vpc-0000000a subnet subnet-0000000a instance i-00000003
"""


def new_group(sgaudit, folder):
    with open(os.path.join(folder, "estate.sg"), "w", encoding="utf-8") as f:
        f.write(SHARED)
    server = subprocess.Popen([sgaudit, "demo", "--serve", "--writable", "--address", "127.0.0.1:0", "--estate", "estate.sg"], stdout=subprocess.PIPE, text=True, env=emulator.ENV, cwd=folder)
    try:
        url = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline()).group(0)
        account = Account(sgaudit, url, folder, ["--region", "eu-west-1", "--depth", "services"])
        check_new_group(account, "sg-00000002", "eni-00000001", "sg-00000001", [("eni-00000001", "eni-00000002", "tcp/5432"), ("eni-00000003", "eni-00000002", "tcp/5432")])
    finally:
        server.terminate()
        server.wait()


def check_new_group(account, target, client, default, needs):
    """The plan gives the client a new group, which the target lets in; the undo takes it away."""
    groups = account.groups()
    rules, steps, *_ = account.carry_out(needs)
    made = account.groups() - groups
    if len(made) != 1:
        sys.exit(f"plan.py: the plan should create one group, and made {sorted(made)}")
    new = made.pop()
    carried = account.carried(client)
    if carried != {default, new}:
        sys.exit(f"plan.py: {client} should carry {default} and the new group {new}, and carries {sorted(carried)}")
    if (target, new) not in {(r[1], r[6]) for r in account.rules()}:
        sys.exit(f"plan.py: {target} does not let the new group {new} in")
    if [r for r in account.rules() if r[1] == new]:
        sys.exit("plan.py: the new group has rules of its own")
    undone, back = account.undo(rules)
    if account.groups() != groups or account.carried(client) != {default}:
        sys.exit("plan.py: the undo leaves the new group behind")
    print(f"plan.py: new group: {steps} changes; {len(needs)} pairs that have to talk still can; the undo, {undone} changes, brings back all {back} rules and leaves no new group")


def moto(sgaudit, folder):
    url = f"http://127.0.0.1:{emulator.free_port()}"
    server = emulator.start_moto(url)
    try:
        region = "eu-west-1"
        s = emulator.Seeder(url, region)
        vpc = s.aws("create-vpc", "--cidr-block", "10.77.0.0/16")["Vpc"]["VpcId"]
        subnet = s.aws("create-subnet", "--vpc-id", vpc, "--cidr-block", "10.77.1.0/24")["Subnet"]["SubnetId"]
        app, db, web, idle = (s.group(vpc, n) for n in ("application", "database", "web", "idle"))
        permission = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [
            {"CidrIp": "0.0.0.0/0", "Description": "for a moment"}, {"CidrIp": "203.0.113.0/24", "Description": "it's the office"}]}]
        s.aws("authorize-security-group-ingress", "--group-id", web, "--ip-permissions", json.dumps(permission))
        permission = [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [
            {"CidrIp": "10.77.1.20/32", "Description": "application"}, {"CidrIp": "198.51.100.0/24", "Description": "partner"}]}]
        s.aws("authorize-security-group-ingress", "--group-id", db, "--ip-permissions", json.dumps(permission))
        s.allow(idle, "tcp/443", "10.0.0.0/8")
        # Two unused groups that reference each other: their deletions stay comments.
        other = s.group(vpc, "idle-too")
        for group, peer in ((idle, other), (other, idle)):
            s.aws("authorize-security-group-ingress", "--group-id", group, "--ip-permissions", json.dumps([
                {"IpProtocol": "tcp", "FromPort": 9000, "ToPort": 9000, "UserIdGroupPairs": [{"GroupId": peer, "Description": "the other one"}]}]))
        # Texts that the AWS CLI obeys as arguments: their deletion and undo must bring them back as they are.
        odd = s.aws("create-security-group", "--cli-input-json", json.dumps({"GroupName": "-odd", "Description": FILE, "VpcId": vpc, "TagSpecifications": [
            {"ResourceType": "security-group", "Tags": [{"Key": "source", "Value": FILE}]}]}))["GroupId"]
        s.aws("authorize-security-group-ingress", "--group-id", odd, "--ip-permissions", json.dumps([
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": FILE}]}]))
        s.interface(vpc, subnet, "10.77.1.10", web)
        s.interface(vpc, subnet, "10.77.1.20", app)
        s.interface(vpc, subnet, "10.77.1.30", db)
        ids = {i["PrivateIpAddress"]: i["NetworkInterfaceId"] for i in s.aws("describe-network-interfaces")["NetworkInterfaces"]}
        account = Account(sgaudit, url, folder, ["--region", region])
        need = (ids["10.77.1.20"], ids["10.77.1.30"], "tcp/5432")
        rules, steps, fixed, before, after = account.carry_out([need])
        now = account.rules()
        for gone, kept in (((web, "0.0.0.0/0"), (web, "203.0.113.0/24")), ((db, "10.77.1.20/32"), (db, "198.51.100.0/24"))):
            peers = {(r[1], r[6]) for r in now if not r[2]}
            if gone in peers or kept not in peers:
                sys.exit(f"plan.py: of one permission {gone} must go and {kept} stay; there are {sorted(peers)}")
        if (db, app) not in {(r[1], r[6]) for r in now}:
            sys.exit("plan.py: the database does not name the application's group")
        # And back: the undo, from the last to the first.
        undone, back = account.undo(rules)
        print(f"plan.py: moto: {steps} changes; {before} findings before, {after} after, all {fixed} with commands gone, none new; the undo, {undone} changes, brings back all {back} rules")
        # Deletions: moto does not know every service, so that no search is complete on it. The report says that it is.
        account = Account(sgaudit, url, folder, ["--region", region])
        rules, account.before = account.rules(), account.by_names()
        account.audit("deletions.json")
        account.run(sgaudit, "fix", "--from", "deletions.json", "--check", "unused-group", "--with-deletes", "-o", "plan.sh", codes=(0, 3))
        with open(os.path.join(folder, "plan.sh"), encoding="utf-8") as f:
            if re.search(r"^run aws ec2 delete-security-group", f.read(), re.M):
                sys.exit("plan.py: a plan deletes groups, and not all of their users were searched")
        as_if_searched(os.path.join(folder, "deletions.json"))
        account.run(sgaudit, "fix", "--from", "deletions.json", "--check", "unused-group", "--with-deletes", "-o", "plan.sh", codes=(0, 3))
        steps = sum(line.startswith("[") for line in account.run("sh", "plan.sh").splitlines())
        left = account.groups()
        if odd in left or idle not in left:
            sys.exit(f"plan.py: the plan should delete {odd}, and keep {idle}, which another unused group references; there are {sorted(left)}")
        undone, back = account.undo(rules)
        for g in json.loads(account.run("aws", "ec2", "describe-security-groups", "--region", region, "--output", "json"))["SecurityGroups"]:
            if g["GroupName"] == "-odd" and g["GroupId"] != odd:
                if [g["Description"], g["Tags"][0]["Value"], g["IpPermissions"][0]["IpRanges"][0]["Description"]] != [FILE] * 3:
                    sys.exit(f"plan.py: texts did not come back as they were: {g}")
                break
        else:
            sys.exit("plan.py: the group -odd did not come back")
        print(f"plan.py: moto, with deletions: {steps} changes; the undo, {undone} changes, brings back all {back} rules, and texts that the AWS CLI obeys as they were")
    finally:
        server.terminate()
        server.wait()


def moto_new_group(sgaudit, folder):
    url = f"http://127.0.0.1:{emulator.free_port()}"
    server = emulator.start_moto(url)
    try:
        region = "eu-west-1"
        s = emulator.Seeder(url, region)
        vpc = s.aws("create-vpc", "--cidr-block", "10.77.0.0/16")["Vpc"]["VpcId"]
        subnet = s.aws("create-subnet", "--vpc-id", vpc, "--cidr-block", "10.77.1.0/24")["Subnet"]["SubnetId"]
        app, db = s.group(vpc, "application"), s.group(vpc, "database")
        default = next(g["GroupId"] for g in s.aws("describe-security-groups")["SecurityGroups"] if g["GroupName"] == "default" and g["VpcId"] == vpc)
        s.allow(db, "tcp/5432", "10.77.1.16/28")
        s.interface(vpc, subnet, "10.77.1.20", app)
        s.interface(vpc, subnet, "10.77.1.21", default)
        s.interface(vpc, subnet, "10.77.1.40", db)
        ids = {i["PrivateIpAddress"]: i["NetworkInterfaceId"] for i in s.aws("describe-network-interfaces")["NetworkInterfaces"]}
        account = Account(sgaudit, url, folder, ["--region", region])
        check_new_group(account, db, ids["10.77.1.21"], default, [(ids[a], ids["10.77.1.40"], "tcp/5432") for a in ("10.77.1.20", "10.77.1.21")])
    finally:
        server.terminate()
        server.wait()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    sgaudit = os.path.abspath(sys.argv[1])
    for case in demo, new_group, moto, moto_new_group:
        with tempfile.TemporaryDirectory() as folder:
            case(sgaudit, folder)


if __name__ == "__main__":
    main()

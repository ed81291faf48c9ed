#!/usr/bin/env python3
"""Run the commands of docs/lab.md, and compare what they print with the page.

Each block of sh is run, in one shell, and has to print the lines of the block of text
that follows it, in their order; … stands for any text. Twice: on the writable endpoint
of sgaudit, and on moto, an emulator of EC2 that others wrote. On moto the blocks of hcl
are applied too, where Terraform and its AWS provider are there.
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


def left_over(url):
    """What the page does not clean up: groups and VPCs with its addresses."""
    def aws(*args):
        out = subprocess.run(["aws", "ec2", *args, "--endpoint-url", url, "--region", "eu-west-1", "--output", "json"],
                             env=emulator.ENV, capture_output=True, text=True, check=True)
        return json.loads(out.stdout)
    vpcs = [v["VpcId"] for v in aws("describe-vpcs")["Vpcs"] if v["CidrBlock"] in ("10.60.0.0/16", "10.70.0.0/16")]
    groups = [g["GroupName"] for g in aws("describe-security-groups")["SecurityGroups"] if g["GroupName"].startswith("lab-")]
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
    """Apply what the page writes as Terraform, audit it, and take it back."""
    plugins = terraform.plugins()
    if not plugins:
        return "Terraform or its AWS provider is missing"
    _, configuration = blocks()
    provider = terraform.PROVIDER.replace("us-east-1", "eu-west-1").replace(
        "  skip_metadata_api_check", "  endpoints {\n    ec2 = \"%s\"\n  }\n  skip_metadata_api_check" % url)
    work = os.path.join(folder, "terraform")
    os.makedirs(work)
    w = terraform.Workspace(work, provider + "\n".join(configuration), plugins)
    w.run("apply", "-auto-approve", "-input=false")
    out = subprocess.run([sgaudit, "audit", "--region", "eu-west-1", "--min-severity", "medium", "--group", "lab-*", "-o", "json"],
                         env={**emulator.ENV, "AWS_ENDPOINT_URL": url}, capture_output=True, text=True)
    findings = json.loads(out.stdout)["findings"]
    if findings:
        sys.exit(f"lab.py: what the page writes as Terraform has findings: {[f['message'] for f in findings]}")
    w.run("destroy", "-auto-approve", "-input=false")
    return f"{len(configuration)} blocks of Terraform applied without a finding, and destroyed"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    sgaudit = os.path.abspath(sys.argv[1])
    for name, start in (("writable endpoint", writable), ("moto", on_moto)):
        with tempfile.TemporaryDirectory() as folder:
            url, server = start(sgaudit, folder)
            try:
                count, lines = run(name, sgaudit, url, folder)
                if left := left_over(url):
                    sys.exit(f"lab.py: {name}: the page leaves {left} behind")
                more = "; " + apply(sgaudit, url, folder) if name == "moto" else ""
            finally:
                server.terminate()
                server.wait()
        print(f"lab.py: {name}: {count} blocks of commands print the {lines} lines of the page{more}")


if __name__ == "__main__":
    main()

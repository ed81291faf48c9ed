"""An organization for the engines: sgaudit's own endpoint serves it, and a proxy before it
lets things go wrong for one account or one task, so that engines have something to try again."""

import contextlib
import http.client
import http.server
import json
import re
import subprocess
import threading
import urllib.parse

import tools

ACCOUNTS = 12
DENIED = "100000000005"  # its role cannot be assumed
HUB = "100000000001"
ROLE = "sgaudit"


def estate():
    """Accounts of which each references a group of the next one, across a peering: what no
    account can be judged by alone. In the notation of docs/snapshots.md."""
    account = lambda i: f"1000000000{1 + i % ACCOUNTS:02d}"
    lines = [f"caller {HUB} arn:aws:sts::{HUB}:assumed-role/hub/session aws"]
    for i in range(ACCOUNTS):
        n, after = i + 1, 1 + (i + 1) % ACCOUNTS
        other = account(i + 1)
        lines.append(f'account {account(i)} "team {n}"')
        for region in ("eu-west-1", "us-east-1"):
            r = region[:2]
            lines += [
                f"region {region}",
                f"vpc-{r}{n} 10.{n}.0.0/16",
                f"vpc-{r}{after} 10.{after}.0.0/16 owner {other}",
                f"pcx-{r}{n} active requester {account(i)} {region} vpc-{r}{n} 10.{n}.0.0/16 accepter {other} {region} vpc-{r}{after} 10.{after}.0.0/16",
                f"sg-{r}{n}1 web vpc vpc-{r}{n}", "  in tcp/22 0.0.0.0/0", "  out all 0.0.0.0/0",
                f"sg-{r}{n}2 db vpc vpc-{r}{n}",
                f"  in tcp/5432 sg-{r}{after}1 account {other} vpc vpc-{r}{after} peering pcx-{r}{n} status active",
                f"  in tcp/3306 10.{after}.0.0/24",
                f"eni-{r}{n}1 sg-{r}{n}1 10.{n}.0.10 vpc vpc-{r}{n}",
            ]
    return "\n".join(lines) + "\n"


class Call:
    """What a request asks for, and who asks."""

    def __init__(self, headers, body):
        m = re.search(r"Credential=([^/]+)/", headers.get("Authorization", ""))
        self.key = m[1] if m else ""
        target = headers.get("X-Amz-Target", "")
        form = urllib.parse.parse_qs(body.decode("utf-8", "replace")) if not target else {}
        self.action = target.rpartition(".")[2] or form.get("Action", [""])[0]
        self.role = form.get("RoleArn", [""])[0]
        # Credentials of an assumed role name their account.
        self.account = self.key[4:16] if self.key.startswith("ASIA") else HUB


class Organization:
    """The endpoint with its proxy. Faults are functions of a Call: they may wait, and return
    (status, code) for a call that fails."""

    def __init__(self, binary, folder):
        self.binary, self.folder, self.processes = binary, folder, tools.Processes(folder)
        self.faults = {}
        file = folder / "organization.sg"
        file.write_text(estate())
        port = tools.free_port()
        self.processes.start(binary, "demo", "--serve", "--address", f"127.0.0.1:{port}", "--estate", file)
        self.host = f"127.0.0.1:{port}"
        tools.until("the endpoint answers", self.answers, 30)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.faults["denied"] = lambda call: (403, "AccessDenied") if call.action == "AssumeRole" and f":{DENIED}:" in call.role else None
        self.environment = {"AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "AKIAHUB", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}

    def answers(self):
        self.processes.check()
        with contextlib.suppress(OSError):
            c = http.client.HTTPConnection(self.host, timeout=2)
            c.request("GET", "/")
            return c.getresponse().read() is not None

    def stop(self):
        self.server.shutdown()
        self.processes.stop()

    def handler(outer):
        class Proxy(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                call = Call(self.headers, body)
                for fault in list(outer.faults.values()):
                    if answer := fault(call):
                        return self.fails(*answer)
                c = http.client.HTTPConnection(outer.host, timeout=60)
                c.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k.lower() != "connection"})
                r = c.getresponse()
                self.answer(r.status, r.read(), r.getheader("Content-Type", ""))
                c.close()

            do_GET = do_PUT = do_POST

            def fails(self, status, code):
                text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{code}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
                if self.headers.get("X-Amz-Target"):
                    text = json.dumps({"__type": code, "message": code})
                self.answer(status, text.encode(), "application/x-amz-json-1.1" if text[0] == "{" else "text/xml")

            def answer(self, status, body, kind):
                with contextlib.suppress(ConnectionError):
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Proxy

    def one_run(self):
        """The report of one run over all accounts, as JSON and CSV: what each merge has to give."""
        report, csv = self.folder / "one-run.json", self.folder / "one-run.csv"
        tools.run(self.binary, "audit", "--org", "--role-name", ROLE, "-o", f"json={report}", "-o", f"csv={csv}", code=3, env={**tools.PLAIN, **self.environment})
        text = report.read_text()
        if DENIED not in text or "peer-range-should-be-group" not in text:
            tools.fail("the report of one run has neither the denied account nor a finding across accounts")
        return text, csv.read_text()

    def shards(self, count):
        """The accounts of each shard, as sgaudit plan-shards prints them."""
        lines = tools.run(self.binary, "plan-shards", "--org", "--role-name", ROLE, "--shards", count, env={**tools.PLAIN, **self.environment})
        return {line["shard"]: line["accounts"] for line in map(json.loads, lines.splitlines())}


class Held:
    """A fault that holds the calls in one account until it is let go, so that the task that
    reads this account can be killed in the middle."""

    def __init__(self, organization, account):
        self.reached, self.go = threading.Event(), threading.Event()
        organization.faults[f"held {account}"] = lambda call: self.hold() if call.account == account else None

    def hold(self):
        self.reached.set()
        self.go.wait(600)


class Throttled:
    """A fault that throttles every call in one account until it is let go, or until the file
    exists that the first attempt leaves."""

    def __init__(self, organization, account, left=None):
        self.calls, self.go, self.left = 0, False, left
        organization.faults[f"throttled {account}"] = lambda call: self.throttle() if call.account == account else None

    def throttle(self):
        if not self.go and not (self.left and self.left.exists()):
            self.calls += 1
            return 400, "ThrottlingException"

#!/usr/bin/env python3
"""Invokes the container for AWS Lambda once, with a stand-in for Lambda's runtime API.

    python3 scripts/invoke.py SGAUDIT CONTAINER

SGAUDIT serves the demo account; CONTAINER is a working container of buildah, made of the
image in deploy/lambda (scripts/container.sh makes it). It runs as another user than root,
as in Lambda. It audits one region in the first invocation; the second one has an event
without a region, and has to be answered with an error.
"""

import http.server
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time

EVENTS = ['{"region": "eu-central-1", "fail_on": "high"}', "{}"]
answers = queue.Queue()


class RuntimeAPI(http.server.BaseHTTPRequestHandler):
    """The two calls of the runtime API that a function makes (Lambda developer guide)."""

    def do_GET(self):
        if self.path != "/2018-06-01/runtime/invocation/next" or not EVENTS:
            time.sleep(600)  # there is no further invocation
            return
        body = EVENTS.pop(0).encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", f"request-{len(EVENTS)}")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + 300) * 1000)))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        answers.put((self.path.rsplit("/", 1)[-1], json.loads(body)))

    def log_message(self, *_):
        pass


def fail(said, why):
    said.seek(0)
    sys.exit(f"invoke.py: {why}\n{said.read()}")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    program, container = sys.argv[1:]
    api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), RuntimeAPI)
    api.daemon_threads = True
    threading.Thread(target=api.serve_forever, daemon=True).start()
    demo = subprocess.Popen([program, "demo", "--serve"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    function, said = None, tempfile.TemporaryFile("w+")  # standard error of the function
    try:
        url = next(w for line in demo.stdout for w in line.replace("=", " ").split() if w.startswith("http://127.0.0.1"))
        given = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}", "AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "example",
        }
        flags = [word for key, value in given.items() for word in ("--env", f"{key}={value}")]
        function = subprocess.Popen(["buildah", "run", "--user", "993:990", *flags, container, "/lambda"], stderr=said)
        kind, answer = answers.get(timeout=120)
        if kind != "response" or answer["exit_code"] != 1 or not answer["report"]["findings"]:
            fail(said, f"{kind}: {json.dumps(answer)[:500]}")
        print(f"invoke.py: an invocation is answered with exit code 1 and {len(answer['report']['findings'])} findings")
        kind, answer = answers.get(timeout=120)
        if kind != "error" or "names no region" not in answer["errorMessage"]:
            fail(said, f"{kind}: {json.dumps(answer)[:500]}")
        print("invoke.py: an event without a region is answered with an error")
    except queue.Empty:
        fail(said, "the function gives no answer")
    finally:
        for process in (function, demo):
            if process:
                process.terminate()
                process.wait()


main()

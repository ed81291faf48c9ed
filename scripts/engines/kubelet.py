"""A small kubelet: it runs the containers of pods as processes of this machine, with what their
manifests ask for, and tells the API server what became of them. It hands out credentials as the
agent of EKS Pod Identity does: by a token that each pod has in a file."""

import datetime
import http.server
import json
import os
import re
import secrets
import threading
import time

NAMESPACE = "/api/v1/namespaces/audit"
TOKENS = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Kubelet(threading.Thread):
    def __init__(self, plane, image, volumes, environment, folder):
        """The volumes are folders by the name of their claim."""
        super().__init__(daemon=True)
        self.plane, self.image, self.volumes, self.folder = plane, image, volumes, folder
        self.running = {}  # pod by uid: (name, process, container)
        self.seen = set()
        self.logs = {}  # by the name of a pod
        self.exits = {}  # exit code by the name of a pod
        self.tokens = {}  # the index of a pod by its token
        self.refused = set()  # indexes that get no credentials
        self.fault = None
        self.ended = threading.Event()
        agent = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.agent())
        agent.daemon_threads = True
        threading.Thread(target=agent.serve_forever, daemon=True).start()
        self.environment = {
            **environment,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{agent.server_address[1]}/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{TOKENS}/eks-pod-identity-token",
        }

    def agent(outer):
        class Agent(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                index = outer.tokens.get(self.headers.get("Authorization"))
                refused = index is None or index in outer.refused
                later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
                body = {"code": "AccessDeniedException", "message": "refused"} if refused else {"AccessKeyId": f"AKIAINDEX{index}", "SecretAccessKey": "secret", "Token": "token", "Expiration": later}
                self.send_response(403 if refused else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_):
                pass

        return Agent

    def run(self):
        while not self.ended.is_set():
            try:
                self.pass_over()
            except Exception as e:  # of the thread: the step looks at it
                self.fault = e
                return
            time.sleep(0.3)

    def stop(self):
        self.ended.set()
        self.join(10)
        for _, process, _ in self.running.values():
            process.kill()
            process.wait()

    def pass_over(self):
        pods = {p["metadata"]["uid"]: p for p in self.plane.ask("GET", f"{NAMESPACE}/pods")["items"]}
        for uid, pod in pods.items():
            if uid not in self.seen and "deletionTimestamp" not in pod["metadata"]:
                self.seen.add(uid)
                self.start_pod(pod)
            elif uid in self.running and "deletionTimestamp" in pod["metadata"]:
                self.running[uid][1].terminate()
        for uid, (name, process, container) in list(self.running.items()):
            if uid not in pods:  # deleted at once
                process.kill()
            if process.poll() is None:
                continue
            del self.running[uid]
            # A process that a signal has ended has 128 and the signal as its exit code.
            code = process.returncode if process.returncode >= 0 else 128 - process.returncode
            self.exits[name] = code
            self.report(name, "Failed" if code else "Succeeded", container, {"terminated": {"exitCode": code, "reason": "Error" if code else "Completed", "finishedAt": now()}})
        for uid, pod in pods.items():
            if "deletionTimestamp" in pod["metadata"] and uid not in self.running:
                self.plane.ask("DELETE", f"{NAMESPACE}/pods/{pod['metadata']['name']}", {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0})

    def report(self, name, phase, container, state):
        status = {"phase": phase, "containerStatuses": [{"name": container["name"], "image": container["image"], "imageID": "", "ready": "running" in state, "restartCount": 0, "state": state}]}
        self.plane.ask("PATCH", f"{NAMESPACE}/pods/{name}/status", {"status": status}, "application/strategic-merge-patch+json")

    def start_pod(self, pod):
        meta, spec = pod["metadata"], pod["spec"]
        (container,) = spec["containers"]
        index = meta.get("labels", {}).get("batch.kubernetes.io/job-completion-index", "")
        env = {**self.environment, **{e["name"]: self.value(e, meta) for e in container.get("env", [])}}
        of_pod, own = spec.get("securityContext", {}), container.get("securityContext", {})
        user = own.get("runAsUser", of_pod.get("runAsUser"))
        claims = {v["name"]: v["persistentVolumeClaim"]["claimName"] for v in spec.get("volumes", []) if "persistentVolumeClaim" in v}
        if len(claims) != len(spec.get("volumes", [])):
            raise ValueError(f"{meta['name']} has a volume that is not of a claim: {spec['volumes']}")
        mounts = {m["mountPath"]: self.volumes[claims[m["name"]]] for m in container.get("volumeMounts", []) if m["name"] in claims}
        group = of_pod.get("fsGroup")
        for folder in mounts.values():
            if group is not None:
                os.chown(folder, -1, group)
                folder.chmod(0o2775)
        token = secrets.token_hex(16)
        place = self.folder / meta["name"]
        place.mkdir()
        (place / "eks-pod-identity-token").write_text(token)
        os.chown(place / "eks-pod-identity-token", user or 0, -1)
        (place / "eks-pod-identity-token").chmod(0o400)
        self.tokens[token] = index
        self.logs[meta["name"]] = place.with_suffix(".log")
        # Without runAsGroup the group is 0, and that of the volume is added.
        process = self.image.start(
            container.get("args"), env, {**mounts, TOKENS: place}, self.logs[meta["name"]],
            user=None if user is None else f"{user}:{own.get('runAsGroup', of_pod.get('runAsGroup', 0))}",
            groups=[] if group is None else [group], read_only=own.get("readOnlyRootFilesystem", False),
        )
        self.running[meta["uid"]] = (meta["name"], process, container)
        self.report(meta["name"], "Running", container, {"running": {"startedAt": now()}})

    @staticmethod
    def value(variable, meta):
        """The value of an environment variable, where need be from a label or an annotation."""
        if "valueFrom" not in variable:
            return variable.get("value", "")
        path = variable["valueFrom"]["fieldRef"]["fieldPath"]
        kind, key = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path).groups()
        return meta.get(kind, {}).get(key, "")

    def pods_of(self, index):
        """The names of the pods that an index has had, in their order."""
        return [name for name in self.logs if re.search(rf"-{index}-[a-z0-9]{{5}}$", name)]

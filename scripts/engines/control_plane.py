"""Kubernetes' own API server and controller manager, built from their module, with etcd. There
is no node and no scheduler: kubelet.py runs the pods."""

import json
import os
import pathlib
import shutil
import ssl
import urllib.error
import urllib.request

import tools

VERSION = "1.34.4"
PROGRAMS = ["kube-apiserver", "kube-controller-manager", "kubectl"]
CONTROLLERS = "job-controller,cronjob-controller,namespace-controller,garbage-collector-controller,ttl-after-finished-controller,serviceaccount-controller"


def binaries(folder):
    """Returns the programs of Kubernetes by name. What the folder does not hold is built into it,
    which takes some 12 minutes of one core; kubectl of the machine is taken where there is one."""
    folder = pathlib.Path(folder)
    found = {name: folder / name for name in PROGRAMS}
    if not found["kubectl"].exists() and shutil.which("kubectl"):
        found["kubectl"] = pathlib.Path(shutil.which("kubectl"))
    missing = [name for name, file in found.items() if not file.exists()]
    if missing:
        print(f"kubernetes: building {', '.join(missing)} {VERSION} into {folder}", flush=True)
        build(folder, missing)
    return found


def build(folder, programs):
    tools.need("go", "golang-go")
    place = folder / "build"
    place.mkdir(parents=True, exist_ok=True)
    module = json.loads(tools.run("go", "mod", "download", "-json", f"k8s.io/kubernetes@v{VERSION}", cwd=place, timeout=600))
    mod = json.loads(tools.run("go", "mod", "edit", "-json", module["GoMod"]))
    # The module replaces its staging modules by folders; as released they have a version of their own.
    staging = [r["Old"]["Path"] for r in mod["Replace"] if r["New"]["Path"].startswith("./staging")]
    (place / "go.mod").write_text(f"module controlplane\n\ngo {mod['Go']}\n\nrequire k8s.io/kubernetes v{VERSION}\n\nreplace (\n" + "".join(f"\t{m} => {m} v0{VERSION[1:]}\n" for m in staging) + ")\n")
    (place / "programs.go").write_text("//go:build programs\n\npackage programs\n\nimport (\n" + "".join(f'\t_ "k8s.io/kubernetes/cmd/{p}"\n' for p in PROGRAMS) + ")\n")
    env = {**tools.PLAIN, "CGO_ENABLED": "0", "GOFLAGS": "-p=1"}
    tools.run("go", "mod", "tidy", cwd=place, env=env, timeout=1200)
    for program in programs:
        # Whole only: a build that was interrupted must not be taken for a program.
        tools.run("nice", "-n", "19", "go", "build", "-trimpath", "-ldflags", f"-s -w -X k8s.io/component-base/version.gitVersion=v{VERSION}", "-o", place / program, f"k8s.io/kubernetes/cmd/{program}", cwd=place, env=env, timeout=7200)
        os.replace(place / program, folder / program)


class ControlPlane:
    """A control plane on loopback, with one administrator."""

    def __init__(self, programs, folder):
        tools.need("etcd", "etcd-server")
        tools.need("openssl", "openssl")
        self.programs, self.processes = programs, tools.Processes(folder)
        etcd, peers, port = (tools.free_port() for _ in range(3))
        client, peer = f"http://127.0.0.1:{etcd}", f"http://127.0.0.1:{peers}"
        tools.run("openssl", "genrsa", "-out", folder / "accounts.key", "2048")
        tools.run("openssl", "rsa", "-in", folder / "accounts.key", "-pubout", "-out", folder / "accounts.pub")
        (folder / "tokens.csv").write_text('token,admin,1,"system:masters"\n')
        self.processes.start("etcd", "--data-dir", folder / "etcd", "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}", "--unsafe-no-fsync")
        self.processes.start(
            programs["kube-apiserver"], f"--etcd-servers={client}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", f"--secure-port={port}",
            f"--cert-dir={folder}/certificates", "--service-account-issuer=https://kubernetes", f"--service-account-key-file={folder}/accounts.pub",
            f"--service-account-signing-key-file={folder}/accounts.key", f"--token-auth-file={folder}/tokens.csv", "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24",
        )
        self.url = f"https://127.0.0.1:{port}"
        certificate = folder / "certificates/apiserver.crt"
        tools.until("the API server has its certificate", lambda: self.processes.check() or certificate.exists(), 120)
        self.tls = ssl.create_default_context(cafile=str(certificate))
        self.config = folder / "kubeconfig"
        self.config.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "engines",
            "clusters": [{"name": "engines", "cluster": {"server": self.url, "certificate-authority": str(certificate)}}],
            "users": [{"name": "admin", "user": {"token": "token"}}],
            "contexts": [{"name": "engines", "context": {"cluster": "engines", "user": "admin", "namespace": "audit"}}],
        }))
        tools.until("the API server is ready", self.ready, 180)
        self.processes.start(programs["kube-controller-manager"], f"--kubeconfig={self.config}", "--leader-elect=false", f"--controllers={CONTROLLERS}", f"--secure-port={tools.free_port()}", "--bind-address=127.0.0.1", f"--cert-dir={folder}/certificates-of-controllers")

    def ready(self):
        self.processes.check()
        try:
            return self.ask("GET", "/readyz", plain=True) == "ok"
        except OSError:
            return False

    def ask(self, method, path, body=None, kind="application/json", plain=False):
        """One call of the API. A resource that is gone or has changed meanwhile gives None."""
        request = urllib.request.Request(self.url + path, method=method, data=json.dumps(body).encode() if body else None, headers={"Authorization": "Bearer token", "Content-Type": kind})
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=30) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as e:
            if e.code in (404, 409):
                return None
            raise
        return text if plain else json.loads(text)

    def sh(self, line):
        """Runs a line of a page, with kubectl at hand."""
        where = self.programs["kubectl"].parent
        return tools.run("sh", "-c", line, env={**tools.PLAIN, "KUBECONFIG": str(self.config), "PATH": f"{where}:{tools.PLAIN['PATH']}"}, timeout=600)

    def kubectl(self, *words, **options):
        self.processes.check()
        return tools.run(self.programs["kubectl"], f"--kubeconfig={self.config}", *words, **options)

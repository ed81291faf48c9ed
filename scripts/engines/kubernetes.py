"""deploy/kubernetes as it is, on the API server and the controllers of Kubernetes: the Indexed
Job, the merge, and both CronJobs. Each of the 50 pods runs the program as its container would."""

import json
import os
import shutil
import time

import control_plane
import tools
from container import Image
from kubelet import Kubelet
from organization import Held, Throttled
from tools import expect, until

MANIFESTS = tools.DEPLOY / "kubernetes"

# Beside the manifests: the namespace, with the strictest of the pod security standards.
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "audit", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}


class Cluster:
    """A control plane, and one kubelet for all pods."""

    def __init__(self, organization, folder, programs):
        tools.need_root("the kubelet of the test (it mounts volumes and runs pods as their users)")
        self.plane = control_plane.ControlPlane(programs, folder)
        self.volume = folder / "volume"
        self.volume.mkdir()
        pods = folder / "pods"
        pods.mkdir()
        self.plane.kubectl("apply", "-f", "-", input=json.dumps(NAMESPACE))
        self.plane.kubectl("apply", "-f", MANIFESTS / "serviceaccount.yaml", "-f", MANIFESTS / "pvc.yaml")
        until("the default service account", lambda: self.plane.ask("GET", "/api/v1/namespaces/audit/serviceaccounts/default"))
        image = Image(tools.DEPLOY / "container/Dockerfile", organization.binary, folder / "image", ["/parts", "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"])
        self.kubelet = Kubelet(self.plane, image, {"sgaudit-parts": self.volume}, {"AWS_ENDPOINT_URL": organization.url}, pods)
        self.kubelet.start()

    def stop(self):
        self.kubelet.stop()
        self.plane.processes.stop()

    def check(self):
        """Ends the script if a part of the cluster has failed."""
        if self.kubelet.fault:
            raise self.kubelet.fault
        self.plane.processes.check()

    def job(self, name):
        self.check()
        return self.plane.ask("GET", f"/apis/batch/v1/namespaces/audit/jobs/{name}")

    def end_of(self, name, seconds=400):
        """The status of a job that has ended, and the type and reason of its last condition."""
        def ended():
            status = (self.job(name) or {}).get("status", {})
            for c in status.get("conditions", []):
                if c["type"] in ("Complete", "Failed"):
                    return status, (c["type"], c.get("reason", ""))
        return until(f"the end of job {name}", ended, seconds, 0.5)

    def wait_as_the_page_says(self, job):
        """Runs the loop of the README, which has to end when the job has, and not before."""
        (loop,) = [line.strip() for line in (MANIFESTS / "README.md").read_text().splitlines() if line.startswith("    until ")]
        self.plane.sh(loop.replace("sleep 10", "sleep 1"))
        return self.end_of(job, 0)

    def log_of(self, job):
        """What the one pod of a job has said."""
        (name,) = [n for n in self.kubelet.logs if n.startswith(job + "-")]
        return self.kubelet.logs[name].read_text()

    def remove(self, *jobs):
        """Deletes jobs, and waits until their pods are gone."""
        self.plane.kubectl("delete", "job", "--cascade=foreground", *jobs)
        until("the pods of deleted jobs are gone", lambda: not self.plane.ask("GET", "/api/v1/namespaces/audit/pods")["items"])
        self.kubelet.logs.clear()
        self.kubelet.exits.clear()

    def tries(self, index):
        """The exit codes of the pods of an index."""
        return [self.kubelet.exits.get(name) for name in self.kubelet.pods_of(index)]


def indexed_job(cluster, organization, one_run, one_csv):
    shard = {account: s for s, accounts in organization.shards(50).items() for account in accounts}
    index = lambda account: int(shard[account].split("/")[0]) - 1
    refused, evicted, throttled, denied = (index(f"1000000000{n:02d}") for n in (2, 8, 3, 5))

    hold, throttle = Held(organization, "100000000008"), Throttled(organization, "100000000003")
    cluster.kubelet.refused.add(str(refused))
    cluster.plane.kubectl("apply", "-f", MANIFESTS / "job.yaml")
    until("the pod that is to be evicted begins", lambda: cluster.check() or hold.reached.is_set(), 180)
    (pod,) = cluster.kubelet.pods_of(evicted)
    cluster.plane.ask("POST", f"/api/v1/namespaces/audit/pods/{pod}/eviction", {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}})
    until("the evicted pod has ended", lambda: cluster.check() or cluster.tries(evicted)[0] is not None)
    hold.go.set()
    until("the first pod of the throttled index has ended", lambda: (cluster.tries(throttled) or [None])[0] is not None, 180)
    throttle.go = True

    status, end = cluster.wait_as_the_page_says("sgaudit")
    expect("kubernetes: end of the job", end, ("Failed", "FailedIndexes"))
    expect("kubernetes: failed indexes", status["failedIndexes"], str(refused))
    expect("kubernetes: pods that succeeded", status["succeeded"], 49)
    expect("kubernetes: exit codes of the index without credentials: no other try", cluster.tries(refused), [2])
    expect("kubernetes: exit codes of the throttled index: another try", cluster.tries(throttled), [3, 0])
    expect("kubernetes: exit codes of the index with the denied account: no other try", cluster.tries(denied), [0])
    expect("kubernetes: tries of the index that was evicted", (len(cluster.tries(evicted)), cluster.tries(evicted)[-1]), (2, 0))

    cluster.plane.kubectl("apply", "-f", MANIFESTS / "merge.yaml")
    _, end = cluster.end_of("sgaudit-merge")
    expect("kubernetes: end of the merge without a shard", end, ("Failed", "BackoffLimitExceeded"))
    tools.missing_shards("kubernetes", cluster.volume / "report.json", [f"{refused + 1}/50"])
    if f"shard {refused + 1}/50 has no part" not in cluster.log_of("sgaudit-merge"):
        tools.fail("kubernetes: the log of the merge does not name the shard")
    print(f"kubernetes: 50 pods; index {refused} had no credentials and was not tried again, {throttled} was throttled and tried again, {evicted} evicted and not counted; the merge names shard {refused + 1}/50")

    cluster.kubelet.refused.clear()
    cluster.remove("sgaudit", "sgaudit-merge")
    cluster.plane.kubectl("apply", "-f", MANIFESTS / "job.yaml")
    _, end = cluster.wait_as_the_page_says("sgaudit")
    expect("kubernetes: end of the second job", end[0], "Complete")
    cluster.plane.kubectl("apply", "-f", MANIFESTS / "merge.yaml")
    cluster.end_of("sgaudit-merge")
    expect("kubernetes: exit code of the merge (one account is denied)", list(cluster.kubelet.exits.values())[-1], 3)
    tools.same_report("kubernetes", cluster.volume / "report.json", one_run)
    expect("kubernetes: the findings as CSV are those of one run", (cluster.volume / "findings.csv").read_text() == one_csv, True)
    print("kubernetes: the same Job again: the bytes of one run")


def cron_jobs(cluster, one_run):
    """Applies the CronJobs, and moves their hours to the next minute: nothing else is changed. The
    merge begins first, beside the parts of another night, and has to wait for the shards."""
    for file in ("report.json", "findings.csv"):
        (cluster.volume / file).unlink()
    cluster.remove("--all")
    shutil.copytree(cluster.volume / "sgaudit", cluster.volume / "nightly")
    last_night = time.time() - 24 * 3600
    for part in (cluster.volume / "nightly").iterdir():
        os.utime(part, (last_night, last_night))
    shutil.chown(cluster.volume / "nightly", 65532, 65532)
    cluster.plane.kubectl("apply", "-f", MANIFESTS / "cronjob.yaml")
    started = {}
    for name in ("sgaudit-merge", "sgaudit"):
        change = lambda spec: cluster.plane.kubectl("patch", "cronjob", name, "-p", json.dumps({"spec": spec}))
        change({"schedule": "* * * * *"})
        jobs = lambda: [j["metadata"]["name"] for j in cluster.plane.ask("GET", "/apis/batch/v1/namespaces/audit/jobs")["items"] if j["metadata"].get("ownerReferences", [{}])[0].get("name") == name]
        until(f"CronJob {name} starts a job", lambda: cluster.plane.processes.check() or jobs(), 120)
        change({"suspend": True})
        started[name] = jobs()[0]
        if name == "sgaudit-merge":
            waiting = "waiting for the shards: none has a part yet"
            until("the merge waits", lambda: cluster.check() or any(n.startswith(started[name]) and waiting in log.read_text() for n, log in cluster.kubelet.logs.items() if log.exists()), 120)
    for name, type_of_end in (("sgaudit", "Complete"), ("sgaudit-merge", "Failed")):
        _, end = cluster.end_of(started[name])
        expect(f"kubernetes: end of the job of CronJob {name}", end[0], type_of_end)
    expect("kubernetes: exit code of the merge of the CronJob (one account is denied)", [code for n, code in cluster.kubelet.exits.items() if n.startswith(started["sgaudit-merge"])], [3])
    tools.same_report("kubernetes, CronJob", cluster.volume / "report.json", one_run)
    print("kubernetes: both CronJobs, started by their controller, the merge first, beside the parts of last night: the bytes of one run")


def step(organization, folder, programs):
    one_run, one_csv = organization.one_run()
    cluster = Cluster(organization, folder, control_plane.binaries(programs))
    try:
        indexed_job(cluster, organization, one_run, one_csv)
        cron_jobs(cluster, one_run)
    finally:
        cluster.stop()

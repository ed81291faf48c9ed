"""The job definitions of deploy/batch/batch.yaml, registered on moto, which runs no containers:
this script starts the children of the array, each with its index, by the retry strategy and in
the container of the definition."""

import concurrent.futures
import fnmatch
import os

import template
import tools
from container import Image
from emulated import Moto, REGION
from organization import Throttled
from tools import expect

SHARDS = 7


def small(value):
    """The properties of CloudFormation as the API of AWS Batch writes them."""
    if isinstance(value, dict):
        return {k if k.startswith("awslogs") else k[0].lower() + k[1:]: small(v) for k, v in value.items()}
    return [small(v) for v in value] if isinstance(value, list) else value


class Definition:
    """A job definition, and what AWS Batch makes of it for a job."""

    def __init__(self, described, image, folder):
        self.described, self.container, self.image, self.folder = described, described["containerProperties"], image, folder

    def command(self, parameters):
        values = {**self.described.get("parameters", {}), **parameters}
        return [values[w.removeprefix("Ref::")] if w.startswith("Ref::") else w for w in self.container["command"]]

    def again(self, code):
        """Whether another attempt follows one that ended with this exit code: the first rule
        that matches says so, and without one there is another attempt."""
        for rule in self.described.get("retryStrategy", {}).get("evaluateOnExit", []):
            if fnmatch.fnmatch(str(code), rule.get("onExitCode", "*")) and fnmatch.fnmatch("Essential container in task exited", rule.get("onReason", "*")):
                return rule["action"].upper() == "RETRY"
        return True

    def run(self, parameters, env, log):
        """One job: its attempts one after another. It returns their exit codes."""
        codes = []
        (point,) = self.container["mountPoints"]
        while len(codes) < self.described.get("retryStrategy", {}).get("attempts", 1) and (not codes or codes[-1] and self.again(codes[-1])):
            env = {**env, "AWS_BATCH_JOB_ATTEMPT": str(len(codes) + 1), "AWS_REGION": REGION}
            process = self.image.start(self.command(parameters), env, {point["containerPath"]: self.folder}, log, user=self.container["user"] + ":0", read_only=self.container["readonlyRootFilesystem"])
            codes.append(process.wait(300))
        return codes


def definitions(folder, image, parts):
    """Registers both job definitions, which holds their properties to the API's model."""
    moto = Moto(folder)
    try:
        text = template.load(tools.DEPLOY / "batch/batch.yaml")
        client = moto.client("batch")
        for name in ("ShardJob", "MergeJob"):
            client.register_job_definition(**small(template.resolve(text, {"Shards": SHARDS}, text["Resources"][name]["Properties"])))
        return {d["jobDefinitionName"]: Definition(d, image, parts) for d in client.describe_job_definitions()["jobDefinitions"]}
    finally:
        moto.stop()


def step(organization, folder):
    tools.need_root("the containers of AWS Batch (they have mounts and users of their own)")
    one_run, _ = organization.one_run()
    parts = folder / "parts"
    parts.mkdir()
    os.chown(parts, 65532, 65532)  # the access point of the template does so
    parts.chmod(0o700)
    known = definitions(folder, Image(tools.DEPLOY / "container/Dockerfile", organization.binary, folder / "image", ["/parts"]), parts)

    shard = {account: s for s, accounts in organization.shards(SHARDS).items() for account in accounts}
    index = lambda account: int(shard[account].split("/")[0]) - 1
    refused, throttled, denied = (index(f"1000000000{n:02d}") for n in (1, 3, 5))
    night = {"target": "part=/parts/2026-11-26/"}  # the parameters of the page

    def child(i, env):
        return known["sgaudit-shard"].run(night, {**env, "AWS_BATCH_JOB_ARRAY_INDEX": str(i)}, folder / f"child-{i}.log")

    part = parts / "2026-11-26" / f"part-{throttled + 1}-of-{SHARDS}.json.zst"
    Throttled(organization, "100000000003", part)  # the second attempt begins at once
    with concurrent.futures.ThreadPoolExecutor(SHARDS) as pool:
        no_keys = {k: v for k, v in organization.environment.items() if "KEY" not in k}
        jobs = {i: pool.submit(child, i, no_keys if i == refused else organization.environment) for i in range(SHARDS)}
        codes = {i: job.result() for i, job in jobs.items()}
    expect("batch: exit codes of the attempts of each child", codes, {**{i: [0] for i in range(SHARDS)}, refused: [2], throttled: [3, 0]})

    def merge(report):
        return known["sgaudit-merge"].run({"parts": "/parts/2026-11-26/", "report": f"json=/parts/{report}"}, organization.environment, folder / "merge.log")

    expect("batch: exit code of the merge without a shard", merge("2026-11-26.json")[0], 3)
    tools.missing_shards("batch", parts / "2026-11-26.json", [shard["100000000001"]])
    expect("batch: the child again, with credentials", child(refused, organization.environment), [0])
    expect("batch: exit code of the merge (one account is denied)", merge("again.json")[0], 3)
    tools.same_report("batch", parts / "again.json", one_run)
    print(f"batch: {SHARDS} children of the job definition; {throttled} was throttled and tried again, {denied} is denied and was not, {refused} had no credentials and was not; the merge names its shard, and with it makes the bytes of one run (containers by this script)")

"""The state machine of deploy/step-functions, carried out by moto's interpreter: its Distributed
Map reads the list of sgaudit plan-shards from S3 and starts a task of ECS for each line. moto
runs no containers: this script runs the command of each task that was started, and stops it.
moto does not look at exit codes, so that the retries of the state machine are not tried."""

import json
import os
import pathlib
import subprocess

import template
import tools
from container import Image
from emulated import Moto
from tools import expect, until

INTERPRETER = pathlib.Path(__file__).with_name("interpreter.py")
SHARDS, RUN = 50, "2026-11-26"


def start(moto, lines):
    """Starts an execution with what the page says, and returns its ARN."""
    text = template.load(tools.DEPLOY / "step-functions/state-machine.yaml")
    _, subnets, group = moto.network()
    ecs = moto.client("ecs")
    cluster = ecs.create_cluster(clusterName="audit")["cluster"]["clusterArn"]
    task = ecs.register_task_definition(
        family="sgaudit", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="512", memory="2048",
        containerDefinitions=[{"name": "sgaudit", "image": "ghcr.io/sgaudit/sgaudit:1.2.3", "memory": 2048, "readonlyRootFilesystem": True}],
    )["taskDefinition"]["taskDefinitionArn"]
    values = {"ClusterArn": cluster, "TaskDefinitionArn": task, "Subnets": subnets, "SecurityGroup": group, "Bucket": "shards"}
    machine = text["Resources"]["Machine"]["Properties"]
    definition = json.dumps(machine["Definition"])
    for name, value in template.resolve(text, values, machine["DefinitionSubstitutions"]).items():
        definition = definition.replace("${%s}" % name, value)
    # moto's interpreter knows no JSONL yet: it gets the same items as a list.
    definition = definition.replace('"InputType": "JSONL"', '"InputType": "JSON"')
    lines = json.dumps([json.loads(line) for line in lines.splitlines()])
    if "${" in definition:
        tools.fail("the state machine has a substitution without a value")
    s3 = moto.client("s3")
    s3.create_bucket(Bucket="shards", CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    s3.put_object(Bucket="shards", Key="shards.jsonl", Body=lines.encode())
    states = moto.client("stepfunctions")
    arn = states.create_state_machine(name="sgaudit", definition=definition, roleArn="arn:aws:iam::123456789012:role/states")["stateMachineArn"]
    return states.start_execution(stateMachineArn=arn, input=json.dumps({"key": "shards.jsonl", "run": RUN}))["executionArn"]


class Tasks:
    """Runs the commands of the tasks that moto has started, at most so many at once."""

    def __init__(self, moto, image, parts, environment, folder, most):
        self.ecs, self.image, self.parts, self.environment, self.folder, self.most = moto.client("ecs"), image, parts, environment, folder, most
        self.running, self.commands, self.codes, self.at_once = {}, [], [], 0

    def pass_over(self):
        begun = {task for task, _ in self.running.items()}
        arns = [a for a in self.ecs.list_tasks(cluster="audit", desiredStatus="RUNNING")["taskArns"] if a not in begun]
        for task in self.ecs.describe_tasks(cluster="audit", tasks=arns)["tasks"] if arns else []:
            (override,) = task["overrides"]["containerOverrides"]
            expect("step functions: the container that a task is about", override["name"], "sgaudit")
            self.commands.append(override["command"])
            log = self.folder / f"task-{len(self.commands)}.log"
            self.running[task["taskArn"]] = self.image.start(override["command"], self.environment, {"/parts": self.parts}, log)
        self.at_once = max(self.at_once, len(self.running))
        for arn, process in list(self.running.items()):
            if process.poll() is not None:
                self.codes.append(process.returncode)
                self.ecs.stop_task(cluster="audit", task=arn, reason=f"exit code {process.returncode}")
                del self.running[arn]

    def stop(self):
        for process in self.running.values():
            process.kill()


def step(organization, folder):
    tools.need_root("the containers of ECS (they have mounts and users of their own)")
    one_run, _ = organization.one_run()
    parts = folder / "parts"
    parts.mkdir()
    os.chown(parts, 65532, 65532)
    environment = {**tools.PLAIN, **organization.environment}
    lines = subprocess.run([organization.binary, "plan-shards", "--org", "--role-name", "sgaudit", "--shards", str(SHARDS)], env=environment, capture_output=True, text=True, check=True).stdout
    shards = [json.loads(line)["shard"] for line in lines.splitlines()]

    moto = Moto(folder, [INTERPRETER], **{"config": {"stepfunctions": {"execute_state_machine": True}}, "state-manager/set-transition": {"model_name": "ecs::task", "transition": {"progression": "manual", "times": 1_000_000}}})
    image = Image(tools.DEPLOY / "container/Dockerfile", organization.binary, folder / "image", ["/parts"])
    tasks = Tasks(moto, image, parts, organization.environment, folder, 10)
    try:
        execution = start(moto, lines)
        states = moto.client("stepfunctions")

        def ended():
            tasks.pass_over()
            now = states.describe_execution(executionArn=execution)
            return now if now["status"] != "RUNNING" else None

        last = until("the execution ends", ended, 150)
        expect("step functions: status of the execution: " + last.get("cause", ""), last["status"], "SUCCEEDED")
    finally:
        tasks.stop()
        moto.stop()
    audit = lambda shard: ["audit", "--org", "--role-name", "sgaudit", "--shard", shard, "--engine", "--output", f"part=/parts/{RUN}/"]
    expect("step functions: commands of the map", sorted(tasks.commands[:-1]), sorted(map(audit, shards)))
    expect("step functions: the last command", tasks.commands[-1], ["merge", f"/parts/{RUN}/", "--output", f"json=/parts/{RUN}.json", "--output", "table"])
    if tasks.at_once > 10:
        tools.fail(f"step functions: {tasks.at_once} tasks at once")
    expect("step functions: exit codes", tasks.codes, [0] * len(shards) + [3])
    tools.same_report("step functions", parts / f"{RUN}.json", one_run)
    print(f"step functions: {len(shards)} tasks of the Distributed Map with the lines of plan-shards, and the merge: the bytes of one run (moto; containers by this script)")

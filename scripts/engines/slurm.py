"""deploy/slurm/audit.sbatch as it is, on a Slurm of one node: a controller, a node, and munge."""

import os
import pathlib
import re
import signal
import socket

import tools
from organization import Held, Throttled
from tools import expect, run, until

SCRIPT = tools.DEPLOY / "slurm/audit.sbatch"


class Slurm:
    """The daemons, in a folder of their own: nothing of the machine's Slurm is used."""

    def __init__(self, folder, environment):
        tools.need_root("Slurm (its node starts tasks as other users)")
        for program, packages in {"slurmctld": ["slurm-wlm", "slurm-wlm-basic-plugins"], "munged": ["munge"]}.items():
            tools.need(program, *packages)
        self.processes = tools.Processes(folder)
        self.work = folder / "work"  # on the file system that the nodes share
        self.work.mkdir()
        host = socket.gethostname()
        key, secret = folder / "munge.key", folder / "munge.socket"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        conf = folder / "slurm.conf"
        conf.write_text(f"""ClusterName=engines
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort={tools.free_port()}
SlurmdPort={tools.free_port()}
AuthType=auth/munge
AuthInfo=socket={secret},cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_min_interval=200000
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
KillWait=5
MinJobAge=3600
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=10
PartitionName=p Nodes=ALL Default=YES
""")
        self.environment = {**tools.PLAIN, **environment, "SLURM_CONF": str(conf)}
        for name in ("state", "spool"):
            (folder / name).mkdir()
        munge = ["--force", "--foreground", "--key-file", key, "--socket", secret, "--pid-file", folder / "munged.pid", "--log-file", folder / "munged.log", "--seed-file", folder / "munged.seed"]
        self.processes.start("munged", *munge)
        until("munge has its socket", secret.exists, 20)
        self.processes.start("slurmctld", "-D", "-f", conf, env=self.environment)
        self.processes.start("slurmd", "-D", "-f", conf, "-N", host, env=self.environment)
        until("the node is idle", lambda: "idle" in self.does("sinfo", "-h", "-o", "%T"), 60)

    def does(self, *words, **more):
        self.processes.check()
        return run(*words, cwd=self.work, env={**self.environment, **more})

    def submit(self, *words, **more):
        """sbatch as the README has it."""
        return self.does("sbatch", "--parsable", *words, **more).strip()

    def process(self, job, task):
        """The process of sgaudit of a task that is under way."""
        def find():
            for place in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    variables = (place / "environ").read_bytes().split(b"\0")
                    if f"SLURM_ARRAY_JOB_ID={job}".encode() in variables and f"SLURM_ARRAY_TASK_ID={task}".encode() in variables and f"SLURM_CONF={self.environment['SLURM_CONF']}".encode() in variables and (place / "comm").read_text() == "sgaudit\n":
                        return int(place.name)
                except OSError:  # it has ended
                    continue
        return until(f"the process of task {task}", find)

    def exit_codes(self, job):
        """The state and exit code of each task of a job that has ended, by its index."""
        def ended():
            records = [dict(re.findall(r"(\w+)=(\S*)", r)) for r in self.does("scontrol", "--oneliner", "show", "job", job).splitlines()]
            if all(r["JobState"] in ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL") for r in records):
                return {r.get("ArrayTaskId", ""): (r["JobState"], int(r["ExitCode"].split(":")[0]), int(r["Restarts"])) for r in records}
        return until(f"job {job} has ended", ended, 400, 1)

    def merge(self, array, report):
        """The merge of the README, after the last task. It returns its exit code and what it said."""
        job = self.submit(f"--dependency=afterany:{array[0]}", "--wrap", f"sgaudit merge run-{array[1]}/ -o json={report} -o table")
        _, code, _ = self.exit_codes(job)[""]
        return code, (self.work / f"slurm-{job}.out").read_text()


def step(organization, folder):
    one_run, _ = organization.one_run()
    shard = {account: s for s, accounts in organization.shards(50).items() for account in accounts}
    task = lambda account: int(shard[account].split("/")[0]) - 1
    requeued, dead, throttled = "100000000008", "100000000012", "100000000003"

    binary = folder / "bin"
    binary.mkdir()
    (binary / "sgaudit").symlink_to(organization.binary)
    slurm = Slurm(folder, {**organization.environment, "PATH": f"{binary}:{tools.PLAIN['PATH']}"})
    try:
        holds = {a: Held(organization, a) for a in (requeued, dead)}
        throttle = Throttled(organization, throttled)
        job = slurm.submit(SCRIPT)
        for hold in holds.values():
            if not hold.reached.wait(120):
                tools.fail("slurm: a task that was to be killed did not begin")
        slurm.does("scontrol", "requeue", f"{job}_{task(requeued)}")
        os.kill(slurm.process(job, task(dead)), signal.SIGKILL)  # as a node does that runs out of memory
        part = lambda account: slurm.work / f"run-{job}" / "part-{:02d}-of-50.json.zst".format(task(account) + 1)
        until("the throttled task has left its first part", part(throttled).exists)
        throttle.go = True
        until("the killed task has ended", lambda: "JobState=FAILED" in slurm.does("scontrol", "show", "job", f"{job}_{task(dead)}"))
        for hold in holds.values():
            hold.go.set()

        code, said = slurm.merge((job, job), "report.json")
        tasks = slurm.exit_codes(job)
        expect("slurm: tasks", len(tasks), 50)
        # The last record of a task is the one after its restart.
        expect("slurm: tasks that did not end with 0", {t: r for t, r in tasks.items() if r[:2] != ("COMPLETED", 0)}, {str(task(dead)): ("FAILED", 137, 0)})
        expect("slurm: tasks that began again", {t for t, r in tasks.items() if r[2]}, {str(task(requeued))})
        expect("slurm: exit code of the merge without the killed task", code, 3)
        tools.missing_shards("slurm", slurm.work / "report.json", [shard[dead]])
        if f"shard {shard[dead]} has no part" not in said:
            tools.fail(f"slurm: the log of the merge does not name {shard[dead]}:\n{said}")
        log = (slurm.work / f"sgaudit-{job}_{task(throttled)}.log").read_text()
        expect("slurm: tries of the throttled task", log.count(" of 12 accounts is in "), 2)

        again = slurm.submit(f"--array={task(dead)}", SCRIPT, SGAUDIT_RUN=f"run-{job}")
        code, _ = slurm.merge((again, job), "again.json")
        expect("slurm: exit code of the merge of all parts (one account is denied)", code, 3)
        tools.same_report("slurm", slurm.work / "again.json", one_run)
        print(f"slurm: 50 tasks; {task(requeued)} was requeued, {task(throttled)} throttled and tried again, {task(dead)} killed, named by the merge and run again: the bytes of one run")

        seven = slurm.submit("--array=0-6", SCRIPT, SGAUDIT_SHARDS="7")
        code, _ = slurm.merge((seven, seven), "seven.json")
        expect("slurm: exit code of the merge of 7 shards", code, 3)
        tools.same_report("slurm, 7 tasks", slurm.work / "seven.json", one_run)
        print("slurm: an array of 7: the bytes of one run")
    finally:
        slurm.processes.stop()

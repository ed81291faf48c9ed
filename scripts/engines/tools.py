"""What the steps share: programs that have to be there, processes, and the report of one run."""

import importlib.util
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"

# Nothing of the caller's AWS settings reaches a program that a step starts.
PLAIN = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SLURM_", "SGAUDIT_", "KUBE")) and not k.lower().endswith("_proxy")}


def fail(text):
    sys.exit(f"engines: {text}")


def expect(what, got, want):
    if got != want:
        fail(f"{what}: {got!r}, not {want!r}")


def need(program, *packages):
    """Installs the Debian packages of a program that is missing, or ends the script."""
    os.environ["PATH"] = PLAIN["PATH"] = os.environ["PATH"] + ":/usr/sbin:/sbin"
    if shutil.which(program):
        return
    by_hand = f"install {program} (Debian: apt-get install {' '.join(packages)}), or name other engines (--help)"
    if os.getuid() != 0 or not shutil.which("apt-get"):
        fail(f"{program} is missing: {by_hand}")
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *words], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, capture_output=True, text=True)
        if done.returncode:
            fail(f"apt-get {' '.join(words)} ended with {done.returncode}; {by_hand}\n{done.stderr}")
    if not shutil.which(program):
        fail(f"{' '.join(packages)} installed no {program}; {by_hand}")


def need_python(module, package, folder):
    """Installs a Python package that is missing into a folder, for this script and what it starts."""
    if importlib.util.find_spec(module):
        return
    done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, package], capture_output=True, text=True)
    if done.returncode:
        fail(f"the Python package {package} is missing, and pip cannot install it: install it, or name other engines (--help)\n{done.stderr}")
    sys.path.insert(0, str(folder))
    PLAIN["PYTHONPATH"] = f"{folder}:{PLAIN.get('PYTHONPATH', '')}"
    importlib.invalidate_caches()


def need_root(what):
    if os.getuid() != 0:
        fail(f"{what} needs root: run the script as root, or name other engines (--help)")


def run(*words, code=0, **options):
    """Runs a command to its end and returns what it wrote; another exit code ends the script."""
    words = [str(w) for w in words]
    done = subprocess.run(words, text=True, capture_output=True, **{"env": PLAIN, "timeout": 300, **options})
    if done.returncode != code:
        fail(f"{' '.join(words)} ended with {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, condition, seconds=120, pause=0.2):
    """Waits until a condition holds, and returns its value."""
    end = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            fail(f"{what}: not within {seconds} s")
        time.sleep(pause)


class Processes:
    """Processes that live as long as a step, each with a log."""

    def __init__(self, folder):
        self.folder, self.list = folder, []

    def start(self, *words, **options):
        words = [str(w) for w in words]
        name = pathlib.Path(words[0]).name
        log = self.folder / f"{name}-{len(self.list)}.log"
        with open(log, "w") as out:
            process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, **{"env": PLAIN, **options})
        self.list.append((name, process, log))
        return process

    def check(self):
        """Ends the script if one of them has ended."""
        for name, process, log in self.list:
            if process.poll() is not None:
                fail(f"{name} ended with {process.returncode}\n{log.read_text()[-3000:]}")

    def stop(self):
        for _, process, _ in reversed(self.list):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


TIMES = re.compile(r'"(started_at|finished_at)": ?"[^"]*"')


def same_report(what, file, want):
    """Holds the report of a merge to the bytes of one run, but for the times of the run."""
    got = pathlib.Path(file).read_text()
    if TIMES.sub("", got) == TIMES.sub("", want):
        return
    for a, b in zip(TIMES.sub("", want).split("\n"), TIMES.sub("", got).split("\n")):
        if a != b:
            fail(f"{what}: the report differs from that of one run\n-{a}\n+{b}")
    fail(f"{what}: the report is longer or shorter than that of one run")


def missing_shards(what, file, shards):
    """Holds the gaps of a report to the shards that have no part."""
    report = json.loads(pathlib.Path(file).read_text())
    named = sorted({m for g in report["coverage"] for m in re.findall(r"shard (\d+/\d+) has no part", json.dumps(g))})
    expect(f"{what}: shards without a part in the report", named, sorted(shards))

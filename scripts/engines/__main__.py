"""Runs the files of deploy/ on the engines that they are for, against an organization that
sgaudit serves itself, and holds the merged report to the bytes of one run.

Slurm and Kubernetes are real: their daemons run on loopback, and tasks are killed, evicted,
throttled and denied. What AWS alone has is as real as moto makes it. Nothing is left out
silently: what cannot be had ends the script with a message, unless --engine names others.
What is missing is installed: Debian packages (as root), and Kubernetes from its Go module.

    python3 scripts/engines BINARY                             all of them
    python3 scripts/engines BINARY --engine slurm --engine batch
"""

import argparse
import os
import pathlib
import sys
import tempfile

import batch
import gitlab
import kubernetes
import slurm
import stack_sets
import step_functions
import tools
from organization import Organization

STEPS = {"slurm": slurm.step, "kubernetes": kubernetes.step, "batch": batch.step, "step-functions": step_functions.step, "stack-sets": stack_sets.step, "gitlab": gitlab.step}
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "sgaudit-engines/kubernetes"


def main():
    parser = argparse.ArgumentParser(prog="engines", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", help="the sgaudit to run")
    parser.add_argument("--engine", action="append", choices=STEPS, help="only this one; repeatable")
    parser.add_argument("--kubernetes", default=os.environ.get("KUBERNETES_BINARIES") or CACHE, metavar="FOLDER",
                        help="the folder that holds kube-apiserver and kube-controller-manager, or into which they are built, in some 12 minutes of one core (default: KUBERNETES_BINARIES, or %(default)s)")
    chosen = parser.parse_args()
    binary = pathlib.Path(chosen.binary).resolve()
    if not os.access(binary, os.X_OK):
        tools.fail(f"{binary} is no program that can be run")
    for name in chosen.engine or STEPS:
        with tempfile.TemporaryDirectory(prefix=f"engines-{name}-") as folder:
            folder = pathlib.Path(folder)
            folder.chmod(0o755)  # containers run as users of their own
            organization = Organization(binary, folder)
            try:
                more = [chosen.kubernetes] if name == "kubernetes" else []
                STEPS[name](organization, folder, *more)
            finally:
                organization.stop()
            sys.stdout.flush()


if __name__ == "__main__":
    main()

"""A container without a runtime: the files that deploy/container/Dockerfile copies, a root that
cannot be written, the user, the volumes and the environment of a container, and nothing of the
machine but its network. Run as a program it becomes the container's process."""

import ctypes
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


class Image:
    """What the Dockerfile says, carried out in a folder. The paths of volumes are made at once,
    as a runtime makes them."""

    def __init__(self, dockerfile, binary, folder, volumes):
        self.root, self.user, self.workdir, self.entrypoint, self.command = folder, "0:0", "/", [], []
        sources = {"sgaudit": binary, "ca-certificates.crt": os.environ.get("SSL_CERT_FILE", CERTIFICATES)}
        for line in dockerfile.read_text().splitlines():
            word, _, rest = line.partition(" ")
            if word == "COPY":
                source, target = shlex.split(rest)
                place = folder / target.strip("/")
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(sources[source], place)
                place.chmod(0o755)
            elif word == "USER":
                self.user = rest
            elif word == "WORKDIR":
                self.workdir = rest
            elif word == "ENTRYPOINT":
                self.entrypoint = json.loads(rest)
            elif word == "CMD":
                self.command = json.loads(rest)
        for path in [self.workdir, *volumes]:
            (folder / path.strip("/")).mkdir(parents=True, exist_ok=True)

    def start(self, args, env, volumes, log, user=None, groups=(), read_only=True):
        """Starts the entry point. Volumes are folders by their path in the container."""
        uid, gid = (user or self.user).split(":")
        what = {
            "root": str(self.root), "workdir": self.workdir, "words": [*self.entrypoint, *(args or self.command)],
            "env": {"PATH": "/usr/bin:/bin", "HOME": "/", **env}, "volumes": {k: str(v) for k, v in volumes.items()},
            "uid": int(uid), "gid": int(gid), "groups": list(groups), "read_only": read_only,
        }
        with open(log, "a") as out:
            return subprocess.Popen(["unshare", "--mount", sys.executable, __file__, json.dumps(what)], stdout=out, stderr=subprocess.STDOUT)


def mount(*words):
    subprocess.run(["mount", *words], check=True)


def become(what):
    """Turns this process, which has mounts of its own, into that of the container."""
    root = pathlib.Path(what["root"])
    mount("--bind", root, root)
    for path, folder in what["volumes"].items():
        mount("--bind", folder, root / path.strip("/"))
    if what["read_only"]:
        mount("-o", "remount,bind,ro", root)
    no_new_privileges = 38
    if ctypes.CDLL(None).prctl(no_new_privileges, 1, 0, 0, 0):
        sys.exit("prctl failed")
    os.chroot(root)
    os.chdir(what["workdir"])
    os.setgroups(what["groups"])
    os.setgid(what["gid"])
    os.setuid(what["uid"])
    os.umask(0o022)
    os.execve(what["words"][0], what["words"], what["env"])


if __name__ == "__main__":
    become(json.loads(sys.argv[1]))

#!/usr/bin/env python3
"""Builds a release of the last commit without publishing it, and tries what it made.

    python3 scripts/release.py            for this machine's system, quick
    python3 scripts/release.py --all      for every system
    python3 scripts/release.py --again    builds it a second time, in another folder and
                                          with an empty cache, and compares the bytes

It needs GoReleaser and cyclonedx-gomod and installs them into a folder of its own
where they are missing. As root on Debian it installs the package, runs it and removes
it. It signs nothing: that needs the identity of the workflow that makes a release.
"""

import argparse
import hashlib
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = {
    "goreleaser": "github.com/goreleaser/goreleaser/v2@v2.16.0",
    "cyclonedx-gomod": "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0",
}
SYSTEM = platform.system().lower()
ARCH = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine().lower()]


def run(*args, **options):
    """Runs a command and returns what it printed; ends the script if it fails."""
    done = subprocess.run(args, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, args))}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def check(what, true):
    if not true:
        sys.exit(f"FAILED: {what}")
    print(f"ok: {what}")


def tools(folder):
    for name, module in TOOLS.items():
        if not shutil.which(name):
            run("go", "install", module, env={**os.environ, "GOBIN": str(folder), "GOFLAGS": ""})
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


def build(folder, everything, cache=None):
    """Clones the last commit into the folder, makes the release there, and returns its dist folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    run("git", "clone", "--quiet", str(ROOT), str(folder))
    run("git", "remote", "set-url", "origin", "https://github.com/sgaudit/sgaudit.git", cwd=folder)
    config = folder / ".goreleaser.yaml"
    text = config.read_text()
    if not everything:
        text, systems = re.subn(r"goos: \[.*\]", f"goos: [{SYSTEM}]", text)
        text, archs = re.subn(r"goarch: \[.*\]", f"goarch: [{ARCH}]", text)
        check("the configuration has one list of systems and one of architectures", systems == archs == 1)
    chosen = folder.parent / f"{folder.name}.yaml"
    chosen.write_text(text)
    env = dict(os.environ)
    if cache:
        env["GOCACHE"] = str(cache)
    skip = "sign,publish" if everything else "sign,publish,homebrew,scoop"
    run("goreleaser", "release", "--snapshot", "--clean", f"--skip={skip}", "--config", str(chosen), cwd=folder, env=env)
    return folder / "dist"


def files(dist):
    """Returns the files that would be published, by name."""
    return {p.name: p for p in dist.iterdir() if p.suffix in (".gz", ".zip", ".deb", ".rpm", ".apk", ".json", ".txt") and p.name not in ("artifacts.json", "metadata.json")}


def look(dist, work):
    made = files(dist)
    sums = dict(reversed(line.split()) for line in made["checksums.txt"].read_text().splitlines())
    check(f"checksums.txt holds the SHA-256 of each of the {len(sums)} files", all(hashlib.sha256(made[name].read_bytes()).hexdigest() == digest for name, digest in sums.items()) and set(sums) == set(made) - {"checksums.txt"})
    for name in sorted(sums):
        if name.endswith(".json"):
            modules = {c["name"] for c in json.loads(made[name].read_text())["components"]}
            check(f"{name} lists {len(modules)} modules, among them the SDK", "github.com/aws/aws-sdk-go-v2/service/ec2" in modules)
        elif name.endswith((".tar.gz", ".zip")):
            opened = tarfile.open(made[name]) if name.endswith(".gz") else zipfile.ZipFile(made[name])
            held = set(opened.getnames() if name.endswith(".gz") else opened.namelist())
            wanted = {"LICENSE", "README.md", "manual/sgaudit.1", "manual/sgaudit.bash", "sgaudit.exe" if "windows" in name else "sgaudit"}
            check(f"{name} holds the program, its manual and its licence", wanted <= held)
    archive = next((made[n] for n in sums if f"_{SYSTEM}_{ARCH}.tar.gz" in n), None)
    if archive:
        with tarfile.open(archive) as opened:
            opened.extractall(work / "unpacked", filter="data")
        tryout(work / "unpacked" / "sgaudit", archive.name)
    for kind, name in (("Casks", "sgaudit.rb"), ("scoop", "sgaudit.json")):
        found = list(dist.rglob(name))
        system = {"Casks": "darwin", "scoop": "windows"}[kind]
        archives = [n for n in sums if system in n and n.endswith((".gz", ".zip"))]
        if archives:
            check(f"{name} ({kind}) names the archives with their SHA-256", found and all(sums[a] in found[0].read_text() for a in archives))
    package = next((made[n] for n in sums if n.endswith(f"_{ARCH}.deb")), None)
    if package and shutil.which("dpkg") and os.geteuid() == 0 and not shutil.which("sgaudit"):
        run("dpkg", "--install", str(package))
        try:
            tryout(shutil.which("sgaudit"), package.name)
            pages = run("dpkg", "--listfiles", "sgaudit").split()
            check(f"{package.name} installs the man page and three completions", all(any(part in p for p in pages) for part in ("man1/sgaudit.1", "bash-completion/completions/sgaudit", "vendor-completions/_sgaudit", "sgaudit.fish")))
        finally:
            run("dpkg", "--remove", "sgaudit")
        check(f"{package.name} removed leaves no program", not shutil.which("sgaudit"))
    elif package:
        print(f"not tried: installing {package.name} (that needs dpkg, root, and no other sgaudit)")
    if shutil.which("rpm"):
        for name in (n for n in sums if n.endswith(".rpm")):
            check(f"{name} is a package that rpm reads", "/usr/bin/sgaudit" in run("rpm", "--query", "--list", "--package", "--nosignature", str(made[name])))
    else:
        print("not tried: reading the .rpm (rpm is missing)")


def tryout(program, name):
    said = run(str(program), "version")
    check(f"{name}: {said.strip()}", re.match(r"sgaudit \d+\.\d+\.\d+\S*, commit [0-9a-f]{40}, go", said) is not None)
    demo = subprocess.run([str(program), "demo", "--quiet"], text=True, capture_output=True)
    check(f"{name}: the demo account is audited", demo.returncode == 0 and "sg-0d200100" in demo.stdout)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--all", action="store_true")
    options.add_argument("--again", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        (work / "bin").mkdir()
        tools(work / "bin")
        run("goreleaser", "check", cwd=ROOT)
        dist = build(work / "first", chosen.all)
        look(dist, work)
        if chosen.again:
            one, two = files(dist), files(build(work / "again" / "elsewhere", chosen.all, work / "cache"))
            differ = [n for n in one if n not in two or one[n].read_bytes() != two[n].read_bytes()]
            check(f"built again elsewhere with an empty cache, the {len(one)} files are the same bytes{': not ' + ', '.join(differ) if differ else ''}", not differ and set(one) == set(two))


main()

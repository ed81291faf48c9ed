#!/usr/bin/env python3
"""Builds a release of the last commit without publishing it, and tries what it made.

    python3 scripts/release.py            for this machine's system, quick
    python3 scripts/release.py --all      for every system
    python3 scripts/release.py --again    builds it a second time, in another folder and
                                          with an empty cache, and compares the bytes

It needs GoReleaser and cyclonedx-gomod and installs them into a folder of its own
where they are missing. As root on Debian it installs the package, runs it and removes
it; with rpm it installs the .rpm into a folder and runs that; with wine64 it runs the
program for Windows, with ruby it reads the manifest for Homebrew. It signs nothing: that
needs the identity of the workflow that makes a release.
"""

import argparse
import hashlib
import io
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
import zlib

import headers  # scripts/headers.py

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
            program = opened.extractfile("sgaudit").read() if name.endswith(".gz") else opened.read("sgaudit.exe")
            system, arch = re.search(r"_(linux|darwin|windows)_(amd64|arm64)\.", name).groups()
            said = headers.read(program)
            check(f"{name}: the program is for {said.system} {said.arch}, and links {', '.join(sorted(said.libraries)) or 'nothing'}", (said.system, said.arch) == (system, arch) and said.own())
            wanted = {"LICENSE", "README.md", "manual/sgaudit.1", "manual/sgaudit.bash", "sgaudit.exe" if "windows" in name else "sgaudit"}
            check(f"{name} holds the program, its manual and its licence", wanted <= held)
    archive = next((made[n] for n in sums if f"_{SYSTEM}_{ARCH}.tar.gz" in n), None)
    if archive:
        with tarfile.open(archive) as opened:
            opened.extractall(work / "unpacked", filter="data")
        tryout(work / "unpacked" / "sgaudit", archive.name)
    archives = {n: p for n, p in made.items() if n.endswith((".tar.gz", ".zip"))}
    if any("windows" in n for n in archives):
        manifests(dist, archives, sums)
        windows(made[next(n for n in archives if "windows_amd64" in n)], work)
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
    for name in (n for n in sums if n.endswith(".rpm")):
        rpm(made[name], work)
    for name in (n for n in sums if n.endswith(".apk")):
        apk(made[name])


INSTALLED = ("usr/bin/sgaudit", "usr/share/man/man1/sgaudit.1", "usr/share/bash-completion/completions/sgaudit", "usr/share/zsh/vendor-completions/_sgaudit", "usr/share/fish/vendor_completions.d/sgaudit.fish", "usr/share/doc/sgaudit/copyright")


def rpm(package, work):
    """Reads a package for Fedora and others, and installs it into a folder and runs it, as far as this machine can."""
    if not shutil.which("rpm"):
        return print(f"not tried: {package.name} (rpm is missing)")
    listed = run("rpm", "--query", "--list", "--package", "--nosignature", str(package)).split()
    check(f"{package.name} holds the program, its man page, completions and licence", {"/" + name for name in INSTALLED} <= set(listed))
    if os.geteuid() or {"x86_64": "amd64", "aarch64": "arm64"}.get(run("rpm", "--query", "--queryformat", "%{ARCH}", "--package", "--nosignature", str(package))) != ARCH and ARCH not in package.name:
        return
    root = work / "rpm"
    run("rpm", "--root", str(root), "--initdb")
    run("rpm", "--root", str(root), "--install", "--nodeps", "--nosignature", str(package))
    check(f"{package.name} installs what it holds", all((root / name).is_file() for name in INSTALLED))
    tryout(root / "usr/bin/sgaudit", package.name)
    run("rpm", "--root", str(root), "--erase", "sgaudit")
    check(f"{package.name} removed leaves none of it", not any((root / name).exists() for name in INSTALLED))


def apk(package):
    """Reads a package for Alpine: streams of gzip, of which the control data has the SHA-256 of the last."""
    streams, rest = [], package.read_bytes()
    while rest:
        stream = zlib.decompressobj(31)
        text = stream.decompress(rest)
        streams.append((text, rest[: len(rest) - len(stream.unused_data)]))
        rest = stream.unused_data
    control = next(t for t, _ in streams if b".PKGINFO" in t[:512])
    info = dict(line.split(" = ", 1) for line in tarfile.open(fileobj=io.BytesIO(control)).extractfile(".PKGINFO").read().decode().splitlines() if " = " in line)
    files, packed = streams[-1]
    held = set(tarfile.open(fileobj=io.BytesIO(files)).getnames())
    check(f"{package.name} is {info['pkgname']} for {info['arch']}, with the digest of its {len(held)} files", info["datahash"] == hashlib.sha256(packed).hexdigest() and {"x86_64": "amd64", "aarch64": "arm64"}[info["arch"]] in package.name)
    check(f"{package.name} holds the program, its man page, completions and licence", set(INSTALLED) <= held)


def manifests(dist, archives, sums):
    """Compares what Homebrew and Scoop are given with the archives: addresses, digests, files."""
    [cask], [scoop] = list(dist.rglob("sgaudit.rb")), list(dist.rglob("scoop/**/sgaudit.json"))
    text = cask.read_text()
    pairs = re.findall(r'sha256 "([0-9a-f]{64})"\s+url "([^"]+)"', text) or [(d, u) for u, d in re.findall(r'url "([^"]+)"[^\n]*\n(?:\s+\w+: [^\n]+\n)*\s+sha256 "([0-9a-f]{64})"', text)]
    version = re.search(r'version "([^"]+)"', text)[1]
    named = {u.replace("#{version}", version).rsplit("/", 1)[-1]: d for d, u in pairs}
    wanted = {n for n in archives if "windows" not in n}
    check(f"{cask.name}: the address and SHA-256 of {', '.join(sorted(named))}", set(named) == wanted and all(sums[n] == d for n, d in named.items()))
    with tarfile.open(archives[next(n for n in wanted if "darwin" in n)]) as opened:
        held = set(opened.getnames())
    files = re.findall(r'(?:binary|manpage|bash_completion|zsh_completion|fish_completion) "([^"]+)"', text)
    check(f"{cask.name} installs {', '.join(files)}, which the archives hold", len(files) == 5 and set(files) <= held)
    if shutil.which("ruby"):
        check(f"{cask.name} is Ruby", "Syntax OK" in run("ruby", "-c", str(cask)))
    else:
        print(f"not tried: {cask.name} as Ruby (ruby is missing)")
    manifest = json.loads(scoop.read_text())
    check(f"{scoop.name}: version, description, homepage and licence", all(manifest.get(k) for k in ("version", "description", "homepage", "license")))
    of = {"amd64": "64bit", "arm64": "arm64"}
    for arch, name in of.items():
        part = manifest["architecture"][name]
        archive = part["url"].rsplit("/", 1)[-1]
        bins = [part.get("bin", manifest.get("bin"))] if isinstance(part.get("bin", manifest.get("bin")), str) else part.get("bin", manifest.get("bin"))
        check(f"{scoop.name}: {name} is {archive} with its SHA-256 and {', '.join(bins)}", f"windows_{arch}" in archive and sums[archive] == part["hash"] and set(bins) <= set(zipfile.ZipFile(archives[archive]).namelist()))


def windows(archive, work):
    """Runs the program for Windows with wine, where that is there."""
    wine = shutil.which("wine64") or shutil.which("wine") or next((p for p in ("/usr/lib/wine/wine64",) if os.access(p, os.X_OK)), None)
    if not wine:
        return print(f"not tried: running {archive.name} (wine64 is missing)")
    with zipfile.ZipFile(archive) as opened:
        opened.extract("sgaudit.exe", work)
    env = {**os.environ, "WINEPREFIX": str(work / "wine"), "WINEDEBUG": "-all", "DISPLAY": ""}
    done = subprocess.run([wine, str(work / "sgaudit.exe"), "version"], env=env, text=True, capture_output=True)
    if "bcryptprimitives.dll not found" in done.stderr:
        return print(f"not tried: running {archive.name} (this wine is older than Go's programs need)")
    check(f"{archive.name}: {done.stdout.strip()}", "windows/amd64" in done.stdout)
    done = subprocess.run([wine, str(work / "sgaudit.exe"), "demo", "--quiet"], env=env, text=True, capture_output=True)
    check(f"{archive.name}: the demo account is audited", done.returncode == 0 and "sg-0d200100" in done.stdout)


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

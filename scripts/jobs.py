#!/usr/bin/env python3
"""Checks the template for GitLab and the action for GitHub against the schemas of both, and
runs their jobs on this machine as the runners do.

    python3 scripts/jobs.py SGAUDIT     of scripts/build.sh; scripts/pipelines.sh calls it

What the jobs download comes from the working tree and from a release that is made here: a
program curl in front of the real one answers for raw.githubusercontent.com, and one named
gh notes what it is asked. check-jsonschema is installed into a temporary folder where it is
missing; it brings the schemas, and ruamel.yaml.
"""

import hashlib
import json
import os
import pathlib
import platform
import re
import stat
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEMPLATE, ACTION = ROOT / "deploy/pipelines/gitlab.yml", ROOT / "action.yml"
VERSION = "1.2.3"
CURL = """#!/usr/bin/env bash
# Answers for raw.githubusercontent.com from the working tree, and leaves file: to the real curl.
set -euo pipefail
names=()
for word in "$@"; do
	case $word in
	https://raw.githubusercontent.com/sgaudit/sgaudit/v{version}/*) names+=("${word#https://raw.githubusercontent.com/sgaudit/sgaudit/v{version}/}") ;;
	http*) echo "curl: $word is not for this job" >&2; exit 6 ;;
	esac
done
[ ${#names[@]} -gt 0 ] || exec {curl} "$@"
for name in "${names[@]}"; do cp "{root}/$name" .; done
"""
GH = '#!/bin/sh\necho "gh $*" >>"$GH_LOG"\n'


def check(what, true, said=""):
    if not true:
        sys.exit(f"FAILED: {what}\n{said}")
    print(f"ok: {what}")


def schema_tool(folder):
    """Returns the command of check-jsonschema and makes ruamel.yaml importable."""
    if subprocess.run([sys.executable, "-c", "import check_jsonschema, ruamel.yaml"], capture_output=True).returncode:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "check-jsonschema==0.39.0"], check=True)
        sys.path.insert(0, str(folder))
        os.environ["PYTHONPATH"] = str(folder)
    return [sys.executable, "-m", "check_jsonschema"]


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def release(program, folder):
    """Makes a release as install.sh expects it, and returns its address."""
    arch = {"x86_64": "amd64", "amd64": "amd64"}.get(platform.machine().lower(), "arm64")
    archive = folder / f"v{VERSION}" / f"sgaudit_{VERSION}_{platform.system().lower()}_{arch}.tar.gz"
    archive.parent.mkdir(parents=True)
    with tarfile.open(archive, "w:gz", compresslevel=1) as out:
        out.add(program, "sgaudit")
    (archive.parent / "checksums.txt").write_text(f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n")
    return f"file://{folder}"


def bash(lines, env, place):
    script = place.parent / "script.sh"
    script.write_text(lines)
    return subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], env=env, cwd=place, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def gitlab(job, env, place, settings):
    """Runs the lines of the job in one shell, as a runner does, and returns its code and what it said."""
    place.mkdir(parents=True)
    env = {**env, "CI": "true", "GITLAB_CI": "true", "CI_PIPELINE_ID": "4711", "CI_PROJECT_DIR": str(place)}
    env.update({k: str(v) for k, v in job["variables"].items()})
    env.update({name: "a-token-of-" + of["aud"] for name, of in job["id_tokens"].items()})
    env.update(settings)
    done = bash("\n".join([*job["before_script"], f"env >{place.parent}/environment", *job["script"]]) + "\n", env, place)
    return done.returncode, done.stdout


def value(text, context):
    """Replaces the expressions of a text, of which the action has these: names, ==, !=, && and always()."""
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda m: str(expression(m[1], context)), str(text))


def expression(text, context):
    names = re.compile(r"'[^']*'|[a-z_]+(?:\.[A-Za-z_-]+)+")
    code = names.sub(lambda m: m[0] if m[0].startswith("'") else repr(context.get(m[0], "")), text)
    return eval(code.replace("&&", " and ").replace("always()", "True"), {"__builtins__": {}})  # noqa: S307 (the action is ours)


def github(action, env, work, given, event="schedule"):
    """Runs the steps of the composite action, and returns the code of the job and its outputs."""
    place = work / "checkout"
    place.mkdir(parents=True)
    files = {name: work / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
    context = {"inputs." + name: of.get("default", "") for name, of in action["inputs"].items()}
    context.update({"inputs." + name: v for name, v in given.items()})
    context.update({"github.token": "a-token", "github.event_name": event, "github.event.pull_request.number": "12"})
    job, said, path = 0, "", env["PATH"]
    for step in action["runs"]["steps"]:
        condition = step.get("if", "")
        if job and "always()" not in condition or condition and not expression(condition, context):
            continue
        for file in files.values():
            file.touch()
        own = {**env, "PATH": path, "GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(work), "GITHUB_REPOSITORY": "shop/network"}
        own.update({name: str(file) for name, file in files.items()})
        own.update({name: value(text, context) for name, text in step.get("env", {}).items()})
        done = bash(value(step["run"], context), own, place)
        said += done.stdout
        job = job or done.returncode
        path = os.pathsep.join([*files["GITHUB_PATH"].read_text().split(), env["PATH"]])
        for line in files["GITHUB_OUTPUT"].read_text().splitlines():
            name, _, text = line.partition("=")
            context[f"steps.{step.get('id')}.outputs.{name}"] = text
    outputs = {name: value(of["value"], context) for name, of in action["outputs"].items()}
    return job, outputs, said, place, files["GITHUB_STEP_SUMMARY"].read_text()


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder).resolve()
        tool = schema_tool(work / "python")
        for schema, paths in (("gitlab-ci", [TEMPLATE]), ("github-actions", [ACTION]), ("github-workflows", sorted((ROOT / ".github/workflows").glob("*.yml")))):
            done = subprocess.run([*tool, "--builtin-schema", f"vendor.{schema}", *map(str, paths)], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            check(f"the schema {schema} accepts {', '.join(p.name for p in paths)}", done.returncode == 0, done.stdout)
        from ruamel.yaml import YAML  # of the tool
        load = YAML(typ="safe").load
        run(load(TEMPLATE.read_text())["sgaudit"], load(ACTION.read_text()), program, work)


def run(job, action, program, work):
    curl = subprocess.run(["which", "curl"], text=True, capture_output=True, check=True).stdout.strip()
    executable(work / "bin/curl", CURL.replace("{version}", VERSION).replace("{curl}", curl).replace("{root}", str(ROOT)))
    executable(work / "bin/gh", GH)
    snapshot, before = str(work / "demo.json.zst"), str(work / "before.json")
    subprocess.run([str(program), "snapshot", "--demo", "--quiet", "-o", snapshot], check=True)
    subprocess.run([str(program), "audit", "--input", snapshot, "--quiet", "-o", f"json={before}"], check=True)
    log = work / "gh.log"
    env = {"PATH": f"{work}/bin:{os.environ['PATH']}", "HOME": str(work), "SGAUDIT_RELEASES": release(program, work / "releases"), "GH_LOG": str(log), "AWS_EC2_METADATA_DISABLED": "true"}

    code, said = gitlab(job, env, work / "one" / "project", {"SGAUDIT_INPUT": snapshot})
    check("GitLab: the job installs the release, audits, and ends with 0", code == 0 and "orders-wrong-web" in said, said)
    artifacts = job["artifacts"]
    kept = [*artifacts["paths"], *artifacts["reports"].values()]
    check(f"GitLab: its artifacts are there: {', '.join(kept)}", all((work / "one/project" / name).exists() for name in kept))
    issues = json.loads((work / "one/project" / artifacts["reports"]["codequality"]).read_text())
    check(f"GitLab: Code Quality has {len(issues)} issues with what GitLab needs", issues and all({"description", "check_name", "fingerprint", "severity", "location"} <= set(i) for i in issues))
    check("GitLab: without SGAUDIT_ROLE_ARN no role is assumed", "AWS_ROLE_ARN=" not in (work / "one/environment").read_text())
    role = "arn:aws:iam::123456789012:role/sgaudit"
    code, said = gitlab(job, env, work / "two" / "project", {"SGAUDIT_INPUT": snapshot, "SGAUDIT_ROLE_ARN": role, "SGAUDIT_FAIL_ON": "high"})
    assumed = dict(line.split("=", 1) for line in (work / "two/environment").read_text().splitlines() if "=" in line)
    check("GitLab: findings at or above SGAUDIT_FAIL_ON end the job with 1", code == 1, said)
    check("GitLab: the role is assumed with the token of the job", assumed.get("AWS_ROLE_ARN") == role and assumed["AWS_ROLE_SESSION_NAME"] == "sgaudit-4711" and pathlib.Path(assumed["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text() == "a-token-of-https://gitlab.com")
    code, said = gitlab(job, env, work / "three" / "project", {"SGAUDIT_VERSION": "9.9.9"})
    check("GitLab: a release that does not exist ends the job before the audit", code not in (0, 1) and not (work / "three/project/sgaudit-reports").exists(), said)

    code, outputs, said, place, summary = github(action, env, work / "four", {"version": VERSION, "input": snapshot})
    check("GitHub: the action installs the release and audits", code == 0 and outputs == {"exit-code": "0", "reports": "sgaudit-reports"} and (place / outputs["reports"] / "findings.sarif").exists(), said)
    check("GitHub: the summary is on the page of the job", "orders-wrong-web" in summary)
    check("GitHub: the origin of the archive is verified, and nothing is commented", log.read_text().startswith("gh attestation verify sgaudit_") and "comment" not in log.read_text())
    env["PATH"] = f"{work / 'four' / 'sgaudit'}:{env['PATH']}"  # without a version: the one on the PATH
    code, outputs, said, _, _ = github(action, env, work / "five", {"input": snapshot, "fail-on": "high", "comment": "true"}, "pull_request")
    check("GitHub: findings at or above fail-on end the job with 1", code == 1 and outputs["exit-code"] == "1", said)
    check("GitHub: the summary of a failed job is commented", log.read_text().endswith("gh pr comment 12 --repo shop/network --body-file sgaudit-reports/summary.md\n"))
    code, outputs, said, _, summary = github(action, env, work / "six", {"input": snapshot, "fail-on": "high", "baseline": before, "new-only": "true"})
    check("GitHub: with a baseline only new findings fail the job", code == 0 and "orders-wrong-web" not in summary, said)
    code, outputs, said, place, _ = github(action, env, work / "seven", {"input": snapshot, "config": "$(touch run)", "regions": "eu-west-1;touch run"})
    check("GitHub: the text of an input is not run", code == 2 and not (place / "run").exists(), said)
    asked = {"input": str(work / "missing.json"), "comment": "true"}
    code, outputs, said, place, summary = github(action, env, work / "eight", asked, "pull_request")
    comment = (place / outputs["reports"] / "summary.md").read_text() if outputs["reports"] else ""
    check("GitHub: an audit that fails is commented, with its message", code == 2 and outputs["exit-code"] == "2" and "missing.json" in comment and "failed" in comment and comment in summary
          and log.read_text().endswith("--body-file sgaudit-reports/summary.md\n"), said + log.read_text())
    code, outputs, said, place, _ = github(action, env, work / "nine", {"version": "9.9.9", "comment": "true"}, "pull_request")
    check("GitHub: a release that does not exist is commented", code != 0 and "did not start" in log.read_text().splitlines()[-1], said + log.read_text())


main()

"""The jobs of a GitLab pipeline with parallel: 7, one after another. No GitLab takes part: the
script sets its variables, which count from 1."""

import tools

JOBS = 7


def step(organization, folder):
    one_run, _ = organization.one_run()
    env = {**tools.PLAIN, **organization.environment, "CI_NODE_TOTAL": str(JOBS)}
    for index in range(1, JOBS + 1):
        tools.run(organization.binary, "audit", "--org", "--role-name", "sgaudit", "--shard", "auto", "--engine", "--output", f"part={folder}/parts/", env={**env, "CI_NODE_INDEX": str(index)})
    tools.run(organization.binary, "merge", folder / "parts", "-o", f"json={folder}/report.json", code=3)
    tools.same_report("gitlab", folder / "report.json", one_run)
    print(f"gitlab: {JOBS} jobs with its variables: the bytes of one run")

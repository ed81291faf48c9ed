package main

import (
	"fmt"
	"strings"
)

// variable is an environment variable that has an effect on a run.
type variable struct{ name, effect string }

// environment is every variable that the program reads, and those of the SDK that an
// audit depends on, by what they are about. TestEnvironment compares it with the code
// of the program, of the SDK and of deploy/pipelines.
var environment = []struct {
	title     string
	variables []variable
}{
	{"sgaudit", []variable{
		{"SGAUDIT_CONFIG", "the configuration file, where `--config` is not given"},
		{"SGAUDIT_SDK_DECODER", "any value: the decoder of the SDK reads every answer; slower, and only for measurements"},
	}},
	{"Terminal", []variable{
		{"NO_COLOR", "any value: no colour, unless `--color always` is given"},
		{"TERM", "`dumb`: no colour and no progress"},
		{"COLUMNS", "the width of the terminal, where the terminal does not say it"},
		{"CI", "any value: no progress, and the report is not kept for `sgaudit explain`"},
	}},
	{"Memory", []variable{
		{"GOGC", "when Go's garbage collector runs; without it and GOMEMLIMIT, sgaudit chooses by the verb"},
		{"GOMEMLIMIT", "from how much memory on the garbage collector runs more often"},
	}},
	{"Several machines: `--shard auto`", []variable{
		{"AWS_BATCH_JOB_ARRAY_INDEX", "AWS Batch: the task of the array, from 0"},
		{"JOB_COMPLETION_INDEX", "Kubernetes, an Indexed Job: the task, from 0"},
		{"SLURM_ARRAY_TASK_ID", "Slurm: the task of the array"},
		{"SLURM_ARRAY_TASK_COUNT", "Slurm: how many tasks the array has"},
		{"SLURM_ARRAY_TASK_MIN", "Slurm: the number of the first task"},
		{"CI_NODE_INDEX", "GitLab, `parallel`: the job, from 1"},
		{"CI_NODE_TOTAL", "GitLab, `parallel`: how many jobs there are"},
	}},
	{"Credentials", []variable{
		{"AWS_PROFILE", "the profile of the AWS configuration files, where `--profile` is not given"},
		{"AWS_DEFAULT_PROFILE", "the same, where AWS_PROFILE is not set"},
		{"AWS_ACCESS_KEY_ID", "an access key; it counts more than AWS_PROFILE"},
		{"AWS_SECRET_ACCESS_KEY", "its secret"},
		{"AWS_SESSION_TOKEN", "the token of temporary credentials"},
		{"AWS_CONFIG_FILE", "the configuration file in place of `~/.aws/config`"},
		{"AWS_SHARED_CREDENTIALS_FILE", "the credentials file in place of `~/.aws/credentials`"},
		{"AWS_ROLE_ARN", "with a web identity: the role to assume"},
		{"AWS_WEB_IDENTITY_TOKEN_FILE", "with a web identity: the file of its token (EKS, GitHub, GitLab)"},
		{"AWS_ROLE_SESSION_NAME", "with a web identity: the name of the session, which CloudTrail shows"},
		{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "where a container gets credentials (EKS Pod Identity); AWS sets it"},
		{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "the same for tasks of ECS; AWS sets it"},
		{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "the token for these credentials; AWS sets it"},
		{"AWS_EC2_METADATA_DISABLED", "`true`: does not ask the instance metadata service for credentials"},
	}},
	{"Calls", []variable{
		{"AWS_REGION", "the region of the first calls. It does not choose which regions are audited: `--region` does"},
		{"AWS_DEFAULT_REGION", "the same, where AWS_REGION is not set"},
		{"AWS_ENDPOINT_URL", "every call goes to this URL in place of AWS, where `--endpoint-url` is not given"},
		{"AWS_ENDPOINT_URL_EC2", "the same for the calls of EC2; other services likewise, as AWS_ENDPOINT_URL_STS"},
		{"AWS_ENDPOINT_URL_STS", "the same for the calls of STS"},
		{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "`true`: the endpoint variables have no effect"},
		{"AWS_USE_FIPS_ENDPOINT", "`true`: calls go to the FIPS endpoints"},
		{"AWS_USE_DUALSTACK_ENDPOINT", "`true`: calls go to the endpoints with IPv4 and IPv6"},
		{"AWS_CA_BUNDLE", "a file of certificates that are trusted in place of those of the system"},
		{"HTTPS_PROXY", "the proxy for calls to https addresses; also in lower case"},
		{"HTTP_PROXY", "the proxy for calls to http addresses"},
		{"NO_PROXY", "hosts that are called without the proxy, divided by commas"},
	}},
	{"Pipelines: the action and the template", []variable{
		{"SGAUDIT_REGIONS", "regions, divided by spaces; empty: every enabled one"},
		{"SGAUDIT_INPUT", "a snapshot, or a folder of saved answers, in place of the account"},
		{"SGAUDIT_BASELINE", "an older report: what it contains is not new"},
		{"SGAUDIT_DEPTH", "`--depth`"},
		{"SGAUDIT_FAIL_ON", "`--fail-on`"},
		{"SGAUDIT_MIN_SEVERITY", "`--min-severity`"},
		{"SGAUDIT_NEW_ONLY", "`true`: only findings that are new, or more severe than in the baseline, fail the job and are in the summary"},
		{"SGAUDIT_OUT", "the folder of the reports; default `sgaudit-reports`"},
		{"SGAUDIT_VERSION", "GitLab: the release to install"},
		{"SGAUDIT_ROLE_ARN", "GitLab: the role that the job assumes"},
		{"SGAUDIT_TOKEN", "GitLab: the token with which it does; GitLab sets it"},
		{"SGAUDIT_RELEASES", "where install.sh downloads releases, in place of GitHub"},
	}},
}

// environmentPage is the page about the variables.
func environmentPage() string {
	var page strings.Builder
	page.WriteString("# Environment variables\n\nThe program writes this page. A flag counts more than a variable. Beside these, the AWS SDK reads all\n" +
		"variables that it documents.\n")
	for _, part := range environment {
		fmt.Fprintf(&page, "\n## %s\n\n| variable | effect |\n| --- | --- |\n", part.title)
		for _, v := range part.variables {
			fmt.Fprintf(&page, "| `%s` | %s |\n", v.name, v.effect)
		}
	}
	return page.String()
}
